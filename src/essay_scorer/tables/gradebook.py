"""Fill the marks into a copy of a gradebook: a CSV file or an Excel workbook; all else stays."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from essay_scorer.documents.reading import EXTRA
from essay_scorer.errors import FileError
from essay_scorer.extras import require
from essay_scorer.tables.atomic import atomic_file, write_errors
from essay_scorer.tables.class_list import ClassList, StudentMark
from essay_scorer.tables.delimited_gradebook import DelimitedList
from essay_scorer.tables.head_lines import is_no_student
from essay_scorer.tables.roster import Roster, full_name

__all__ = ["Gradebook", "StudentMark"]

_MAX_BYTES = 64 * 1024 * 1024
_MAX_NAMED = 10  # students in a note
_MAXIMUM = ("maximum grade", "note maximale", "bestwertung", "calificación máxima")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


class Gradebook:
    """A gradebook in memory.

    Attributes:
        path: the file.
        target: the file to which a filled copy is written.
    """

    def __init__(self, path: Path, grade: str | None) -> None:
        """Read a gradebook.

        Args:
            path: the file.
            grade: the column for the marks; by default, the only one that can be it.

        Raises:
            FileError: it cannot be read, or the column is not clear.
        """
        self.path = path
        self.target = path.with_name(f"{path.stem}-filled{path.suffix}")
        self._lists = _open_lists(path, grade)

    def fill(self, marks: Sequence[StudentMark]) -> tuple[str, ...]:
        """Write a copy with the marks in; return what was done, for people.

        A mark that is there already stays, and a formula does. Of several lists, the one with most
        of the students is filled.

        Raises:
            FileError: the scale differs from the gradebook's, or the copy cannot be written.
        """
        chosen, known = self._choose_list(marks)
        self._check_maximum(chosen, marks)
        found: dict[int, StudentMark] = {}
        unknown, without, kept, formulas, twice = [], [], 0, 0, []
        for one in marks:
            place, name = known.find(one.fields), full_name(one.fields) or "?"
            if place is None:
                unknown.append(name)
            elif place in found:
                twice.append(name)
            elif not one.mark:
                without.append(name)
            elif chosen.rows[place].is_formula:
                formulas += 1
            elif chosen.rows[place].mark.strip() not in ("", "-"):
                kept += 1
            else:
                found[place] = one
        self._write(chosen, found)
        notes = [f"filled {len(found):,} of {len(marks):,} marks into {self.target}"]
        notes += [f"filled the sheet {chosen.title} alone"] if chosen.title else []
        notes += _list_names("not in the gradebook", unknown)
        notes += _list_names("several documents, the first counts", twice)
        notes += _list_names("left empty, read them yourself", without)
        notes += [f"kept {kept:,} marks that were there"] if kept else []
        return (*notes, *_formula_note(formulas))

    def _choose_list(self, marks: Sequence[StudentMark]) -> tuple[ClassList, Roster]:
        """Return the list with most of the students, and its roster."""
        rosters = [_roster(one) for one in self._lists]
        counts = [sum(known.find(one.fields) is not None for one in marks) for known in rosters]
        best = counts.index(max(counts))
        return self._lists[best], rosters[best]

    def _check_maximum(self, chosen: ClassList, marks: Sequence[StudentMark]) -> None:
        """Refuse marks of another scale than the gradebook's."""
        limits = {one.maximum for one in marks if one.maximum is not None}
        for row in chosen.rows:
            found = [str(value) for name, value in row.fields.items() if name.lower() in _MAXIMUM]
            if is_no_student(row.fields):
                found = [row.mark]
            stated = {
                float(one.replace(",", ".")) for one in found if _NUMBER.fullmatch(one.strip())
            }
            if limits and stated and not stated <= limits:
                raise FileError(
                    f"{self.path}, row {row.line}: the marks are out of {max(stated):g}, but the "
                    f"profile's scale ends at {max(limits):g}; change one of them."
                )

    def _write(self, chosen: ClassList, found: Mapping[int, StudentMark]) -> None:
        with atomic_file(str(self.target)) as file, write_errors(str(self.target)):
            chosen.write(file, found)


def _roster(chosen: ClassList) -> Roster:
    return Roster([{} if is_no_student(row.fields) else row.fields for row in chosen.rows])


def _open_lists(path: Path, grade: str | None) -> Sequence[ClassList]:
    """Return the lists of students in a file, at least one."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > _MAX_BYTES or data.startswith((b"%PDF", b"\xd0\xcf")):
        raise FileError(
            f"{path} is not a gradebook: a CSV file, as Canvas and Moodle export it, or an Excel "
            "workbook (.xlsx)."
        )
    if not data.startswith(b"PK"):
        return [DelimitedList(data, str(path), grade)]
    require(EXTRA, "openpyxl", "defusedxml")
    from essay_scorer.tables.workbook_gradebook import workbook_lists  # noqa: PLC0415 - optional

    return workbook_lists(data, str(path), grade)


def _formula_note(count: int) -> Sequence[str]:
    if count == 1:
        return ["1 cell holds a formula and is left as it is"]
    return [f"{count:,} cells hold formulas and are left as they are"] if count else []


def _list_names(what: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return [f"{what}: {', '.join(names[:_MAX_NAMED])}{more}"]
