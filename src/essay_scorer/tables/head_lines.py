"""Find a table's header line: below a title, and above further lines that are no rows."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from essay_scorer.tables.columns import usual_columns
from essay_scorer.tables.delimiters import declared_separator, detect_separator

MAX_HEAD_LINES = 12  # that are read to find the header and what is around it

_QUALTRICS = '{"ImportId":'  # in each cell of the third line of its exports
# In rows of Canvas's gradebook that are no students: in the first column, and in the others.
_POINTS_POSSIBLE = frozenset(
    {"points possible", "points possibles", "puntos posibles", "pontos possíveis"}
    | {"mögliche punkte", "punti possibili", "mogelijke punten"}
)
_POSTING = frozenset(["manual posting", "(read only)"])
_SURVEY_MONKEY = frozenset({"", "response", "open-ended response"})  # in each cell of its second


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a table begins.

    Attributes:
        start: the header's place among the first lines, from 0.
        separator: the character between fields.
        skipped: how many records after the header are no rows.
        notes: what was skipped, for people.
    """

    start: int
    separator: str
    skipped: int = 0
    notes: tuple[str, ...] = ()


def find_head(lines: Sequence[str], usual: str) -> Head:
    """Return where a table begins.

    Args:
        lines: the first lines of the file, with their line breaks.
        usual: the separator of the file's suffix, which wins a tie.
    """
    declared = declared_separator(lines[0]) if lines else None
    first = 1 if declared else 0
    start = first + _title_lines(lines[first:], declared or usual, detects=declared is None)
    header = lines[start] if start < len(lines) else ""
    separator = declared or detect_separator(header, usual)
    skipped, notes = 0, []
    if start > first:
        notes.append(
            f"skipped {_counted(start - first, 'line')} above the header, line {start + 1}"
        )
    if tool := _further_heads(lines[start + 1 :], separator):
        name, skipped = tool
        notes.append(f"skipped {_counted(skipped, 'further header line')} of {name}")
    return Head(start=start, separator=separator, skipped=skipped, notes=tuple(notes))


def _title_lines(lines: Sequence[str], usual: str, *, detects: bool) -> int:
    """Return how many lines stand above the header.

    The header is the first line that names a column for texts and has more fields than those above.
    Without one, it is the first of two lines with equally many fields, below a line with one.
    """
    rows = [_cells(line, detect_separator(line, usual) if detects else usual) for line in lines]
    filled = [sum(map(bool, row)) for row in rows]
    if not rows or lines[0].count('"') % 2:
        return 0
    for place, row in enumerate(rows):
        if usual_columns("text", row):
            return place if filled[place] > max(filled[:place], default=0) else 0
    for place in range(1, len(rows) - 1):
        if filled[0] == 1 and filled[place] > 1 and len(rows[place]) == len(rows[place + 1]):
            return place
    return 0


def _further_heads(lines: Sequence[str], separator: str) -> tuple[str, int] | None:
    """Return whose lines follow the header and are no rows, and how many records they are."""
    if any(_QUALTRICS in line.replace('""', '"').replace(" ", "") for line in lines):
        return "Qualtrics", 2
    cells = {cell.lower() for cell in _cells(lines[0], separator)} if lines else set()
    if cells & _SURVEY_MONKEY - {""} and cells <= _SURVEY_MONKEY:
        return "SurveyMonkey", 1
    return None


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def is_no_student(fields: Mapping[str, object]) -> bool:
    """Return whether a row of Canvas's gradebook has no student, but the points possible."""
    first, *others = (str(value or "").strip().lower() for value in fields.values())
    if first in _POINTS_POSSIBLE:
        return True
    filled = {value for value in others if value}
    return first == "" and bool(filled) and filled <= _POSTING


def _cells(line: str, separator: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return []
