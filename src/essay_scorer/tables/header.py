"""The column names of a source, from its header or from its first rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from essay_scorer.errors import FileError
from essay_scorer.tables.rows import WRONG_FIELDS, Row, Source

ROWS_FOR_NAMES = 64  # read to find the columns of a source without a header
MAX_COLUMNS = 5_000


@dataclass(frozen=True)
class Table:
    """A source with known columns.

    Attributes:
        names: the columns.
        rows: all rows of the source.
    """

    names: Sequence[str]
    rows: Iterable[Row]

    @classmethod
    def of(cls, source: Source, *, fixed: bool) -> "Table":
        """Return the table of a source.

        Args:
            source: an open file.
            fixed: whether the output has a header too, so that a row with a column that the
                first rows do not have gets an error.

        Raises:
            FileError: the columns are too many, two have one name, or there is no row to find
                them in.
        """
        if source.columns is not None:
            check_names(source.columns, source.name)
            return cls(source.columns, source)
        rows = iter(source)
        first = list(islice(rows, ROWS_FOR_NAMES))
        if not first:
            raise FileError(f"{source.name} holds no row.")
        names = tuple(dict.fromkeys(name for row in first for name in row.fields))
        if not names:
            reason = f"line {first[0].line}: {first[0].error or 'no fields'}"
            raise FileError(f"{source.name} has no row that can be read ({reason}).")
        everything = chain(first, rows)
        return cls(names, fitting(everything, names) if fixed else everything)


def fitting(rows: Iterable[Row], names: Sequence[str]) -> Iterator[Row]:
    """Yield the rows; one with a column that is not among the names gets an error."""
    known = set(names)
    for row in rows:
        yield row if row.fields.keys() <= known else replace(row, error=WRONG_FIELDS)


def check_names(names: Sequence[str], where: str) -> None:
    """Check the names in a header.

    Raises:
        FileError: they are too many, or two are the same.
    """
    if len(names) > MAX_COLUMNS:
        raise FileError(f"{where} has over {MAX_COLUMNS:,} columns; is it a table?")
    if len(set(names)) < len(names):
        twice = min(name for name in names if names.count(name) > 1)
        raise FileError(f"{where} has two columns {twice}; rename one.")
