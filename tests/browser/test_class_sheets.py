"""What is printed: a sheet for each student, and the list of a class."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_server import EXPLANATION, FakeServer, error, no_reply, result
from tests.browser.page_actions import (
    HEADER,
    OpenPage,
    PdfPages,
    reload_class,
    score_table,
    wait_for_status,
)

Printed = Callable[[Page, str], list[str]]
TEXT = (
    "🙂 Schools should\nopen later. Students sleep too little.\n\nSo they learn less. I like cake."
)
LONG = "\n\n".join(f"Paragraph {n} says more than enough about schools. " * 12 for n in range(30))
REMARK = "A long remark. " * 40 + "This is its end."


def _open_class(page: Page, **fields: object) -> None:
    page.evaluate("window.print = () => {}")  # a headless browser has no dialog for it
    FakeServer.install(page, result(**fields))
    score_table(page, [HEADER, ("Ada", TEXT), ("Bo", LONG), ("Cy", "Short.")], "6a.csv")
    wait_for_status(page)
    page.locator("#mark-scale").select_option("0-20")
    page.get_by_label("Your mark: Ada", exact=True).fill("14.5")
    page.get_by_label("Your comment: Ada", exact=True).fill(REMARK)
    page.get_by_label("Your mark: Bo", exact=True).fill("absent")


def _print(page: Page, button: str) -> None:
    """Click a button, and wait until what it prints is there."""
    page.get_by_role("button", name=button).click()
    expect(page.locator("body[data-print]")).to_be_attached()


@pytest.fixture
def printed(screenshots: Path, pdf_pages: PdfPages) -> Printed:
    """Return the text of each page that the browser would print, and keep them for review."""

    def printed(page: Page, name: str) -> list[str]:
        page.pdf(path=screenshots / name, format="A4")
        return pdf_pages(screenshots / name)

    return printed


def test_each_student_gets_a_sheet(open_page: OpenPage, printed: Printed) -> None:
    page = open_page("#class", color_scheme="dark")
    _open_class(page, explanation=EXPLANATION, raw=2.77)
    _print(page, "Print student sheets")
    page.emulate_media(media="print")
    color = page.locator("#print-area h2").first.evaluate("node => getComputedStyle(node).color")
    assert color == "rgb(35, 38, 43)"  # dark on paper, whatever the screen is like
    pages = printed(page, "sheets.pdf")
    first = pages[0]
    assert first.split()[0] == "Ada"
    assert "6a · " in first
    assert "14.5 / 20" in first
    assert "This is its end." in first
    assert "works best" in first
    assert "could be better" in first
    numbers = ("2.77", "+0.31", "0.12", "suggested", "Suggested", "scale")
    assert not any(number in text for number in numbers for text in pages)
    assert [text.split()[0] for text in pages if "Essay" in text] == ["Ada", "Bo", "Cy"]
    assert "absent" in pages[1]
    assert pages[-1].split()[0] == "Cy"
    assert "Paragraph 29" in "".join(pages)
    expect(page.locator("#class-table-body tr")).to_have_count(3)  # the page is back


def _passage(passage: str, **fields: object) -> dict[str, object]:
    start = TEXT.index(passage)
    return {"start": start, "end": start + len(passage), **fields}


def test_the_passages_on_a_sheet_are_those_of_the_page(open_page: OpenPage) -> None:
    page = open_page("#class")
    highlights = [
        _passage("Schools should\nopen later.", kind="helps", sentence=0),
        _passage("Students sleep too little.", kind="helps_least", sentence=1),
    ]
    _open_class(
        page,
        flags=["off_topic_part"],
        off_topic_part=_passage("I like cake."),
        explanation={**EXPLANATION, "highlights": highlights},
    )
    _print(page, "Print student sheets")
    sheet = page.locator("#print-area .sheet").first
    page.emulate_media(media="print")

    def marked(kind: str) -> str:
        return sheet.locator(f".essay-text .{kind}").inner_text()

    assert marked("helps").endswith("Schools should\nopen later.")
    assert marked("helps-least").endswith("Students sleep too little.")
    assert marked("off-topic") == "I like cake."
    texts = sheet.locator(".essay-text p").all_inner_texts()
    assert [text.strip("▲▼ ") for text in texts][1] == TEXT.split("\n\n")[1]


def test_sheets_are_printed_once_their_passages_are_found(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    explained = result(explanation=EXPLANATION)
    server = FakeServer.install(page, explained, error(500, "internal"), explained)
    _print(page, "Print student sheets")
    assert [request.get("explain") for request in server.requests] == [True] * 3
    expect(page.locator("#print-area mark.helps")).to_have_count(2 * 2)  # and in the legends
    expect(page.locator("#sheets-status")).to_have_text("1 sheet has no marked passages.")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.get_by_label("Mark the passages").uncheck()
    _print(page, "Print student sheets")
    assert len(server.requests) == 3  # nothing more is asked for
    reload_class(page)
    page.get_by_role("button", name="Ada", exact=True).click()
    expect(page.locator("#essay-dialog-text mark.helps")).to_have_count(1)  # it is kept


def test_finding_passages_can_be_stopped(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    FakeServer.install(page, result(explanation=EXPLANATION), no_reply)
    page.get_by_role("button", name="Print student sheets").click()
    expect(page.locator("#sheets-status")).to_have_text("Finding the passages to mark: 1 of 3.")
    page.locator("#stop-sheets").click()
    expect(page.locator("#sheets-status")).to_be_empty()
    expect(page.get_by_role("button", name="Print student sheets")).to_be_focused()
    expect(page.locator("body[data-print]")).to_have_count(0)


def test_only_the_essays_in_the_table_get_a_sheet(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    page.get_by_label("Show", exact=True).select_option("ungraded")
    _print(page, "Print student sheets")
    assert page.locator("#print-area h2").all_text_contents() == ["Cy"]


def test_an_open_essay_prints_as_its_sheet(open_page: OpenPage, printed: Printed) -> None:
    page = open_page("#class")
    _open_class(page)
    with page.expect_response("**/class-sheets.js"):
        page.get_by_role("button", name="Ada", exact=True).click()
    page.evaluate("import('/static/class-sheets.js').then(() => null)")
    (only,) = printed(page, "sheet.pdf")
    assert only.split()[0] == "Ada"
    assert "14.5 / 20" in only
    assert "Bo" not in only.split()
    expect(page.get_by_role("dialog", name="Ada")).to_be_visible()


def test_the_class_list_has_every_mark_and_whole_remarks(
    open_page: OpenPage, printed: Printed
) -> None:
    page = open_page("#class")
    _open_class(page)
    _print(page, "Print the class list")
    (only,) = printed(page, "class-list.pdf")
    assert [name for name in only.split() if name in {"Ada", "Bo", "Cy"}] == ["Ada", "Bo", "Cy"]
    assert "14.5 / 20" in only
    assert "This is its end." in only
    assert "2.77" not in only


def test_the_printed_table_cuts_no_remark(open_page: OpenPage, printed: Printed) -> None:
    page = open_page("#class")
    _open_class(page)
    pages = "".join(printed(page, "table.pdf"))
    assert pages.split().count("long") == 40
    assert {"its", "end."} <= set(pages.split())
    assert "Print student sheets" not in pages
