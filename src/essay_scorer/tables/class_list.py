"""A list of students with a column for their marks, whatever its file is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from essay_scorer.tables.roster import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentMark:
    """A mark, and whose it is.

    Attributes:
        fields: of the row that was scored.
        mark: as it is written, with a decimal point; empty if there is none.
        maximum: of its scale; None if the scale has no numbers.
    """

    fields: Fields
    mark: str
    maximum: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A row below the header.

    Attributes:
        line: its number, for messages.
        fields: by the names in the header.
        mark: what the column for marks has.
        is_formula: whether a formula stands there.
    """

    line: int
    fields: Mapping[str, object]
    mark: str
    is_formula: bool = False


class ClassList(Protocol):
    """A list of students in a file.

    Attributes:
        title: of the sheet, if the file has several.
        rows: below the header.
    """

    title: str | None
    rows: Sequence[ListRow]

    def write(self, file: BinaryIO, marks: Mapping[int, StudentMark]) -> None:
        """Write a copy of the file with marks filled in, by the index of the row."""
        ...
