"""Open a file of essays in any of the formats."""

import sys
from pathlib import Path
from typing import BinaryIO

from essay_scorer.errors import FileError
from essay_scorer.extras import require
from essay_scorer.tables.delimited import DELIMITERS, DelimitedSource
from essay_scorer.tables.formats import PIPE
from essay_scorer.tables.jsonl import JsonLinesSource
from essay_scorer.tables.rows import Source


def open_source(name: str, format: str, *, encoding: str) -> Source:  # noqa: A002 - as the option
    """Open a file, or standard input where the name is ``PIPE``.

    Args:
        name: the file.
        format: one of ``formats.FORMATS``.
        encoding: of a text file: a name that Python knows, or ``text_lines.DETECT``.

    Raises:
        FileError: it cannot be read, or is not in that format.
    """
    try:
        file = sys.stdin.buffer if name == PIPE else Path(name).open("rb")  # noqa: SIM115
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror}.") from error
    try:
        return _source(file, name, format, encoding)
    except BaseException:
        if name != PIPE:
            file.close()
        raise


def _source(file: BinaryIO, name: str, format: str, encoding: str) -> Source:  # noqa: A002
    if format == "parquet":
        require("batch", "pyarrow")
        from essay_scorer.tables.parquet import ParquetSource  # noqa: PLC0415 - optional dependency

        return ParquetSource(file, name)
    if format == "jsonl":
        return JsonLinesSource(file, name, encoding=encoding)
    return DelimitedSource(file, name, encoding=encoding, delimiter=DELIMITERS[format])
