"""Lines of a text file, decoded and of limited length: what CSV and JSON Lines are read from."""

import codecs
import io
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from essay_scorer.documents.decoding import wide_encoding
from essay_scorer.documents.kinds import SAMPLE_BYTES
from essay_scorer.errors import FileError
from essay_scorer.tables.delimiters import Dialect

MAX_LINE = 4 * 1024 * 1024  # characters of a line or a field; an essay is far smaller
TOO_LONG = "x" * (MAX_LINE + 1)  # replaces a longer line
DETECT = "detect"  # as encoding: each line is UTF-8 or, where it is not, Windows-1252


class TextLines:
    """A text file, read line by line.

    The rest of a line after ``MAX_LINE`` characters is skipped, so that memory is bounded. With
    ``DETECT``, a file may mix UTF-8 and Windows-1252, as the public ASAP-AES file needs.

    Attributes:
        name: the file's name, for messages.
        line_number: lines read so far.
        notes: what of the file was skipped, for people.
    """

    schema = None
    dialect: Dialect | None = None
    notes: tuple[str, ...] = ()

    def __init__(self, file: BinaryIO, name: str, *, encoding: str, newline: str) -> None:
        """Open the lines of a file.

        Args:
            file: the open file.
            name: its name.
            encoding: a name that Python knows, or ``DETECT``.
            newline: as of ``open()``: "" to end a line at any line break, else the line break.
        """
        self.name = name
        self.line_number = 0
        self._bytes, self._is_pipe = file, file is sys.stdin.buffer
        self._detects = encoding == DETECT
        is_utf8 = encoding in ("utf-8", DETECT)
        start = _start(file)
        wide = wide_encoding(start)
        has_mark = start.startswith(codecs.BOM_UTF8)
        self._has_mark = has_mark or wide is not None or not is_utf8
        self._counts: Counter[str] = Counter()
        self._text = io.TextIOWrapper(
            file,
            encoding=wide or ("utf-8-sig" if is_utf8 else encoding),
            errors="surrogateescape",
            newline=newline,
        )
        self.size = None if self._is_pipe else os.fstat(file.fileno()).st_size

    @property
    def encodings(self) -> Mapping[str, int]:
        """Non-ASCII lines by encoding, or all lines if they are ASCII; empty if not detected."""
        if not self._detects:
            return {}
        return self._counts or {"ascii": self.line_number}

    @property
    def needs_mark(self) -> bool:
        """Whether Excel needs a byte order mark to open it in UTF-8, as far as it was read."""
        return self._has_mark or self._counts["windows-1252"] > 0

    def position(self) -> int:
        return 0 if self._is_pipe else self._bytes.tell()

    def close(self) -> None:
        if self._is_pipe:
            self._text.detach()
        else:
            self._text.close()

    def lines(self) -> Iterator[str]:
        """Yield the lines with their line breaks; ``TOO_LONG`` replaces one that is too long.

        Bytes that the encoding does not have are lone surrogates (``errors="surrogateescape"``).
        """
        while line := self._read():
            self.line_number += 1
            if len(line) < MAX_LINE or line[-1] in "\r\n":
                yield self._detect(line) if self._detects else line
                continue
            while (rest := self._read()) and rest[-1] not in "\r\n":
                pass
            yield TOO_LONG

    def _read(self) -> str:
        try:
            return self._text.readline(MAX_LINE)
        except UnicodeError as error:
            raise FileError(f"{self.name} is not in the encoding that was named.") from error
        except OSError as error:
            raise FileError(f"{self.name} cannot be read: {error.strerror}.") from error

    def _detect(self, line: str) -> str:
        if line.isascii():
            return line
        if is_decoded(line):
            self._counts["utf-8"] += 1
            return line
        self._counts["windows-1252"] += 1
        return line.encode("utf-8", "surrogateescape").decode("windows-1252", "replace")


def describe_encodings(encodings: Mapping[str, int]) -> str:
    """Return what was detected, for people; empty if nothing but UTF-8 was."""
    lines = encodings.get("windows-1252", 0)
    if lines == 1:
        return "1 line is not UTF-8 and was read as Windows-1252"
    return f"{lines:,} lines are not UTF-8 and were read as Windows-1252" if lines else ""


def _start(file: BinaryIO) -> bytes:
    """Return the first bytes of a file, which are read again later."""
    peek = getattr(file, "peek", None)
    start: bytes = peek(SAMPLE_BYTES) if peek else b""
    return start


def is_decoded(text: str) -> bool:
    """Return whether the encoding had every byte of a text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def replace_undecoded(text: str) -> str:
    """Return a text with U+FFFD for every byte that the encoding did not have."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
