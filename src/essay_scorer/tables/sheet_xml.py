"""The XML of a workbook's sheet as text: where its cells are, and the same with some filled.

Nothing else of the text changes, so that what we do not know of stays (ECMA-376, part 1, section
18.3). The page fills workbooks by the same rules, in ``static/sheet-xml.js``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from essay_scorer.tables.xml_text import Edit, Tag, apply_edits, tags

MAX_TEXT = 32_767  # characters that a cell of Excel can have

_REFERENCE = re.compile(r"([A-Z]+)(\d+)")
# Attributes of a cell's value that do not hold for another value.
_OF_OLD_VALUE = re.compile(r"\s+(?:t|cm|vm)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_SPANS = re.compile(r"(\sspans\s*=\s*[\"'](?:\d+:\d+ )*\d+:)(\d+)")
_EXTENT = re.compile(r"(.*?\sref\s*=\s*[\"'])([A-Z]+\d+)(?::([A-Z]+\d+))?", re.DOTALL)
# What no XML may have, and what Excel reads as a character's code.
_NO_CHARACTERS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ENCODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(slots=True, kw_only=True)
class XmlCell:
    """A cell: its column from 0, where it is, and whether a formula gives its value."""

    column: int
    tag: Tag
    end: int
    is_formula: bool = False


@dataclass(slots=True, kw_only=True)
class XmlRow:
    """A row: its number from 1, where its last tag is, and its cells."""

    number: int
    tag: Tag
    closing: int = 0
    cells: list[XmlCell] = field(default_factory=list)


@dataclass(slots=True)
class XmlSheet:
    """A sheet: its rows, and the tags before them that tell its extent and its columns' styles."""

    rows: list[XmlRow] = field(default_factory=list)
    hints: list[Tag] = field(default_factory=list)


def scan_sheet(xml: str) -> XmlSheet:
    """Return where the rows and cells of a sheet are in its XML."""
    sheet = XmlSheet()
    rows = sheet.rows
    spills: list[str] = []  # where formulas that fill several cells do
    for tag in tags(xml):
        match tag.depth, tag.local, tag.is_closing:
            case 1, "sheetData", True:
                break
            case (1, "dimension", False) | (2, "col", False):
                sheet.hints.append(tag)
            case 2, "row", False:
                rows.append(_new_row(tag, rows))
            case 2, "row", True:
                rows[-1].closing = tag.start
            case 3, "c", False:
                rows[-1].cells.append(_new_cell(tag, rows[-1].cells))
            case 3, "c", True:
                rows[-1].cells[-1].end = tag.end
            case 4, "f", False:
                rows[-1].cells[-1].is_formula = True
                spills += _spill(tag)
    for spill in spills:
        _mark_formulas(sheet, spill)
    return sheet


def _new_row(tag: Tag, before: Sequence[XmlRow]) -> XmlRow:
    """Return a row; one without a number follows the one before."""
    number = tag.get("r")
    follows = before[-1].number + 1 if before else 1
    return XmlRow(number=int(number) if number else follows, tag=tag)


def _new_cell(tag: Tag, before: Sequence[XmlCell]) -> XmlCell:
    found = _REFERENCE.match(tag.get("r") or "")
    follows = before[-1].column + 1 if before else 0
    return XmlCell(column=_column(found[1]) if found else follows, tag=tag, end=tag.end)


def _spill(formula: Tag) -> Sequence[str]:
    """Return the range that a formula fills, if it fills more than its cell."""
    fills_range = formula.get("t") in ("array", "dataTable")
    return [formula.get("ref") or ""] if fills_range else []


def _mark_formulas(sheet: XmlSheet, spill: str) -> None:
    corners = [(_column(letters), int(row)) for letters, row in _REFERENCE.findall(spill)]
    if not corners:
        return
    (left, top), (right, bottom) = corners[0], corners[-1]
    for row in sheet.rows:
        for cell in row.cells if top <= row.number <= bottom else ():
            cell.is_formula |= left <= cell.column <= right


def fill_sheet(xml: str, filled: Mapping[int, Mapping[int, float | str]]) -> str:
    """Return a sheet's XML with cells filled: numbers as numbers, and texts as texts.

    Args:
        xml: the sheet's.
        filled: new values, by the row's number and by column from 0.
    """
    sheet = scan_sheet(xml)
    edits: list[Edit] = []
    for row in sheet.rows:
        if values := filled.get(row.number):
            edits += [_cell_edit(row, column, values[column], sheet) for column in sorted(values)]
            edits += _widened_row(row.tag, max(values) + 1)
    width = max((max(values) + 1 for values in filled.values()), default=0)
    dimension = next((tag for tag in sheet.hints if tag.local == "dimension"), None)
    return apply_edits(xml, [*edits, *_widened_extent(dimension, width)])


def _cell_edit(row: XmlRow, column: int, value: float | str, sheet: XmlSheet) -> Edit:
    """Return the change that fills a cell, or that adds it where the row lacks it."""
    cell = next((one for one in row.cells if one.column == column), None)
    prefix = row.tag.name.removesuffix("row")
    if cell:
        attributes = _OF_OLD_VALUE.sub("", cell.tag.attributes).rstrip()
        return Edit(cell.tag.start, cell.end, _cell_xml(prefix, attributes, value))
    style = _style(row.tag, column, sheet)
    attributes = f' r="{column_name(column)}{row.number}"' + (f' s="{style}"' if style else "")
    start = next((one.tag.start for one in row.cells if one.column > column), row.closing)
    return Edit(start, start, _cell_xml(prefix, attributes, value))


def _style(row: Tag, column: int, sheet: XmlSheet) -> str | None:
    """Return the style of a cell that is not there yet: its row's, or else its column's."""
    if row.get("customFormat") in ("1", "true"):
        return row.get("s")
    around = (tag for tag in sheet.hints if tag.local == "col" and _is_around(tag, column + 1))
    return next((tag.get("style") for tag in around), None)


def _is_around(columns: Tag, number: int) -> bool:
    return int(columns.get("min") or 0) <= number <= int(columns.get("max") or 0)


def _cell_xml(prefix: str, attributes: str, value: float | str) -> str:
    p = prefix
    if isinstance(value, str):
        text = f'<{p}is><{p}t xml:space="preserve">{_escape(value)}</{p}t></{p}is>'
        return f'<{p}c{attributes} t="inlineStr">{text}</{p}c>'
    return f"<{p}c{attributes}><{p}v>{value:.15g}</{p}v></{p}c>"


def _escape(text: str) -> str:
    lines = re.sub(r"\r\n?", "\n", text[:MAX_TEXT])
    plain = _LOOKS_ENCODED.sub("_x005F_", _NO_CHARACTERS.sub("", lines))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _widened_row(tag: Tag, width: int) -> Sequence[Edit]:
    """Return the change of what a row says of its width, if there is one."""
    widened = _SPANS.sub(lambda one: f"{one[1]}{max(int(one[2]), width)}", tag.attributes)
    changed = widened != tag.attributes
    return [Edit(tag.start, tag.end, f"<{tag.name}{widened}>")] if changed else []


def _widened_extent(tag: Tag | None, width: int) -> Sequence[Edit]:
    found = _EXTENT.match(tag.attributes) if tag else None
    last = _REFERENCE.fullmatch(found[3] or found[2]) if found else None
    if tag is None or found is None or last is None or _column(last[1]) + 1 >= width:
        return []
    extent = f"{found[1]}{found[2]}:{column_name(width - 1)}{last[2]}"
    rest = tag.attributes[found.end() :] + ("/" if tag.is_empty else "")
    return [Edit(tag.start, tag.end, f"<{tag.name}{extent}{rest}>")]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def column_name(column: int) -> str:
    """Return the letters of a column, such as "AB" of 27."""
    rest, last = divmod(column, 26)
    return (column_name(rest - 1) if rest else "") + chr(65 + last)
