"""An Excel workbook as a gradebook: marks go into its cells, and all other parts stay.

openpyxl reads the workbook. It does not write it: what it does not know of would be lost.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from essay_scorer.documents.office_archive import Budget, OfficeArchive
from essay_scorer.documents.problems import DAMAGED, Refused, refusal
from essay_scorer.documents.xml_parts import MAX_TAGS, attribute, decode_xml, descendants, parse_xml
from essay_scorer.documents.zip_errors import ENTRY_ERRORS
from essay_scorer.errors import FileError
from essay_scorer.tables.class_list import ListRow, StudentMark
from essay_scorer.tables.delimited import cell
from essay_scorer.tables.head_lines import MAX_HEAD_LINES
from essay_scorer.tables.roster import grade_column, names_students
from essay_scorer.tables.sheet_xml import XmlRow, fill_sheet, scan_sheet
from essay_scorer.tables.xlsx import MAX_UNPACKED_BYTES, READ_ERRORS, cell_value, open_workbook
from essay_scorer.tables.xml_text import Edit, apply_edits, tags

_CALCULATED_ON_LOAD = re.compile(r"\s+fullCalcOnLoad\s*=\s*(?:\"[^\"]*\"|'[^']*')")
# The elements that calcPr follows in a workbook (CT_Workbook in annex A.2).
_BEFORE_CALCULATION = ("sheets", "functionGroups", "externalReferences", "definedNames")
_LITERAL = re.compile(r'"[^"]*"|\\.')  # in the code of a number's format
_ENCODING = re.compile(r"(\s*<\?xml[^>]*?encoding=[\"'])[\w.-]+")


class WorkbookList:
    """The list in one sheet of a workbook."""

    def __init__(
        self,
        book: "_Book",
        title: str,
        cells: Mapping[int, Sequence[Any]],
        *,
        where: str,
        grade: str | None,
    ) -> None:
        """Find the list in a sheet.

        Args:
            book: the workbook.
            title: of the sheet.
            cells: of its rows, by their numbers, as openpyxl reads them.
            where: the file, for messages.
            grade: the column for the marks; by default, the only one that can be it.

        Raises:
            FileError: it has no row of titles, or the column is not clear.
        """
        self.title: str | None = title if len(book.parts) > 1 else None
        self._book, self._part = book, book.parts[title]
        xml = book.xml(self._part)
        if xml.count("<") > MAX_TAGS:
            raise FileError(f"{where}, sheet {title}, is far larger than a list of students.")
        head = next((n for n in cells if n <= MAX_HEAD_LINES and _is_head(cells[n])), None)
        if head is None:
            raise FileError(f"{where} has no list of students: a row of titles with their names.")
        names = _texts(cells[head])
        self._place = names.index(grade_column([name for name in names if name], grade, where))
        self._xml = {row.number: row for row in scan_sheet(xml).rows}
        self._cells = {n: row for n, row in cells.items() if n > head}
        self.rows: Sequence[ListRow] = [
            self._row(names, row, number) for number, row in self._cells.items()
        ]

    def _row(self, names: Sequence[str], cells: Sequence[Any], number: int) -> ListRow:
        values = ["" if one.value is None else cell_value(one.value) for one in cells]
        values += [""] * (len(names) - len(values))
        fields = {name: value for name, value in zip(names, values, strict=False) if name}
        return ListRow(
            line=number,
            fields=fields,
            mark=cell(values[self._place]),
            is_formula=self._is_formula(self._xml[number]),
        )

    def _is_formula(self, row: XmlRow) -> bool:
        return any(one.is_formula and one.column == self._place for one in row.cells)

    def write(self, file: BinaryIO, marks: Mapping[int, StudentMark]) -> None:
        """Write a copy of the workbook with marks filled in, by the index of the row."""
        filled = {
            self.rows[index].line: {self._place: self._value(self.rows[index].line, mark)}
            for index, mark in marks.items()
        }
        sheet = fill_sheet(self._book.xml(self._part), filled)
        self._book.write(file, self._part, sheet)

    def _value(self, number: int, mark: StudentMark) -> float | str:
        """Return a mark as Excel enters it: 85 is 0.85 in a cell that shows percent."""
        if mark.maximum is None:
            return mark.mark
        cells = self._cells[number]
        code = cells[self._place].number_format if self._place < len(cells) else None
        shows_percent = "%" in _LITERAL.sub("", code or "")
        return float(mark.mark) / 100 if shows_percent else float(mark.mark)


def _filled_rows(sheet: Any, where: str) -> Mapping[int, Sequence[Any]]:
    """Return the rows of a sheet that are not blank, by their numbers."""
    sheet.reset_dimensions()  # which some programs write wrong
    try:
        rows = enumerate(sheet.iter_rows(), 1)
        return {n: row for n, row in rows if any(one.value not in (None, "") for one in row)}
    except READ_ERRORS as error:
        raise FileError(f"{where} cannot be read as a workbook.") from error


def _texts(cells: Sequence[Any]) -> Sequence[str]:
    return [cell(cell_value(one.value)).strip() for one in cells]


def _is_head(cells: Sequence[Any]) -> bool:
    return names_students(_texts(cells))


class _Book:
    """The parts of a workbook.

    Attributes:
        parts: the names of the parts with sheets, by the sheet's title.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        _check_archive(data)
        self._archive = OfficeArchive(data, Budget(MAX_UNPACKED_BYTES))
        found = self._related("").values()
        self._main = next((part for kind, part in found if kind == "officeDocument"), "")
        self._main = self._main or "xl/workbook.xml"
        root = parse_xml(self._read(self._main))
        related = self._related(self._main)
        self.parts = {
            attribute(sheet, "name") or "": related[key][1]
            for sheet in descendants(root, "sheet")
            if (key := attribute(sheet, "id") or "") in related
        }

    def _related(self, part: str) -> Mapping[str, tuple[str, str]]:
        """Return what a part refers to, by its identifier: the type's name, and the part's."""
        folder, name = posixpath.split(part)
        found = self._archive.read(posixpath.join(folder, "_rels", f"{name}.rels"))
        relations = descendants(parse_xml(found), "Relationship") if found else ()
        return {
            one.get("Id", ""): (
                one.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/"),
            )
            for one in relations
        }

    def _read(self, part: str) -> bytes:
        data = self._archive.read(part)
        if data is None:
            raise Refused(DAMAGED)
        return data

    def xml(self, part: str) -> str:
        """Return the text of a part. Office programs write no document type."""
        xml = decode_xml(self._read(part))
        if "<!DOCTYPE" in xml:
            raise Refused(DAMAGED)
        return xml

    def write(self, file: BinaryIO, part: str, sheet: str) -> None:
        """Write a copy of the workbook with the XML of a sheet replaced."""
        book = calculate_on_load(self.xml(self._main))
        replaced = {part.lower(): sheet, self._main.lower(): book}
        with (
            zipfile.ZipFile(io.BytesIO(self._data)) as old,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for entry in old.infolist():
                xml = replaced.get(entry.filename.lower())
                content = old.read(entry) if xml is None else _encode(xml)
                entry.extra = b""  # it may tell sizes that are no longer true
                new.writestr(entry, content)


def _check_archive(data: bytes) -> None:
    """Check all parts: a copy has them, and should not fail when the essays are scored."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            damaged = archive.testzip()
    except (*ENTRY_ERRORS, RuntimeError) as error:
        raise Refused(DAMAGED) from error
    if damaged is not None:
        raise Refused(DAMAGED)


def workbook_lists(data: bytes, name: str, grade: str | None) -> Sequence[WorkbookList]:
    """Return the lists of students in a workbook's visible sheets, at least one.

    Args:
        data: the file's content.
        name: the file, for messages.
        grade: the column for the marks; by default, the only one that can be it.

    Raises:
        FileError: it is no workbook or has no list, or the column is not clear.
    """
    opened = open_workbook(io.BytesIO(data), name)
    try:
        book = _Book(data)
        visible = [one for one in opened.worksheets if one.sheet_state == "visible"]
        return _lists(book, visible, name, grade)
    except Refused as error:
        raise refusal(name, error.code) from error


def _lists(
    book: _Book, sheets: Sequence[Any], where: str, grade: str | None
) -> Sequence[WorkbookList]:
    found, problem = [], FileError(f"{where} has no sheet with a list of students.")
    for sheet in sheets:
        cells = _filled_rows(sheet, where)
        try:
            found.append(WorkbookList(book, sheet.title, cells, where=where, grade=grade))
        except FileError as error:
            problem = error
    if not found:
        raise problem
    return found


def calculate_on_load(xml: str) -> str:
    """Return a workbook's XML that has Excel calculate all formulas when it opens the file.

    Each formula's cell keeps its last value, which Excel shows until then: the average of the marks
    would still be the one from before they were filled in.
    """
    children = [tag for tag in tags(xml) if tag.depth == 1]
    old = next((tag for tag in children if tag.local == "calcPr" and not tag.is_closing), None)
    before = next(tag for tag in reversed(children) if tag.local in _BEFORE_CALCULATION)
    prefix = before.name.removesuffix(before.local)
    attributes = _CALCULATED_ON_LOAD.sub("", old.attributes).rstrip() if old else ""
    end = "/" if old is None or old.is_empty else ""
    text = f'<{prefix}calcPr{attributes} fullCalcOnLoad="1"{end}>'
    return apply_edits(
        xml, [Edit(old.start, old.end, text) if old else Edit(before.end, before.end, text)]
    )


def _encode(xml: str) -> bytes:
    """Return XML in UTF-8; a declaration says nothing else."""
    return _ENCODING.sub(r"\1UTF-8", xml, count=1).encode()
