"""Documents of all kinds, as programs write them, and their text as the page reads it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from essay_scorer.text.normalize import PARAGRAPH_BREAK, normalize
from tests.browser.page_actions import OpenPage, open_table
from tests.browser.test_word_files import read

CASES = Path(__file__).parent / "cases"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


@pytest.fixture
def paragraphs(example: Callable[[str], str]) -> list[str]:
    return normalize(example("strong")).split(PARAGRAPH_BREAK)


def case(page: Page, name: str, as_name: str = "essay") -> Any:
    return read(page, (CASES / name).read_bytes(), as_name)


def test_an_opendocument_text_is_what_a_reader_sees(page: Page) -> None:
    assert case(page, "essay.odt") == (
        "Keep Our Pool\n\nThe town wants to close the pool\ton Mondays. After.\n\nFirst item\n\n"
        "Second item\n\ncell a\n\ncell b\n\nLine one\nline two é “q”"
    )


def test_rtf_is_what_a_reader_sees(page: Page) -> None:
    assert case(page, "symbols.rtf") == (
        "The town’s pool café is “open” now. After.\n\nFirst item\n\ncell a\n\ncell b\n\n"
        "link text and line\ntwo—end При αc “q” {brace} a b ."
    )


@pytest.mark.parametrize("name", ["mla.pdf", "spaced.pdf"])
def test_a_pdf_has_the_paragraphs_of_its_pages(
    page: Page, paragraphs: list[str], name: str
) -> None:
    heading = ["Ann Lee", "Mr. Smith", "English 10", "4 March 2026", "Keep Our Library"]
    expected = [*(heading if name == "mla.pdf" else []), *paragraphs]
    assert case(page, name).split("\n\n") == expected


STYLES = {
    "indented, double-spaced": "p { margin: 0; text-indent: 2em; line-height: 2 }",
    "with space between paragraphs": "p { margin: 0 0 1em; line-height: 1.15 }",
    "justified": "p { margin: 0 0 .6em; text-align: justify; font: 11pt/1.4 sans-serif }",
    "without space": "p { margin: 0; font: 12pt/1.5 serif }",
}


@pytest.mark.parametrize("name", STYLES)
def test_a_pdf_that_a_browser_printed_has_its_paragraphs(
    page: Page, paragraphs: list[str], name: str
) -> None:
    other = page.context.new_page()
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    other.set_content(f"<style>{STYLES[name]}</style>{body}")
    content = other.pdf(format="Letter", margin={"top": "1in", "left": "1in", "right": "1in"})
    assert read(page, content).split("\n\n") == paragraphs


def test_a_pdf_without_text_says_that_it_is_a_scan(page: Page) -> None:
    assert case(page, "scan.pdf") == ("scan",)
    assert case(page, "locked.pdf") == ("password",)
    assert read(page, (CASES / "mla.pdf").read_bytes()[:900]) == ("broken",)


def test_the_parser_of_pdf_files_is_loaded_for_a_pdf_only(page: Page) -> None:
    paths: list[str] = []
    page.on("request", lambda request: paths.append(request.url))
    case(page, "essay.odt")
    assert [path for path in paths if "/vendor/" in path] == []
    case(page, "spaced.pdf")
    assert [path.rpartition("/")[2] for path in paths if "/vendor/" in path] == [
        "pdf.min.mjs",
        "pdf.worker.min.mjs",
    ]


def test_an_excel_file_is_a_class(open_page: OpenPage) -> None:
    page = open_page("#class")
    open_table(page, (CASES / "class.xlsx").read_bytes(), "class.xlsx")
    expect(page.locator("#essay-count")).to_have_text("2 essays in class.xlsx.")
    names = page.locator("#import-list strong").all_inner_texts()
    assert names == ["Ann Lee", "Bob Ray"]
    rows = page.evaluate(
        "async content => { const { sheetTable } = await import('/static/table-files.js');"
        " return (await sheetTable(Uint8Array.from(content), 'class.xlsx')).rows; }",
        list((CASES / "class.xlsx").read_bytes()),
    )
    assert rows == [
        ["Name", "Mark", "Date", "Share", "Essay"],
        [
            *("Ann Lee", "14.5", "2026-03-04", "85%"),
            "The pool should stay open. " * 6 + "\nSecond paragraph é.",
        ],
        [
            *("Bob Ray", "", "2026-03-04 13:30", "50%"),
            "Rich " + "bold text that goes on. " * 6 + " end\n.",
        ],
    ]
