"""Leave out the headings of papers: name, teacher, class and date above the title."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from essay_scorer.documents.paper_heading import split_heading
from essay_scorer.tables.columns import refuse_existing_columns
from essay_scorer.tables.header import Table
from essay_scorer.tables.rows import Row

COLUMN = "heading"
_LINE_BREAK = " / "


@dataclass(slots=True)
class HeadingFilter:
    """Takes the headings out of the texts of rows, and puts them into a column of their own.

    Attributes:
        text: the column with the essays.
        counts: rows with and without a heading.
    """

    text: str
    counts: Counter[bool] = field(default_factory=Counter)

    def table(self, table: Table) -> Table:
        """Return a table without headings in its texts.

        Raises:
            FileError: it has a column of this name already.
        """
        refuse_existing_columns(table.names, [COLUMN])
        return Table((*table.names, COLUMN), self._rows(table.rows))

    def _rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            yield self._split(row) if row.error is None and row.is_essay else row

    def _split(self, row: Row) -> Row:
        text = row.fields.get(self.text)
        if not isinstance(text, str):
            return row
        heading = split_heading(text, str(row.fields.get("name") or ""))
        self.counts[bool(heading.lines)] += 1
        left_out = describe_lines(heading.lines)
        return replace(row, fields={**row.fields, self.text: heading.rest, COLUMN: left_out})

    def notes(self, *, are_kept: bool = False) -> tuple[str, ...]:
        """Return how many headings were left out, for people.

        Args:
            are_kept: whether an output has them in their column.
        """
        found = self.counts[True]
        what = "heading" if found == 1 else "headings"
        place = f"; see column {COLUMN}" if are_kept else ""
        return (f"left out {found:,} {what} of {self.counts.total():,}{place}",)


def describe_lines(lines: Sequence[str]) -> str:
    """Return the lines of a heading on one line."""
    return _LINE_BREAK.join(lines)
