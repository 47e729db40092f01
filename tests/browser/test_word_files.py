"""Word files as the page reads them: what is the essay's text, and what is refused."""

import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import word_files as word
from tests.browser.page_actions import OpenPage
from tests.browser.word_bodies import BODIES, paragraph, run
from tests.browser.word_writers import (
    CHUNK,
    MAIN,
    PARTS,
    STYLE_PARTS,
    WRITERS,
    deeply_embedded,
    embedded_documents,
    locked,
    with_chunk,
)

CASES = Path(__file__).parent / "cases"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


def read(page: Page, content: bytes, name: str = "essay.docx") -> Any:
    """Return the text of a file, or the code of what is wrong with it as ``(code,)``."""
    answer = page.evaluate(
        "async ([content, name]) => {"
        " const { readEssay } = await import('/static/document-text.js');"
        " const bytes = Uint8Array.from(atob(content), one => one.charCodeAt(0));"
        " try { return { text: await readEssay(new File([bytes], name)) }; }"
        " catch (error) { return { code: error.code ?? String(error) }; } }",
        [base64.b64encode(content).decode(), name],
    )
    return answer["text"] if "text" in answer else (answer["code"],)


def test_the_text_of_a_body_is_what_a_reader_sees(page: Page) -> None:
    found = {name: read(page, word.word_file(body)) for name, (body, _) in BODIES.items()}
    assert found == {name: text for name, (_, text) in BODIES.items()}


def test_text_is_hidden_by_styles_and_what_they_are_based_on(page: Page) -> None:
    def styled(style: str, text: str) -> str:
        return f'<w:r><w:rPr><w:rStyle w:val="{style}"/></w:rPr><w:t>{text}</w:t></w:r>'

    body = paragraph(
        run("One"), styled("Hidden", " a"), styled("Derived", " b"), styled("Circle", " two")
    )
    form = '<w:pStyle w:val="Form"/>'
    body += paragraph(
        run("Top of form"), styled("Hidden", "Twice hidden is visible. "), properties=form
    )
    body += paragraph(run("Three."))
    text = read(page, word.word_file(body, STYLE_PARTS))
    assert text == "One two\n\nTwice hidden is visible. Three."


@pytest.mark.parametrize("name", ["ok", "wordonline", "strict", "altchunk"])
def test_programs_that_write_the_same_document_differently(page: Page, name: str) -> None:
    text = read(page, (CASES / f"{name}.docx").read_bytes())
    first, second = text.split("\n\n")
    assert first.startswith("Our town wants to close")
    assert first.endswith("the pool should stay open.")
    assert second.startswith("When my grandmother moved in")
    assert second.endswith("rarely told twice.")


def test_a_deleted_paragraph_mark_joins_two_paragraphs(page: Page) -> None:
    text = read(page, (CASES / "markdel.docx").read_bytes())
    first = "The town should keep the pool open on Mondays, because lessons are then."
    assert text == f"{first}\n\nEnd of it."


def test_a_document_is_found_however_it_is_stored(page: Page) -> None:
    # Python's zipfile takes the comment for the end of the directory.
    commented = word.archive(PARTS)[:-2] + b"\x05\x00PK\x05\x06!"
    writers = {**WRITERS, "a comment after it": commented}
    found = {name: read(page, content) for name, content in writers.items()}
    assert found == dict.fromkeys(writers, "Café.")


def test_macros_and_templates_are_read_as_documents(page: Page) -> None:
    for suffix in ("docm", "dotx", "dotm", "DOCX"):
        assert read(page, WRITERS["stored"], f"essay.{suffix}") == "Café."


def test_embedded_documents_are_read_in_place_or_refused(page: Page) -> None:
    for name, content in embedded_documents().items():
        assert read(page, with_chunk(name, content)) == "Before.\n\nCafé.\n\nAfter.", name
    assert read(page, with_chunk("a.rtf", "{\\rtf1 Hello}")) == ("embedded",)
    assert read(page, word.word_file(CHUNK)) == ("embedded",)
    assert read(page, deeply_embedded(9)) == ("embedded",)


def _bomb(size: int) -> bytes:
    return word.word_file(paragraph(run("a" * size)))


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "encrypted": ("essay.docx", word.compound_file("EncryptedPackage"), "password"),
    "an old Word file": ("essay.doc", word.compound_file("WordDocument"), "doc"),
    "an old Word file, renamed": ("essay.docx", word.compound_file("WordDocument"), "doc"),
    "an old spreadsheet": ("essay.doc", word.compound_file("Workbook"), "sheet_as_essay"),
    "a PDF without a page": ("essay.docx", b"%PDF-1.7\n", "broken"),
    "OpenDocument without content": (
        "essay.odt",
        word.archive({"mimetype": "application/vnd.oasis.opendocument.text"}),
        "broken",
    ),
    "OpenDocument of another kind": (
        "essay.docx",
        word.archive(
            {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}
        ),
        "broken",
    ),
    "slides": ("essay.pptx", word.archive({"[Content_Types].xml": "", "ppt/a.xml": ""}), "type"),
    "no words": ("essay.docx", word.word_file(paragraph(run(" …"))), "empty"),
    "an empty text": ("essay.txt", b" \n", "empty"),
    "a picture": ("essay.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image"),
    "entities": (
        "essay.docx",
        word.archive(word.package(f'<!DOCTYPE x [<!ENTITY a "b">]>{MAIN}')),
        "broken",
    ),
    "a decompression bomb": ("essay.docx", _bomb(100 * 2**20), "size"),
    "more elements than any essay": ("essay.docx", word.word_file("<w:p/>" * 500_000), "size"),
    "more text than any essay": ("essay.txt", b"a" * (2**20 + 1), "size"),
}


def test_a_file_that_cannot_be_read_is_refused_with_its_reason(page: Page) -> None:
    found = {name: read(page, content, file) for name, (file, content, _) in REFUSED.items()}
    assert found == {name: (code,) for name, (_, _, code) in REFUSED.items()}


def test_an_archive_with_a_password_is_refused(page: Page) -> None:
    assert read(page, locked()) == ("password",)
