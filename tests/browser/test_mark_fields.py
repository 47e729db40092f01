"""The field for the teacher's mark: what it takes on her scale, what it refuses, and undo."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.fake_server import FakeServer, result
from tests.browser.page_actions import (
    HEADER,
    OpenPage,
    class_rows,
    reload_class,
    score_table,
    wait_for_status,
)


def _open_class(page: Page, scale: str = "0-20", size: int = 3) -> None:
    FakeServer.install(page, result())
    score_table(page, class_rows(size))
    wait_for_status(page)
    page.locator("#mark-scale").select_option(scale)


def _field(page: Page, number: int = 1) -> Locator:
    return page.get_by_label(f"Your mark: Student {number}", exact=True)


def _stored(page: Page, number: int = 1) -> str:
    """Return a student's mark in the downloaded class."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    lines = io.StringIO(Path(download.value.path()).read_text("utf-8-sig"), newline="")
    return list(csv.DictReader(lines))[number - 1]["Your mark"]


# What is typed on a scale, what the field shows afterwards, and what is stored.
TAKEN = [
    *[("0-20", "14,5", "14.5", "14.5"), ("0-20", "14.5", "14.5", "14.5")],
    *[("0-20", " 7 ", "7", "7"), ("0-20", "12/20", "12", "12"), ("0-20", "0", "0", "0")],
    *[
        ("0-100", "85", "85", "85"),
        ("A,B,C,D,F", "b", "B", "B"),
        ("0-20", "absent", "absent", "absent"),
    ],
    ("A+,A,A-,B+,B,B-,C+,C,C-,D+,D,D-,F", "a−", "A-", "A-"),
]


@pytest.mark.parametrize(("scale", "typed", "shown", "stored"), TAKEN)
def test_a_mark_of_the_scale_is_taken(
    open_page: OpenPage, scale: str, typed: str, shown: str, stored: str
) -> None:
    page = open_page("#class")
    _open_class(page, scale)
    _field(page).press_sequentially(typed)
    _field(page).press("Tab")
    expect(_field(page)).to_have_value(shown)
    expect(page.locator(".mark-error")).to_have_count(0)
    assert _stored(page) == stored


REFUSED = [
    *[("0-20", "99"), ("0-20", "-1"), ("0-20", "−1"), ("0-20", "145"), ("0-20", "12/10")],
    *[("0-20", "B"), ("1-6", "0"), ("A,B,C,D,F", "E"), ("A,B,C,D,F", "12"), ("0-20", "1e1")],
]


@pytest.mark.parametrize(("scale", "typed"), REFUSED)
def test_a_mark_off_the_scale_is_refused_beside_its_field(
    open_page: OpenPage, scale: str, typed: str
) -> None:
    page = open_page("#class")
    _open_class(page, scale)
    before = "3" if scale[0] != "A" else "C"
    _field(page).fill(before)
    _field(page).press("Tab")
    _field(page).press("Control+a")
    _field(page).press_sequentially(typed)
    _field(page).press("Tab")
    cell = page.get_by_role("cell").filter(has=_field(page))
    expect(cell.get_by_role("alert")).to_contain_text(f"“{typed}” isn’t on your scale")
    expect(_field(page)).to_have_attribute("aria-invalid", "true")
    expect(_field(page)).to_have_value(typed)
    assert _stored(page) == before
    reload_class(page)
    expect(_field(page)).to_have_value(before)


def test_a_refused_mark_leaves_the_one_from_before(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    _field(page).fill("12")
    _field(page).press("Tab")
    _field(page).press("End")
    _field(page).press_sequentially("5")
    expect(page.get_by_role("alert").filter(has_text="from 0 to 20")).to_be_visible()
    assert _stored(page) == "12"


def test_the_wheel_and_the_arrow_keys_change_no_mark(open_page: OpenPage) -> None:
    page = open_page("#class")
    for scale, mark in (("0-20", "12"), ("A,B,C,D,F", "B")):
        if page.locator("#class-results").is_hidden():
            _open_class(page, scale)
        page.locator("#mark-scale").select_option(scale)
        _field(page).fill(mark)
        _field(page).hover()
        page.mouse.wheel(0, 100)
        page.mouse.wheel(0, -200)
        for key in ("ArrowUp", "ArrowDown", "ArrowDown", "PageUp"):
            _field(page).press(key)
        expect(_field(page)).to_have_value(mark)
        assert _stored(page) == mark


def test_half_typed_marks_are_not_complained_about(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    for part in ("1", "14", "14,", "14,5"):
        _field(page).fill(part)
        expect(page.locator(".mark-error")).to_have_count(0)
    _field(page).fill("14,")
    _field(page).press("Tab")
    expect(page.locator(".mark-error")).to_have_count(1)


def test_marks_are_written_with_the_decimal_sign_of_the_language(open_page: OpenPage) -> None:
    page = open_page("#class", locale="fr")
    FakeServer.install(page, result())
    score_table(page, [HEADER, ("Zoé", "Une copie.")])
    wait_for_status(page, "Terminé.")
    page.locator("#mark-scale").select_option("0-20")
    field = page.get_by_label("Votre note : Zoé")
    field.fill("14.5")
    field.press("Tab")
    expect(field).to_have_value("14,5")
    reload_class(page)
    expect(field).to_have_value("14,5")


def test_typing_can_be_undone_as_usual(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    _field(page).press_sequentially("12")
    for _ in "12":
        _field(page).press("Control+z")
    expect(_field(page)).to_have_value("")
    assert _stored(page) == ""


def test_marks_of_a_table_that_the_scale_lacks_stay(open_page: OpenPage) -> None:
    page = open_page("#class")
    FakeServer.install(page, result())
    score_table(page, [(*HEADER, "mark"), ("Ada", "One essay.", "Excellent"), ("Bo", "Two.", "3")])
    wait_for_status(page)
    expect(page.get_by_label("Your mark: Ada", exact=True)).to_have_value("Excellent")
    expect(page.locator("#marking-report")).to_contain_text("1 mark isn’t on the scale")
    assert _stored(page) == "Excellent"
    page.locator("#mark-scale").select_option("own")
    page.get_by_label("Your scale, such as").fill("Excellent,Good,3")
    page.get_by_label("Your scale, such as").press("Tab")
    expect(page.locator("#marking-report")).not_to_contain_text("on the scale")
    expect(page.get_by_label("Your mark: Ada", exact=True)).to_have_value("Excellent")


def test_marks_are_compared_on_the_teachers_scale_only(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    for number, mark in ((1, "3"), (2, "14"), (3, "15,5")):
        _field(page, number).fill(mark)
    expect(page.locator(".suggested-score strong")).to_have_count(0)  # none on this scale yet
    expect(page.locator("#score-chart")).not_to_contain_text("a suggestion and your mark")
    bars = page.locator(".chart .visually-hidden").all_text_contents()
    assert sum("1 of your marks" in bar for bar in bars) == 3
    assert not any("suggested" in bar for bar in bars)


def test_letters_are_compared_as_letters(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page, "A,B,C,D,F")
    for number, mark in ((1, "A"), (2, "B"), (3, "B")):
        _field(page, number).fill(mark)
    bins = page.locator(".chart li > :last-child").all_text_contents()
    assert bins == ["F", "D", "C", "B", "A"]
    expect(page.locator(".chart li").nth(3)).to_contain_text("2 of your marks.")
