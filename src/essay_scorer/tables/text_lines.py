"""Lines of a text file, decoded and of limited length: what CSV and JSON Lines are read from."""

import codecs
import io
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import BinaryIO

from essay_scorer.documents.decoding import wide_encoding
from essay_scorer.documents.kinds import SAMPLE_BYTES
from essay_scorer.documents.text_encoding import detect_encoding, encoding_name
from essay_scorer.errors import FileError
from essay_scorer.tables.delimiters import Dialect

MAX_LINE = 4 * 1024 * 1024  # characters of a line or a field; an essay is far smaller
TOO_LONG = "x" * (MAX_LINE + 1)  # replaces a longer line
_MAX_SAMPLE_LINES = 1_000_000
# As encoding: each line is UTF-8 or, where it is not, in the encoding that is detected of all such
# lines of the file.
DETECT = "detect"


class TextLines:
    """A text file, read line by line.

    The rest of a line after ``MAX_LINE`` characters is skipped, so that memory is bounded. With
    ``DETECT``, a file may mix UTF-8 and one other encoding, as the public ASAP-AES file needs.

    Attributes:
        name: the file's name, for messages.
        line_number: lines read so far.
        head_notes: what was skipped at the file's beginning, for people.
    """

    schema = None
    dialect: Dialect | None = None
    head_notes: tuple[str, ...] = ()

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
        self._bytes, self._is_pipe = file, not file.seekable()
        self._detects = encoding == DETECT
        is_utf8 = encoding in ("utf-8", DETECT)
        self._start = _start(file)
        self._other: str | None = (
            None  # encoding of the lines that are not UTF-8, once there is one
        )
        wide = wide_encoding(self._start)
        has_mark = self._start.startswith(codecs.BOM_UTF8)
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
    def notes(self) -> tuple[str, ...]:
        """What was skipped, and which lines read so far are not Unicode, for people."""
        if self._other is None:
            return self.head_notes
        lines, name = self._counts[self._other], encoding_name(self._other)
        if lines == 1:
            return (*self.head_notes, f"1 line is not UTF-8 and was read as {name}")
        return (*self.head_notes, f"{lines:,} lines are not UTF-8 and were read as {name}")

    @property
    def needs_mark(self) -> bool:
        """Whether Excel needs a byte order mark to open it in UTF-8, as far as it was read."""
        return self._has_mark or self._other is not None

    def position(self) -> int:
        return 0 if self._is_pipe else self._bytes.tell()

    def close(self) -> None:
        if self._bytes is sys.stdin.buffer:
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
        data = line.encode("utf-8", "surrogateescape")
        if self._other is None:
            self._other = self._other_encoding(data)
        self._counts[self._other] += 1
        return data.decode(self._other, "replace")

    def _other_encoding(self, line: bytes) -> str:
        """Detect the encoding in the whole file; in a pipe, in its start and the line at hand."""
        if self._is_pipe:
            return detect_encoding((line, *self._start.splitlines(keepends=True)[:-1]))
        place = self._bytes.tell()
        self._bytes.seek(0)
        try:
            lines = iter(lambda: self._bytes.readline(MAX_LINE), b"")
            return detect_encoding(islice(lines, _MAX_SAMPLE_LINES))
        finally:
            self._bytes.seek(place)  # where the reader of lines goes on


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
