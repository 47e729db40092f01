"""The columns of a source, whether it names them at its head or its rows do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from essay_scorer.errors import FileError
from essay_scorer.tables.rows import WRONG_FIELDS, Row, Source

LOOKED_AT = 64  # rows of a source whose rows name their own columns


@dataclass(frozen=True)
class Table:
    """The columns of a source, and its rows."""

    names: Sequence[str]
    rows: Iterable[Row]

    @classmethod
    def of(cls, source: Source, *, fixed: bool) -> "Table":
        """Read the columns; where rows name their own, those that the first rows name.

        Args:
            source: the file.
            fixed: whether a row with another column cannot be written.
        """
        if source.columns is not None:
            return cls(source.columns, source)
        rows = iter(source)
        first = list(islice(rows, LOOKED_AT))
        if not first:
            raise FileError(f"{source.name} holds no row.")
        names = tuple(dict.fromkeys(name for row in first for name in row.fields))
        everything = chain(first, rows)
        return cls(names, fitting(everything, names) if fixed else everything)


def fitting(rows: Iterable[Row], names: Sequence[str]) -> Iterator[Row]:
    """Yield the rows; one with a column that is not among the names comes with an error."""
    known = set(names)
    for row in rows:
        yield row if row.fields.keys() <= known else replace(row, error=WRONG_FIELDS)
