"""Open a file of essays in any of the formats."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

from essay_scorer.documents.collection import open_collection, open_single
from essay_scorer.documents.reading import EXTRA
from essay_scorer.errors import FileError
from essay_scorer.extras import require
from essay_scorer.tables.delimited import DELIMITERS, DelimitedSource
from essay_scorer.tables.document_rows import DocumentSource
from essay_scorer.tables.formats import DOCUMENTS, PIPE
from essay_scorer.tables.input_format import is_collection
from essay_scorer.tables.jsonl import JsonLinesSource
from essay_scorer.tables.rows import Source


def open_source(name: str, format: str, *, encoding: str) -> Source:  # noqa: A002 - as the option
    """Open a file, or standard input where the name is ``PIPE``.

    Args:
        name: the file; for ``formats.DOCUMENTS``, it may be a folder.
        format: what ``input_format.input_format`` returns.
        encoding: of a text file: a name that Python knows, or ``text_lines.DETECT``.

    Raises:
        FileError: it cannot be read, or is not in that format.
    """
    if format == DOCUMENTS:
        opened = open_collection(name) if is_collection(name) else open_single(name)
        return DocumentSource(name, opened)
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

        return ParquetSource(_seekable(file), name)
    if format == "xlsx":
        require(EXTRA, "openpyxl", "defusedxml")
        from essay_scorer.tables.xlsx import XlsxSource  # noqa: PLC0415 - optional dependency

        return XlsxSource(_seekable(file), name)
    if format == "jsonl":
        return JsonLinesSource(file, name, encoding=encoding)
    return DelimitedSource(file, name, encoding=encoding, delimiter=DELIMITERS[format])


def _seekable(file: BinaryIO) -> BinaryIO:
    """Return a file that can be read from its end, as some formats need: of a pipe, a copy."""
    if file is not sys.stdin.buffer:
        return file
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the source closes it
    shutil.copyfileobj(file, copy)
    return copy
