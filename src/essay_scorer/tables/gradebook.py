"""Fill the marks into a copy of a gradebook (CSV); every other byte stays as it is."""

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from essay_scorer.errors import FileError
from essay_scorer.tables.atomic import atomic_file, write_errors
from essay_scorer.tables.delimiters import declared_separator, detect_separator, has_decimal_commas
from essay_scorer.tables.formulas import guard_formula
from essay_scorer.tables.head_lines import is_no_student
from essay_scorer.tables.roster import Fields, Roster, full_name, grade_column

_MAX_BYTES = 64 * 1024 * 1024
_OPENING_LINES = 12
_MAX_NAMED = 10  # students in a note
_MAXIMUM = ("maximum grade", "note maximale", "bestwertung", "calificación máxima")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


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
class _Record:
    """A row of the file: its cells and what ends each, as they stand."""

    cells: Sequence[str]
    ends: Sequence[str]

    def text(self) -> str:
        return "".join(cell + end for cell, end in zip(self.cells, self.ends, strict=True))


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
        self._encoding, text = _read(path)
        lines = text.splitlines(keepends=True)[:_OPENING_LINES]
        declared = declared_separator(lines[0]) if lines else None
        head = lines[1 if declared else 0 :]
        self._separator = declared or detect_separator(head[0] if head else "", ",")
        self._has_commas = has_decimal_commas(head, self._separator)
        records = _records(text, self._separator)
        self._above, self._rows = records[: 1 if declared else 0], records[1 if declared else 0 :]
        if not self._rows:
            raise FileError(f"{path} has no header line.")
        self._names = [self._value(cell) for cell in self._rows[0].cells]
        self._place = self._names.index(grade_column(self._names, grade, str(path)))

    def fill(self, marks: Sequence[StudentMark]) -> tuple[str, ...]:
        """Write a copy with the marks in; return what was done, for people.

        A mark that is there already stays.

        Raises:
            FileError: the scale differs from the gradebook's, or the copy cannot be written.
        """
        self._check_maximum(marks)
        students = [self._fields(record) for record in self._rows]
        known = Roster([{} if self._is_head(n, one) else one for n, one in enumerate(students)])
        found: dict[int, str] = {}
        unknown, without, kept, twice = [], [], 0, []
        for one in marks:
            place, name = known.find(one.fields), full_name(one.fields) or "?"
            if place is None:
                unknown.append(name)
            elif place in found:
                twice.append(name)
            elif not one.mark:
                without.append(name)
            elif self._value(self._cell(place)).strip() not in ("", "-"):
                kept += 1
            else:
                found[place] = one.mark
        self._write(found)
        notes = [f"filled {len(found):,} of {len(marks):,} marks into {self.target}"]
        notes += _list_names("not in the gradebook", unknown)
        notes += _list_names("several documents, the first counts", twice)
        notes += _list_names("left empty, read them yourself", without)
        return (*notes, *([f"kept {kept:,} marks that were there"] if kept else []))

    def _is_head(self, number: int, fields: Fields) -> bool:
        return number == 0 or is_no_student(fields)

    def _fields(self, record: _Record) -> Mapping[str, object]:
        values = [*map(self._value, record.cells), *[""] * len(self._names)]
        return dict(zip(self._names, values, strict=False))

    def _cell(self, place: int) -> str:
        cells = self._rows[place].cells
        return cells[self._place] if self._place < len(cells) else ""

    def _value(self, cell: str) -> str:
        """Return what a cell as it stands says."""
        if cell.startswith('"') and cell.endswith('"') and len(cell) > 1:
            cell = cell[1:-1].replace('""', '"')
        if self._encoding != "latin-1":
            return cell.lstrip("\ufeff")
        data = cell.encode("latin-1").removeprefix(codecs.BOM_UTF8)
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode("windows-1252", "replace")

    def _check_maximum(self, marks: Sequence[StudentMark]) -> None:
        """Refuse marks of another scale than the gradebook's."""
        limits = {one.maximum for one in marks if one.maximum is not None}
        for number, record in enumerate(self._rows[1:], 1):
            fields = self._fields(record)
            found = [str(value) for name, value in fields.items() if name.lower() in _MAXIMUM]
            if is_no_student(fields):
                found = [str(fields[self._names[self._place]])]
            stated = {
                float(one.replace(",", ".")) for one in found if _NUMBER.fullmatch(one.strip())
            }
            if limits and stated and not stated <= limits:
                raise FileError(
                    f"{self.path}, row {number + 1}: the marks are out of {max(stated):g}, but the "
                    f"profile's scale ends at {max(limits):g}; change one of them."
                )

    def _write(self, found: Mapping[int, str]) -> None:
        records = [
            self._filled(record, found[number]) if number in found else record
            for number, record in enumerate(self._rows)
        ]
        text = "".join(one.text() for one in (*self._above, *records))
        with atomic_file(str(self.target)) as file, write_errors(str(self.target)):
            file.write(text.encode(self._encoding))

    def _filled(self, record: _Record, mark: str) -> _Record:
        mark = mark.replace(".", ",") if self._has_commas and _NUMBER.fullmatch(mark) else mark
        mark = guard_formula(mark)
        quoted = f'"{mark}"' if self._separator in mark or self._cell_is_quoted(record) else mark
        cells, ends = list(record.cells), list(record.ends)
        while len(cells) <= self._place:  # the program left out empty cells at the end
            cells.append("")
            ends.insert(len(ends) - 1, self._separator)
        cells[self._place] = quoted
        return _Record(cells=cells, ends=ends)

    def _cell_is_quoted(self, record: _Record) -> bool:
        return self._place < len(record.cells) and record.cells[self._place].startswith('"')


def _read(path: Path) -> tuple[str, str]:
    """Return the encoding in which every byte of a file is kept, and its text."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > _MAX_BYTES or data.startswith((b"PK", b"%PDF", b"\xd0\xcf")):
        raise FileError(f"{path} is not a gradebook in CSV, as Canvas and Moodle export it.")
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return encoding, data.decode(encoding, "replace")
    return "latin-1", data.decode("latin-1")


def _records(text: str, separator: str) -> list[_Record]:
    """Return the rows of a table, with every character of it."""
    mark = re.escape(separator)
    pattern = re.compile(rf'(\ufeff?(?:"(?:[^"]|"")*"?)?[^{mark}\r\n]*)({mark}|\r\n|\n|\r|\Z)')
    records: list[_Record] = []
    cells: list[str] = []
    ends: list[str] = []
    place = 0
    while place < len(text) and (found := pattern.match(text, place)):
        place = found.end()
        cells.append(found[1])
        ends.append(found[2])
        if found[2] != separator:
            records.append(_Record(cells=cells, ends=ends))
            cells, ends = [], []
    if cells:  # the file ends after a separator
        records.append(_Record(cells=[*cells, ""], ends=[*ends, ""]))
    return records


def _list_names(what: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return [f"{what}: {', '.join(names[:_MAX_NAMED])}{more}"]
