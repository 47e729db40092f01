"""Rows and their answers become a file, which appears at its name whole or not at all.

In a table the answer's fields are columns after the input's; in JSON Lines they stand as
they do on the wire.  ``error`` holds the code of a row that could not be scored.
"""

import csv
import errno
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from essay_scorer.errors import FileError
from essay_scorer.extras import require
from essay_scorer.tables.readers import DELIMITERS, PIPE
from essay_scorer.tables.rows import Answer, Row

# What an answer adds to a table.  In Parquet each has its type.
ADDED = {
    "essay score": "int64",
    "raw": "float64",
    "scale_min": "int64",
    "scale_max": "int64",
    "interval_low": "int64",
    "interval_high": "int64",
    "interval_coverage": "float64",
    "flags": "list",
    "language": "string",
    "doubt": "float64",
    "review": "bool",
    "model_name": "string",
    "model_version": "string",
    "error": "string",
}


def refuse_taken(taken: Iterable[str], added: Iterable[str]) -> None:
    """Raise ``FileError`` where what is added would hide what is there."""
    if both := sorted(set(taken) & set(added)):
        raise FileError(
            f"There is a column {both[0]} already, which scoring adds; with --prefix what is "
            "added gets other names."
        )


def flat(answer: Answer) -> dict[str, Any]:
    """Return an answer's fields as columns: ``{"scale": {"min": 1}}`` is ``scale_min``."""
    values: dict[str, Any] = {}
    for name, value in answer.items():
        inner = value if isinstance(value, Mapping) else None
        values |= {f"{name}_{key}": one for key, one in inner.items()} if inner else {name: value}
    return {name: values.get(name) for name in ADDED}


class Writer(Protocol):
    """Takes rows with their answers."""

    def write(self, row: Row, answer: Answer) -> None: ...
    def finish(self) -> None: ...


def make_writer(
    file: BinaryIO, kind: str, columns: Sequence[str], *, prefix: str, schema: Any = None
) -> Writer:
    """Return what writes rows of a kind.

    Args:
        file: where to.
        kind: one of the formats.
        columns: the input's.
        prefix: stands before the name of everything that is added.
        schema: the input's types, where it is Parquet.
    """
    if kind == "parquet":
        require("batch", "pyarrow")
        from essay_scorer.tables.parquet import ParquetWriter  # noqa: PLC0415 - an optional part

        return ParquetWriter(file, columns, prefix=prefix, schema=schema)
    if kind == "jsonl":
        return JsonLinesWriter(file, prefix=prefix)
    return DelimitedWriter(file, columns, prefix=prefix, delimiter=DELIMITERS[kind])


class DelimitedWriter:
    """CSV or TSV: a header line, then the rows."""

    def __init__(
        self, file: BinaryIO, columns: Sequence[str], *, prefix: str, delimiter: str
    ) -> None:
        added = [prefix + name for name in ADDED]
        refuse_taken(columns, added)
        self._file, self._columns = file, columns
        self._line = io.StringIO(newline="")
        # With this end of line, a field that holds one of its characters is quoted.
        self._writer = csv.writer(self._line, delimiter=delimiter, lineterminator="\r\n")
        self._write([*columns, *added])

    def write(self, row: Row, answer: Answer) -> None:
        cells = [row.fields.get(name) for name in self._columns]
        self._write([*map(cell, cells), *map(cell, flat(answer).values())])

    def finish(self) -> None:
        pass

    def _write(self, cells: Sequence[str]) -> None:
        self._writer.writerow(cells)
        line = self._line.getvalue().removesuffix("\r\n")
        self._file.write(f"{line}\n".encode("utf-8", "replace"))
        self._line.seek(0)
        self._line.truncate()


class JsonLinesWriter:
    """One object a line: the input's fields, then the answer's."""

    def __init__(self, file: BinaryIO, *, prefix: str) -> None:
        self._file, self._prefix = file, prefix

    def write(self, row: Row, answer: Answer) -> None:
        added = {self._prefix + name: value for name, value in answer.items()}
        refuse_taken(row.fields, added)
        self._file.write(json_line({**row.fields, **added}))

    def finish(self) -> None:
        pass


def cell(value: object) -> str:
    """Return a value as it stands in CSV."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return str(value).lower()
        case list() if all(isinstance(part, str) for part in value):
            return ";".join(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def json_line(value: object) -> bytes:
    """Return a value as one line of JSON."""
    try:
        return json.dumps(value, ensure_ascii=False, default=str).encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can only write as an escape
        return json.dumps(value, default=str).encode() + b"\n"


@contextmanager
def appearing(name: str) -> Iterator[BinaryIO]:
    """Yield a file that appears at its name when all is written, in one step.

    A pipe or a device is written to as it is.

    Raises:
        FileError: it cannot be written.
    """
    if name == PIPE:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = target(name)
    part = path.with_name(f"{path.name}.part") if is_kept(name) else path
    with writing(name):
        file = part.open("wb")
    try:
        yield file
        with writing(name):
            file.flush()
            if part != path:
                os.fsync(file.fileno())
            file.close()
            part.replace(path)
    except BaseException:
        with suppress(OSError):
            file.close()
        if part != path:
            part.unlink(missing_ok=True)
        raise


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Say in one sentence what keeps a file from being written."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.EPIPE, errno.ENOSPC):
            raise  # the command line has a sentence for each
        raise FileError(f"{name} cannot be written: {error.strerror}.") from error


def target(name: str) -> Path:
    """Return the file that a name leads to, through links."""
    return Path(os.path.realpath(name))


def is_kept(name: str) -> bool:
    """Whether what is written stays: not in a pipe, nor in a device."""
    return name != PIPE and (target(name).is_file() or not target(name).exists())
