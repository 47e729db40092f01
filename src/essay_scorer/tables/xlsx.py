"""Excel workbooks (.xlsx), read and written by openpyxl; no cell that is written is a formula."""

import csv
import io
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Any, BinaryIO

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from essay_scorer.errors import FileError
from essay_scorer.tables.columns import prefixed_columns, usual_columns
from essay_scorer.tables.delimited import cell
from essay_scorer.tables.formulas import guard_formula
from essay_scorer.tables.head_lines import MAX_HEAD_LINES, Head, find_head, is_no_student
from essay_scorer.tables.rows import Row

MAX_UNPACKED_BYTES = 512 * 1024 * 1024  # of a workbook; the memory limit of a command holds too
MAX_CELL = 32_767  # characters that a cell of Excel can have
MAX_EXACT = 2**53  # whole numbers beyond it lose digits in Excel
# What openpyxl raises where a sheet is damaged.
READ_ERRORS = (zipfile.BadZipFile, ValueError, KeyError, TypeError, EOFError, SyntaxError)
_CUT = " … [cut: a cell of Excel has 32,767 characters]"

_ENCODED_RETURN = re.compile(r"_x000[dD]_\n?")
_ENCODED_MARK = re.compile(r"_x005[fF]_(?=x[0-9A-Fa-f]{4}_)")
_LOOKS_ENCODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class XlsxSource:
    """Reads the rows of one sheet: the first that has a column for texts, or else the first.

    Attributes:
        name: the file's name, for messages.
        columns: the names in the header.
        size: None: it is known only after reading.
        notes: what was skipped, for people.
    """

    schema = None
    dialect = None
    encodings: Mapping[str, int] = {}
    size: int | None = None

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name, self._file = name, file
        self._rows_read = 0
        self._book = open_workbook(file, name)
        sheet, rows = self._choose_sheet()
        head = _find_head(rows[0])
        self.notes: tuple[str, ...] = (*self._sheet_notes(sheet), *head.notes)
        self._line = head.start + 1
        self._rows = islice(chain(*rows), head.start, None)
        self.columns, self._places = self._header(next(self._rows, ()))
        for _ in range(head.skipped):
            self._next()

    def _choose_sheet(self) -> tuple[Any, tuple[Sequence[Sequence[Any]], Iterator[Sequence[Any]]]]:
        """Return a sheet, and its first rows and the rest."""
        chosen = None
        for sheet in self._visible_sheets():
            sheet.reset_dimensions()  # which some programs write wrong
            rows = sheet.iter_rows(values_only=True)
            opening = list(islice(rows, MAX_HEAD_LINES))
            titles = [str(one) for row in opening for one in row if one is not None]
            found = sheet, (opening, rows)
            if usual_columns("text", titles):
                return found
            chosen = chosen or (found if titles else None)
        if chosen is None:
            raise FileError(f"{self.name} has no header line.")
        return chosen

    def _visible_sheets(self) -> Sequence[Any]:
        sheets = self._book.worksheets
        return [one for one in sheets if one.sheet_state == "visible"] or sheets

    def _sheet_notes(self, sheet: Any) -> tuple[str, ...]:
        others = len(self._book.worksheets) - 1
        return (f"read the sheet {sheet.title} alone, of {others + 1}",) if others else ()

    def _header(self, values: Sequence[Any]) -> tuple[Sequence[str], Sequence[int]]:
        titles = [cell(cell_value(value)).strip() for value in values]
        places = [place for place, title in enumerate(titles) if title]
        if not places:
            raise FileError(f"{self.name} has no header line.")
        self._width = len(titles)
        return tuple(titles[place] for place in places), places

    def __iter__(self) -> Iterator[Row]:
        while (values := self._next()) is not None:
            if any(value not in (None, "") for value in values):
                yield self._row(values)

    def _next(self) -> Sequence[Any] | None:
        try:
            values = next(self._rows, None)
        except READ_ERRORS as error:
            raise FileError(f"{self.name} cannot be read as a workbook.") from error
        self._line += 1
        return values

    def _row(self, values: Sequence[Any]) -> Row:
        self._rows_read += 1
        padded = ["" if value is None else cell_value(value) for value in values]
        padded += [""] * (self._width - len(padded))
        fields = {
            name: padded[place]
            for name, place in zip(self.columns or (), self._places, strict=True)
        }
        return Row(line=self._line, fields=fields, is_essay=not is_no_student(fields))

    def position(self) -> int:
        return self._rows_read

    def close(self) -> None:
        self._book.close()
        self._file.close()


def open_workbook(file: BinaryIO, name: str) -> Any:
    """Return a workbook for reading: the values of its cells, of formulas the last results.

    Raises:
        FileError: it cannot be read.
    """
    try:
        _check_size(file, name)
        return load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except (FileError, MemoryError):
        raise
    except Exception as error:  # damaged workbooks make openpyxl raise anything
        raise FileError(f"{name} cannot be read as a workbook.") from error


def _check_size(file: BinaryIO, name: str) -> None:
    with zipfile.ZipFile(file) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    file.seek(0)
    if size > MAX_UNPACKED_BYTES:
        limit = MAX_UNPACKED_BYTES // 1024**2
        raise FileError(f"{name} decompresses to more than {limit} MiB; split it.")


def _find_head(rows: Sequence[Sequence[Any]]) -> Head:
    """Return where the table begins, as if the rows were lines of CSV."""
    lines = []
    for row in rows:
        line = io.StringIO()
        cells = [cell(cell_value(value)).replace("\n", " ") for value in row]
        csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
        lines.append(line.getvalue())
    return find_head(lines, ",")


def cell_value(value: object) -> object:
    """Return a cell's value: text with its line ends, whole numbers without a fraction."""
    match value:
        case str():
            return _ENCODED_MARK.sub("_", _ENCODED_RETURN.sub("\n", value))
        case float() if value.is_integer() and abs(value) < MAX_EXACT:
            return int(value)
        case datetime() if value.time() == time.min:
            return value.date()
    return value


class XlsxWriter:
    """Writes a workbook of one sheet: numbers as numbers, and everything else as text."""

    def __init__(
        self, file: BinaryIO, columns: Sequence[str], *, added: Iterable[str], prefix: str
    ) -> None:
        """Write the header.

        Args:
            file: where to write.
            columns: the input's columns.
            added: the names of the added columns.
            prefix: before these names in the header.
        """
        self._file, self._columns, self._added = file, columns, tuple(added)
        prefixed = prefixed_columns(columns, self._added, prefix)
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("Scores")
        self._sheet.freeze_panes = "A2"
        self._sheet.append([self._cell(name, bold=True) for name in (*columns, *prefixed)])

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        values = [row.fields.get(name) for name in self._columns]
        values += [added.get(name) for name in self._added]
        self._sheet.append([self._cell(value) for value in values])

    def finish(self) -> None:
        self._book.save(self._file)

    def _cell(self, value: object, *, bold: bool = False) -> Any:
        made = WriteOnlyCell(self._sheet)
        if value == "" or _is_native(value):
            made.value = None if value == "" else value
            return made
        text = ILLEGAL_CHARACTERS_RE.sub("", cell(value))
        encoded = _LOOKS_ENCODED.sub("_x005F_", text)
        fits = len(encoded) <= MAX_CELL
        made.value = encoded if fits else encoded[: MAX_CELL - len(_CUT)] + _CUT
        made.data_type = "s"  # of what begins with =, too
        made.quotePrefix = guard_formula(text) != text  # it stays text when it is edited
        if bold:
            made.font = Font(bold=True)
        return made


def _is_native(value: object) -> bool:
    """Return whether Excel has a type for a value, other than text."""
    match value:
        case bool() | None:
            return True
        case int() | float():
            return math.isfinite(value) and abs(value) <= MAX_EXACT
        case datetime():
            return value.tzinfo is None and value.year >= 1900
        case date():
            return value.year >= 1900
    return False
