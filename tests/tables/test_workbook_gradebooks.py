"""Excel workbooks as gradebooks: marks go into cells, and all other parts stay."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook
from tests.workbook_files import (
    SHEET,
    class_list,
    inline_class_list,
    rewritten,
    saved,
    with_prefix,
    without_references,
)

from essay_scorer.errors import FileError
from essay_scorer.tables.gradebook import Gradebook, StudentMark


def mark(name: str, value: str, maximum: float | None = 20) -> StudentMark:
    return StudentMark(fields={"name": name}, mark=value, maximum=maximum)


MARKS = (mark("Ada Lovelace", "14.5"), mark("emile-noel zoe", "12"), mark("Student Test", "3"))


def fill(
    path: Path, content: bytes, *marks: StudentMark, grade: str | None = None
) -> tuple[list[str], bytes]:
    path.write_bytes(content)
    notes = list(Gradebook(path, grade).fill(marks))
    return notes, path.with_name(f"{path.stem}-filled.xlsx").read_bytes()


def book(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_marks_go_in_and_all_else_stays(tmp_path: Path) -> None:
    content = class_list()
    notes, filled = fill(tmp_path / "list.xlsx", content, *MARKS, mark("Eve Poe", "4"))
    assert notes == [
        f"filled 2 of 4 marks into {tmp_path / 'list-filled.xlsx'}",
        "filled the sheet 6A alone",
        "not in the gradebook: Eve Poe",
        "kept 1 marks that were there",
    ]
    assert [cell.value for cell in book(filled)["6A"]["D"]] == [
        *(None, None, "Note", 14.5, 12, None, 9, None, "=AVERAGE(D4:D7)")
    ]
    before, after = parts(content), parts(filled)
    assert list(before) == list(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {SHEET, "xl/workbook.xml"}
    cells = re.compile(r'<c r="D[45]".*?(?:/>|</c>)')
    sheets = [cells.sub("", one[SHEET].decode()) for one in (before, after)]
    assert sheets[0] == sheets[1]
    assert book(filled)["6A"]["D4"]._style == book(content)["6A"]["D4"]._style
    assert book(filled).calculation.fullCalcOnLoad


FORMS: dict[str, Callable[[], bytes]] = {
    "inline strings": inline_class_list,
    "no references": lambda: without_references(class_list()),
    "a prefix": lambda: with_prefix(class_list()),
    "UTF-16": lambda: rewritten(class_list(), SHEET, "$^", "", "utf-16"),
    "no calcPr": lambda: rewritten(class_list(), "xl/workbook.xml", r"<calcPr[^>]*>", ""),
}


@pytest.mark.parametrize("form", FORMS)
def test_workbooks_of_other_programs_are_filled(tmp_path: Path, form: str) -> None:
    _, filled = fill(tmp_path / "list.xlsx", FORMS[form](), *MARKS)
    sheet = book(filled)["6A"]
    assert [sheet.cell(row, 4).value for row in range(4, 8)] == [14.5, 12, None, 9]
    assert [sheet.cell(row, 1).value for row in (4, 7)] == ["Lovelace", "Test"]
    assert book(filled).calculation.fullCalcOnLoad


def test_formulas_of_one_and_of_several_cells_stay(tmp_path: Path) -> None:
    changed = book(class_list())
    changed["6A"]["D4"] = "=F4*2"
    notes, filled = fill(tmp_path / "list.xlsx", saved(changed), *MARKS[:2])
    assert notes[-1] == "1 cell holds a formula and is left as it is"
    assert [book(filled)["6A"][name].value for name in ("D4", "D5")] == ["=F4*2", 12]
    array = r'\1><f t="array" ref="D4:D5">F4:F5</f><v>0</v></c>'
    content = rewritten(class_list(), SHEET, r'(<c r="D4"[^>]*?) ?/>', array)
    notes, _ = fill(tmp_path / "list.xlsx", content, mark("Ada Lovelace", ""), MARKS[1])
    assert notes[-1] == "1 cell holds a formula and is left as it is"


def test_missing_cells_are_added(tmp_path: Path) -> None:
    content = rewritten(class_list(), SHEET, r'<c r="[DEF][45]".*?(?:/>|</c>)', "")
    content = rewritten(content, SHEET, 'min="5"', 'style="2" min="3"')
    content = rewritten(content, SHEET, '<row r="4"', '<row r="4" spans="1:3"')
    content = rewritten(content, SHEET, 'ref="A1:F9"', 'ref="A1:B9"')
    _, filled = fill(tmp_path / "list.xlsx", content, *MARKS)
    xml = parts(filled)[SHEET].decode()
    assert '<dimension ref="A1:D9"' in xml
    assert '<row r="4" spans="1:4"' in xml
    assert '<c r="D4" s="2"><v>14.5</v></c></row>' in xml
    assert book(filled)["6A"]["D5"].value == 12


def test_letters_are_text_and_percents_are_shares(tmp_path: Path) -> None:
    _, filled = fill(tmp_path / "list.xlsx", class_list(), mark("Ada Lovelace", "=B+", None))
    cell = book(filled)["6A"]["D4"]
    assert (cell.value, cell.data_type) == ("=B+", "s")
    changed = book(class_list())
    changed["6A"]["D4"].number_format = "0%"
    _, filled = fill(tmp_path / "list.xlsx", saved(changed), mark("Ada Lovelace", "85", 100))
    assert book(filled)["6A"]["D4"].value == 0.85


def test_the_sheet_with_the_students_is_filled(tmp_path: Path) -> None:
    notes, filled = fill(tmp_path / "list.xlsx", class_list(), mark("Grace Hopper", "17"))
    assert "filled the sheet 6B alone" in notes
    assert book(filled)["6B"]["B2"].value == 17


def test_a_column_can_be_named(tmp_path: Path) -> None:
    changed = book(class_list())
    changed["6A"]["D3"] = "Essay 1"
    del changed["6B"]
    with pytest.raises(FileError, match="name it with --grade"):
        fill(tmp_path / "list.xlsx", saved(changed), *MARKS)
    _, filled = fill(tmp_path / "list.xlsx", saved(changed), *MARKS, grade="Essay 1")
    assert book(filled)["6A"]["D4"].value == 14.5


def test_what_is_no_class_list_is_refused_with_a_sentence(tmp_path: Path) -> None:
    empty = saved(openpyxl.Workbook())
    content = class_list()
    cut = content[: len(content) // 2]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("essay.txt", "An essay.")
    doctype = rewritten(content, SHEET, "^", '<!DOCTYPE x [<!ENTITY y "z">]>')
    declared = rewritten(content, SHEET, "^", "<!DOCTYPE x>")
    cut_xml = rewritten(content, SHEET, '(?s)<row r="7".*', "")
    flipped = bytearray(content)
    flipped[content.index(b"xl/theme/theme1.xml") + 200] ^= 0xFF
    damaged = (cut, doctype, declared, cut_xml, bytes(flipped))
    for bad in (empty, archive.getvalue(), b"\xd0\xcf\x11\xe0", *damaged):
        with pytest.raises(FileError, match=r"\.$"):
            fill(tmp_path / "list.xlsx", bad, *MARKS)
    assert not (tmp_path / "list-filled.xlsx").exists()
