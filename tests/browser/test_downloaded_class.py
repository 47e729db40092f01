"""A downloaded class that a spreadsheet program saved again: marks and comments come back."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.fake_server import FakeServer, result
from tests.browser.gradebook_actions import download
from tests.browser.page_actions import HEADER, OpenPage, open_table, score_table
from tests.workbook_files import saved

COMMENT = '=Good; "very" good,\nsays Zoé.'
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _as_csv(content: bytes, *, encoding: str, separator: str) -> bytes:
    """Return a table as Excel saves it where a comma is in numbers."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    for row in _rows(content):
        writer.writerow([one.replace(".", ",") if NUMBER.fullmatch(one) else one for one in row])
    return out.getvalue().encode(encoding)


def _as_workbook(content: bytes) -> bytes:
    """Return a table as Excel saves it as a workbook: what looks like a number is one."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in _rows(content):
        book.active.append([float(one) if NUMBER.fullmatch(one) else one or None for one in row])
    return saved(book)


SAVED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "UTF-8": (".csv", lambda one: _as_csv(one, encoding="utf-8-sig", separator=";")),
    "Windows": (".csv", lambda one: _as_csv(one, encoding="cp1252", separator=";")),
    "Unicode text": (".txt", lambda one: _as_csv(one, encoding="utf-16", separator="\t")),
    "workbook": (".xlsx", _as_workbook),
}


@pytest.mark.parametrize("form", SAVED)
def test_marks_and_comments_come_back_from_a_spreadsheet(open_page: OpenPage, form: str) -> None:
    page = open_page("#class")
    FakeServer.install(page, result())
    score_table(page, [HEADER, ("Ada", "=1+1 is an essay."), ("Zoé", "Two is one, too.")])
    expect(page.locator("#stop-class")).to_be_hidden()
    page.locator("#mark-scale").select_option("0-20")
    page.locator(".teacher-score").first.fill("14,5")
    page.locator(".comment").first.fill(COMMENT)
    name, content = download(page, "#download-class")
    suffix, save = SAVED[form]
    other = open_page("#class")
    FakeServer.install(other, result())
    open_table(other, save(content), Path(name).with_suffix(suffix).name)
    other.locator("#column-form [type=submit]").click()
    expect(other.locator("#stop-class")).to_be_hidden()
    expect(other.locator("#mark-scale")).to_have_value("0-20")
    expect(other.locator(".teacher-score").first).to_have_value("14.5")
    expect(other.locator(".teacher-score").last).to_have_value("")
    expect(other.locator(".comment").first).to_have_value(COMMENT)
    expect(other.locator(".comment").last).to_have_value("")


def test_a_downloaded_class_that_became_a_workbook_is_filled(open_page: OpenPage) -> None:
    page = open_page("#class")
    FakeServer.install(page, result())
    score_table(page, [HEADER, ("Ada", "An essay."), ("Bo", "Two is one, too.")])
    expect(page.locator("#stop-class")).to_be_hidden()
    page.locator("#mark-scale").select_option("0-20")
    _, content = download(page, "#download-class")
    open_table(page, _as_workbook(content), "class-scores.xlsx")
    page.locator("#column-form [type=submit]").click()
    expect(page.locator("#gradebook-report")).to_contain_text("2 of 2 students")
    page.locator(".teacher-score").first.fill("14,5")
    page.locator(".comment").last.fill(COMMENT)
    expect(page.locator("#gradebook-report")).to_contain_text("1 mark and 1 comment")
    name, filled = download(page)
    assert name == "class-scores.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(filled)).active
    assert sheet is not None
    titles = [cell.value for cell in sheet[1]]
    marks, comments = titles.index("Your mark"), titles.index("Your comment")
    assert [sheet[2][marks].value, sheet[3][comments].value] == [14.5, COMMENT]
