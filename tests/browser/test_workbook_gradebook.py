"""Excel workbooks as gradebooks: marks and comments go in, and all else stays as it was."""

import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook
from playwright.sync_api import Page, expect

from tests.browser.fake_server import FakeServer, result
from tests.browser.gradebook_actions import attach, download, enter, score_class
from tests.browser.page_actions import OpenPage, open_table, reload_class
from tests.workbook_files import (
    SHEET,
    class_list,
    inline_class_list,
    rewritten,
    with_prefix,
    without_references,
)

NAME = "6a.xlsx"
COMMENT = '=1+1 is "no" <sum> & _x0041_ is no A.\nSecond line 🙂  with spaces '


def _attach(page: Page, content: bytes, name: str = NAME) -> None:
    attach(page, content, name)


def _filled(page: Page, name: str = NAME) -> bytes:
    saved_as, content = download(page)
    assert saved_as == name
    return content


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _book(content: bytes, **options: bool) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), **options)


def _fill_class(open_page: OpenPage, content: bytes) -> tuple[Page, bytes]:
    """Fill the class list with marks and a comment; return the page and the file."""
    page = open_page("#class")
    score_class(
        page, [("Ada Lovelace", "One."), ("Émile-Noël Zoe", "Two."), ("Turing, Alan", "Three.")]
    )
    enter(page, "Ada Lovelace", mark="14,5", comment=COMMENT)
    enter(page, "Émile-Noël Zoe", mark="12")
    _attach(page, content)
    expect(page.locator("#gradebook-report")).to_contain_text("3 of 4 students in 6a.xlsx")
    return page, _filled(page)


def _check_class(content: bytes) -> None:
    sheet = _book(content)["6A"]
    # What looks like the code of a character is written with one, which openpyxl does not read.
    encoded = COMMENT.replace("_x", "_x005F_x")
    assert [(sheet.cell(row, 4).value, sheet.cell(row, 5).value) for row in range(4, 8)] == [
        (14.5, encoded),
        (12, None),
        (None, None),
        (9, "Late."),
    ]
    assert sheet["E4"].data_type != "f"


def test_marks_are_numbers_and_comments_are_text(open_page: OpenPage) -> None:
    _, filled = _fill_class(open_page, class_list())
    _check_class(filled)


def test_all_other_cells_styles_and_parts_stay(open_page: OpenPage) -> None:
    content = class_list()
    _, filled = _fill_class(open_page, content)
    before, after = _parts(content), _parts(filled)
    assert list(after) == list(before)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {SHEET, "xl/workbook.xml"}
    old, new = _book(content)["6A"], _book(filled)["6A"]
    for row in range(1, old.max_row + 1):
        for column in range(1, 7):
            cells = old.cell(row, column), new.cell(row, column)
            if (row, column) not in {(4, 4), (5, 4), (4, 5)}:
                assert cells[0].value == cells[1].value
            assert cells[0]._style == cells[1]._style
    filled_cells = re.compile(r'<c r="(?:D4|E4|D5)".*?(?:/>|</c>)', re.DOTALL)
    sheets = [filled_cells.sub("", parts[SHEET].decode()) for parts in (before, after)]
    assert sheets[0] == sheets[1]


def test_formulas_are_calculated_again(open_page: OpenPage) -> None:
    _, filled = _fill_class(open_page, class_list())
    assert _book(filled).calculation.fullCalcOnLoad
    assert _book(filled)["6A"]["D9"].value == "=AVERAGE(D4:D7)"
    bare = rewritten(class_list(), "xl/workbook.xml", r"<calcPr[^>]*>", "")
    assert b"calcPr" not in _parts(bare)["xl/workbook.xml"]
    _, filled = _fill_class(open_page, bare)
    assert _book(filled).calculation.fullCalcOnLoad


FORMS: dict[str, Callable[[], bytes]] = {
    "inline strings": inline_class_list,
    "no references": lambda: without_references(class_list()),
    "a prefix": lambda: with_prefix(class_list()),
    "UTF-16": lambda: rewritten(class_list(), SHEET, "$^", "", "utf-16"),
}


@pytest.mark.parametrize("form", FORMS)
def test_sheets_of_other_programs_are_filled(open_page: OpenPage, form: str) -> None:
    content = FORMS[form]()
    _, filled = _fill_class(open_page, content)
    _check_class(filled)
    after = _book(filled)["6A"]
    assert after["A4"].value == "Lovelace"
    assert after["F4"].value == _book(class_list())["6A"]["F4"].value


def test_a_formula_in_a_students_cell_is_left(open_page: OpenPage) -> None:
    book = _book(class_list())
    book["6A"]["D4"] = "=F4*2"
    out = io.BytesIO()
    book.save(out)
    page, filled = _fill_class(open_page, out.getvalue())
    report = page.locator("#gradebook-report")
    expect(report).to_contain_text("1 mark and 1 comment will be filled in.")
    expect(report).to_contain_text("1 cell holds a formula and is left as it is.")
    sheet = _book(filled)["6A"]
    assert [sheet["D4"].value, sheet["D5"].value] == ["=F4*2", 12]


def test_cells_that_an_array_formula_fills_are_left(open_page: OpenPage) -> None:
    array = '<f t="array" ref="D4:D5">F4:F5</f><v>0</v></c>'
    content = rewritten(class_list(), SHEET, r'(<c r="D4"[^>]*?) ?/>', rf"\1>{array}")
    page, filled = _fill_class(open_page, content)
    expect(page.locator("#gradebook-report")).to_contain_text("2 cells hold formulas")
    before, after = (_parts(one)[SHEET].decode() for one in (content, filled))
    cut = before.index('<c r="D5"')
    assert after[after.index('<c r="D5"') :][:30] == before[cut : cut + 30]


def test_missing_cells_are_added_in_the_style_of_their_column(open_page: OpenPage) -> None:
    content = rewritten(class_list(), SHEET, r'<c r="[DE][45]"[^>]*?/>', "")
    content = rewritten(content, SHEET, r"<col ", '<col style="2" ')
    content = rewritten(content, SHEET, r'<row r="4"', r'<row r="4" spans="1:3"')
    content = rewritten(content, SHEET, r'ref="A1:F9"', r'ref="A1:B9"')
    _, filled = _fill_class(open_page, content)
    _check_class(filled)
    xml = _parts(filled)[SHEET].decode()
    assert '<dimension ref="A1:E9"' in xml
    assert '<row r="4" spans="1:5"' in xml
    assert '<c r="E4" s="2" t="inlineStr">' in xml


def test_letters_are_text(open_page: OpenPage) -> None:
    page = open_page("#class")
    score_class(page, [("Ada Lovelace", "One essay.")], scale="A,B,C,D,F")
    enter(page, "Ada Lovelace", mark="B")
    _attach(page, class_list())
    expect(page.locator("#gradebook-report")).to_contain_text("1 mark and 0 comments")
    cell = _book(_filled(page))["6A"]["D4"]
    assert (cell.value, cell.data_type) == ("B", "s")


def test_a_column_of_percents_shows_the_mark(open_page: OpenPage) -> None:
    book = _book(class_list())
    book["6A"]["D4"].number_format = "0%"
    out = io.BytesIO()
    book.save(out)
    page = open_page("#class")
    score_class(page, [("Ada Lovelace", "One essay.")], scale="0-100")
    enter(page, "Ada Lovelace", mark="85")
    _attach(page, out.getvalue())
    expect(page.locator("#gradebook-report")).to_contain_text("1 mark and 0 comments")
    assert _book(_filled(page))["6A"]["D4"].value == 0.85


def test_the_sheet_of_the_class_is_filled(open_page: OpenPage) -> None:
    page = open_page("#class")
    score_class(page, [("Grace Hopper", "One essay.")])
    enter(page, "Grace Hopper", mark="17")
    _attach(page, class_list())
    expect(page.locator("#gradebook-report")).to_contain_text("Only the sheet “6B” will be filled")
    content = class_list()
    filled = _filled(page)
    assert _book(filled)["6B"]["B2"].value == 17
    sheets = [_parts(one)[SHEET] for one in (content, filled)]
    assert sheets[0] == sheets[1]


def test_a_class_that_came_from_a_workbook_fills_it(open_page: OpenPage) -> None:
    page = open_page("#class")
    FakeServer.install(page, result())
    book = _book(class_list())
    for row in range(4, 8):
        book["6A"].cell(row, 7, f"Essay {row}: schools should open later. " * 20)
    book["6A"].cell(3, 7, "Essay")
    out = io.BytesIO()
    book.save(out)
    open_table(page, out.getvalue(), "6a.xlsx")
    page.locator("#column-form [type=submit]").click()
    expect(page.locator("#stop-class")).to_be_hidden()
    page.locator("#mark-scale").select_option("0-20")
    expect(page.locator("#gradebook-report")).to_contain_text("4 of 4 students")
    expect(page.locator("#gradebook-column option")).not_to_contain_text(["Essay"])
    enter(page, "Ada Lovelace", mark="14,5", comment=COMMENT)
    enter(page, "Zoé Émile-Noël", mark="12")
    enter(page, "Student Test", mark="9", comment="Late.")
    reload_class(page)
    expect(page.locator("#gradebook-report")).to_contain_text("4 of 4 students")
    _check_class(_filled(page))


def test_a_filled_workbook_can_be_filled_again(open_page: OpenPage) -> None:
    page, first = _fill_class(open_page, class_list())
    _attach(page, first, "again.xlsx")
    expect(page.locator("#gradebook-report")).to_contain_text("students in again.xlsx")
    second = _filled(page, "again.xlsx")
    assert _parts(second) == _parts(first)


def test_nothing_for_workbooks_is_loaded_before_one_is_opened(open_page: OpenPage) -> None:
    page = open_page("#class")
    paths: list[str] = []
    page.on("request", lambda request: paths.append(request.url.rpartition("/")[2]))
    score_class(page, [("Ada Lovelace", "One essay.")])
    _attach(page, b"name,mark\nAda Lovelace,\n", "6a.csv")
    expect(page.locator("#gradebook-report")).to_contain_text("1 of 1 students")
    modules = {"workbook-gradebook.js", "sheet-xml.js", "xlsx.js", "zip-writer.js"}
    assert modules.isdisjoint(paths)
    _attach(page, class_list())
    expect(page.locator("#gradebook-report")).to_contain_text("1 of 4 students")
    assert modules <= set(paths)


def test_a_damaged_workbook_is_refused(open_page: OpenPage) -> None:
    page = open_page("#class")
    score_class(page, [("Ada", "One essay.")])
    content = class_list()
    for broken in (content[:-200], rewritten(content, SHEET, "^", "<!DOCTYPE x>")):
        page.locator("#gradebook-error").evaluate("node => node.textContent = ''")
        _attach(page, broken)
        expect(page.locator("#gradebook-error")).to_contain_text("can’t be read")
        expect(page.locator("#download-gradebook")).to_be_hidden()
