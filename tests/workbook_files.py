"""Class lists as Excel workbooks: as Excel writes them, and as other programs do."""

import io
import re
import zipfile
from datetime import date

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRINGS_RELATION = (
    '<Relationship Id="rIdStrings" Target="sharedStrings.xml" Type="http://schemas.openxmlformats'
    '.org/officeDocument/2006/relationships/sharedStrings"/>'
)
STRINGS_TYPE = (
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sharedStrings+xml"/>'
)
STUDENTS = (
    ("Lovelace", "Ada", "ada@school.example", None, None, date(2012, 12, 10)),
    ("Émile-Noël", "Zoé", "zoe@school.example", None, None, date(2012, 3, 1)),
    ("Turing", "Alan", "alan@school.example", None, None, date(2012, 6, 23)),
    ("Test", "Student", "test@school.example", 9, "Late.", date(2012, 1, 1)),
)


def class_list() -> bytes:
    """Return a workbook with two classes, as Excel writes it."""
    return with_shared_strings(inline_class_list())


def inline_class_list() -> bytes:
    """Return a workbook with two classes, of which 6A has all that a teacher's may have."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "6A"
    sheet.append(["Collège Ada-Lovelace – 6A"])
    sheet.append([])
    sheet.append(["Nom", "Prénom", "E-mail", "Note", "Appréciation", "Né le"])
    for student in STUDENTS:
        sheet.append(student)
    sheet["A9"], sheet["D9"] = "Average", "=AVERAGE(D4:D7)"
    sheet.merge_cells("A1:F1")
    _decorate(sheet)
    other = book.create_sheet("6B")
    for row in (["Name", "Mark"], ["Grace Hopper", None], ["Bo", 3]):
        other.append(row)
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=4, min_row=3, max_row=7), titles_from_data=True)
    other.add_chart(chart, "D2")
    book.defined_names["marks"] = DefinedName("marks", attr_text="'6A'!$D$4:$D$7")
    return rewritten(saved(book), "xl/workbook.xml", ' fullCalcOnLoad="1"', "")


def _decorate(sheet: Worksheet) -> None:
    sheet["A1"].font = Font(bold=True, size=16)
    for row in range(4, 8):
        sheet.cell(row, 4).number_format = "0.0"
        sheet.cell(row, 5).fill = PatternFill("solid", fgColor="FFEEDD")
    sheet.column_dimensions["E"].width = 60
    rule = CellIsRule(operator="lessThan", formula=["10"], font=Font(color="FF0000"))
    sheet.conditional_formatting.add("D4:D7", rule)
    sheet.add_table(Table(displayName="Students", ref="A3:F7"))


def saved(book: openpyxl.Workbook) -> bytes:
    """Return a workbook's file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rewritten(
    content: bytes, part: str, pattern: str, replacement: str, encoding: str = "utf-8"
) -> bytes:
    """Return a workbook with what matches the pattern in a part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == part:
                data = re.sub(pattern, replacement, data.decode()).encode(encoding)
            new.writestr(entry, data)
    return out.getvalue()


def with_shared_strings(content: bytes) -> bytes:
    """Return a workbook whose first sheet has its texts in a part of their own, as Excel does."""
    texts: list[str] = []

    def shared(match: re.Match[str]) -> str:
        texts.append(match[2])
        return f'{match[1]} t="s"><v>{len(texts) - 1}</v></c>'

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inline = re.compile(r'(<c r="\w+"(?: s="\d+")?) t="inlineStr"><is><t>([^<]*)</t></is></c>')
        xml = inline.sub(shared, archive.read(SHEET).decode())
    content = rewritten(content, SHEET, r"(?s).+", xml)
    content = rewritten(content, "xl/_rels/workbook.xml.rels", "</Rel", f"{STRINGS_RELATION}</Rel")
    content = rewritten(content, "[Content_Types].xml", "</Types", f"{STRINGS_TYPE}</Types")
    strings = "".join(f"<si><t>{text}</t></si>" for text in texts)
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>')
    return out.getvalue()


def without_references(content: bytes) -> bytes:
    """Return a workbook whose first sheet does not say where its rows and cells are."""
    # Row 8 is not in the file, so that only the rows above it can do without numbers.
    with_gap = re.compile(r'<(row|c) r="(?:[A-Z]?)[1-7]"')
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read(SHEET).decode()
    xml = xml.replace('<row r="3"', '<row r="2"></row><row r="3"', 1)
    return rewritten(content, SHEET, r"(?s).+", with_gap.sub(r"<\1", xml))


def with_prefix(content: bytes) -> bytes:
    """Return a workbook whose first sheet names its elements with a prefix."""
    content = rewritten(content, SHEET, r"<(/?)(?=\w)", r"<\1x:")
    return rewritten(content, SHEET, 'xmlns="', 'xmlns:x="')
