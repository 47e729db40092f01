"""Write rows with added columns in any of the formats."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from essay_scorer.documents.reading import EXTRA
from essay_scorer.extras import require
from essay_scorer.tables.delimited import DELIMITERS, DelimitedWriter
from essay_scorer.tables.delimiters import Dialect
from essay_scorer.tables.jsonl import JsonLinesWriter
from essay_scorer.tables.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa


class Writer(Protocol):
    """Writes rows, and what is added to each."""

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        """Write a row.

        Args:
            row: the fields of the input.
            added: values by the names that ``make_writer`` got, without its prefix. In a table
                they are flat, and a missing one is empty; in JSON Lines they stand as they are.

        Raises:
            FileError: the row has a field with the name of an added one.
        """

    def finish(self) -> None:
        """Write what is not written yet; the file stays open."""


def make_writer(
    file: BinaryIO,
    format: str,  # noqa: A002 - as the option
    columns: Sequence[str],
    *,
    added: Mapping[str, str],
    prefix: str = "",
    schema: "pa.Schema | None" = None,
    dialect: Dialect | None = None,
) -> Writer:
    """Return a writer.

    Args:
        file: where to write.
        format: one of ``formats.FORMATS``.
        columns: the input's columns.
        added: the types of the added columns by name: "int64", "float64", "list" (of strings),
            "string" or "bool". Only Parquet has types; JSON Lines has no fixed columns.
        prefix: before the names of the added columns.
        schema: the types of the input's columns, where it has them.
        dialect: how the input is written, if the output is in the same format.

    Raises:
        FileError: the input has a column with the name of an added one.
    """
    if format == "parquet":
        require("batch", "pyarrow")
        from essay_scorer.tables.parquet import ParquetWriter  # noqa: PLC0415 - optional dependency

        return ParquetWriter(file, columns, added=added, prefix=prefix, schema=schema)
    if format == "jsonl":
        return JsonLinesWriter(file, prefix=prefix)
    if format == "xlsx":
        require(EXTRA, "openpyxl")
        from essay_scorer.tables.xlsx import XlsxWriter  # noqa: PLC0415 - optional dependency

        return XlsxWriter(file, columns, added=added, prefix=prefix)
    usual = Dialect(separator=DELIMITERS[format])
    return DelimitedWriter(file, columns, added=added, prefix=prefix, dialect=dialect or usual)
