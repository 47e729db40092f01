"""CSV, TSV and JSON Lines become rows, one at a time.

A row that cannot be read keeps its place: it comes with an error, and costs no other.
"""

import csv
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from essay_scorer.errors import FileError
from essay_scorer.extras import require
from essay_scorer.tables.rows import (
    INVALID_ENCODING,
    INVALID_JSON,
    NOT_AN_OBJECT,
    TOO_LARGE,
    WRONG_FIELDS,
    Row,
    Source,
)

PIPE = "-"
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
FORMATS = ("csv", "tsv", "jsonl", "parquet")
DELIMITERS = {"csv": ",", "tsv": "\t"}
LONGEST = 4 * 1024 * 1024  # characters of a line or a field; an essay is far smaller
MOST_COLUMNS = 5_000
_TOO_LONG = "x" * (LONGEST + 1)  # stands for a line that is longer


def format_of(name: str, otherwise: str | None) -> str:
    """Return the format that a file's name says, or else the other one.

    Raises:
        FileError: nobody says.
    """
    known = SUFFIXES.get(Path(name).suffix.lower(), otherwise)
    if known is None:
        what = "A pipe has no name" if name == PIPE else f"{name} has no known suffix"
        raise FileError(f"{what} that says what is in it; name its --format.")
    return known


def open_source(name: str, kind: str, *, encoding: str) -> Source:
    """Open a file, or standard input where the name is ``-``.

    Raises:
        FileError: it cannot be read, or is not what it is said to be.
    """
    try:
        file = sys.stdin.buffer if name == PIPE else Path(name).open("rb")  # noqa: SIM115
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror}.") from error
    if kind == "parquet":
        require("batch", "pyarrow")
        from essay_scorer.tables.parquet import ParquetSource  # noqa: PLC0415 - an optional part

        return ParquetSource(file, name)
    if kind == "jsonl":
        return JsonLines(file, name, encoding=encoding)
    return Delimited(file, name, encoding=encoding, delimiter=DELIMITERS[kind])


class _Text:
    """Lines of a file of text, none longer than ``LONGEST``."""

    schema = None

    def __init__(self, file: BinaryIO, name: str, *, encoding: str, newline: str) -> None:
        self.name = name
        self.number = 0  # of lines read
        self._bytes, self._pipe = file, file is sys.stdin.buffer
        self._text = io.TextIOWrapper(
            file,
            encoding="utf-8-sig" if encoding == "utf-8" else encoding,
            errors="surrogateescape",
            newline=newline,
        )
        self.size = None if self._pipe else os.fstat(file.fileno()).st_size

    def position(self) -> int:
        return 0 if self._pipe else self._bytes.tell()

    def close(self) -> None:
        self._text.detach() if self._pipe else self._text.close()

    def lines(self) -> Iterator[str]:
        while line := self._read():
            self.number += 1
            if len(line) < LONGEST or line[-1] in "\r\n":
                yield line
                continue
            while (rest := self._read()) and rest[-1] not in "\r\n":
                pass
            yield _TOO_LONG

    def _read(self) -> str:
        try:
            return self._text.readline(LONGEST)
        except UnicodeError as error:
            raise FileError(f"{self.name} is not in the encoding that was named.") from error
        except OSError as error:
            raise FileError(f"{self.name} cannot be read: {error.strerror}.") from error


class JsonLines(_Text):
    """One JSON object a line; blank lines are no rows."""

    columns = None

    def __init__(self, file: BinaryIO, name: str, *, encoding: str) -> None:
        super().__init__(file, name, encoding=encoding, newline="\n")

    def __iter__(self) -> Iterator[Row]:
        for line in self.lines():
            if line.strip():
                yield self._row(line)

    def _row(self, line: str) -> Row:
        if line is _TOO_LONG:
            return Row(line=self.number, fields={}, error=TOO_LARGE)
        if not _decoded(line):
            return Row(line=self.number, fields={}, error=INVALID_ENCODING)
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            return Row(line=self.number, fields={}, error=INVALID_JSON)
        if not isinstance(value, dict):
            return Row(line=self.number, fields={}, error=NOT_AN_OBJECT)
        return Row(line=self.number, fields=value)


class Delimited(_Text):
    """Rows of fields under a header line; blank lines are no rows."""

    columns: Sequence[str]

    def __init__(self, file: BinaryIO, name: str, *, encoding: str, delimiter: str) -> None:
        super().__init__(file, name, encoding=encoding, newline="")
        csv.field_size_limit(LONGEST)
        self._reader = csv.reader(self.lines(), delimiter=delimiter)
        self.columns = self._header()

    def _header(self) -> Sequence[str]:
        try:
            header = next(self._reader, [])
        except csv.Error as error:
            raise FileError(f"{self.name} has no header line that can be read.") from error
        if not header:
            raise FileError(f"{self.name} has no header line.")
        if len(header) > MOST_COLUMNS:
            raise FileError(f"{self.name} has over {MOST_COLUMNS:,} columns; is it a table?")
        if twice := sorted({column for column in header if header.count(column) > 1}):
            raise FileError(f"{self.name} has two columns {twice[0]}; rename one.")
        return tuple(_mended(column) for column in header)

    def __iter__(self) -> Iterator[Row]:
        while True:
            begun = self.number + 1
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                yield Row(line=begun, fields={}, error=TOO_LARGE)
                continue
            if fields:
                yield self._row(begun, fields)

    def _row(self, line: int, fields: list[str]) -> Row:
        error = None
        if not all(map(_decoded, fields)):
            fields, error = list(map(_mended, fields)), INVALID_ENCODING
        elif len(fields) != len(self.columns):
            error = WRONG_FIELDS
        return Row(line=line, fields=dict(zip(self.columns, fields, strict=False)), error=error)


def _decoded(text: str) -> bool:
    """Whether every byte of a text had a meaning in its encoding."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _mended(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
