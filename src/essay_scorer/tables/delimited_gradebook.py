"""A gradebook in CSV, as Canvas and Moodle export it: marks go in, every other byte stays."""

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from essay_scorer.documents.text_encoding import decode_line, detect_encoding
from essay_scorer.errors import FileError
from essay_scorer.tables.class_list import ListRow, StudentMark
from essay_scorer.tables.delimiters import declared_separator, detect_separator, has_decimal_commas
from essay_scorer.tables.formulas import guard_formula
from essay_scorer.tables.roster import grade_column

_OPENING_LINES = 12
_BYTES = "latin-1"  # one character for each byte, whatever the encoding is
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """A row of the file: its cells and what ends each, as they stand."""

    cells: Sequence[str]
    ends: Sequence[str]

    def text(self) -> str:
        return "".join(cell + end for cell, end in zip(self.cells, self.ends, strict=True))


class DelimitedList:
    """The list in a CSV file, in memory."""

    title: str | None = None

    def __init__(self, data: bytes, name: str, grade: str | None) -> None:
        """Read a list.

        Args:
            data: the file's content.
            name: the file, for messages.
            grade: the column for the marks; by default, the only one that can be it.

        Raises:
            FileError: it has no header, or the column is not clear.
        """
        self._encoding, text = _decode(data)
        self._other = "" if self._encoding != _BYTES else detect_encoding(data.splitlines())
        lines = _LINE.findall(text)[:_OPENING_LINES]
        declared = declared_separator(lines[0]) if lines else None
        head = lines[1 if declared else 0 :]
        self._separator = declared or detect_separator(head[0] if head else "", ",")
        self._has_commas = has_decimal_commas(head, self._separator)
        records = _records(text, self._separator)
        start = 2 if declared else 1
        if len(records) < start:
            raise FileError(f"{name} has no header line.")
        self._head, self._body = records[:start], records[start:]
        self._names = [self._value(cell) for cell in self._head[-1].cells]
        self._place = self._names.index(grade_column(self._names, grade, name))
        self.rows: Sequence[ListRow] = [
            self._row(record, line) for line, record in enumerate(self._body, 2)
        ]

    def _row(self, record: _Record, line: int) -> ListRow:
        values = [*map(self._value, record.cells), *[""] * len(self._names)]
        fields = dict(zip(self._names, values, strict=False))
        return ListRow(line=line, fields=fields, mark=values[self._place])

    def _value(self, cell: str) -> str:
        """Return what a cell as it stands says."""
        if cell.startswith('"') and cell.endswith('"') and len(cell) > 1:
            cell = cell[1:-1].replace('""', '"')
        if self._encoding != _BYTES:
            return cell.lstrip("\ufeff")
        data = cell.encode(_BYTES).removeprefix(codecs.BOM_UTF8)
        return decode_line(data, self._other)

    def write(self, file: BinaryIO, marks: Mapping[int, StudentMark]) -> None:
        """Write a copy of the file with marks filled in, by the index of the row."""
        body = [
            self._filled(record, marks[place].mark) if place in marks else record
            for place, record in enumerate(self._body)
        ]
        text = "".join(one.text() for one in (*self._head, *body))
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


def _decode(data: bytes) -> tuple[str, str]:
    """Return the encoding in which every byte of a file is kept, and its text."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return encoding, data.decode(encoding, "replace")
    return _BYTES, data.decode(_BYTES)


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
