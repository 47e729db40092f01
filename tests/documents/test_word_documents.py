"""Word files of many programs: what is the essay's text, and what is refused."""

from pathlib import Path

import pytest

from essay_scorer.documents import problems
from essay_scorer.documents.reading import read_document
from essay_scorer.errors import DocumentError
from tests.browser import word_files as word
from tests.browser.word_bodies import BODIES, paragraph, run
from tests.browser.word_writers import (
    CHUNK,
    MAIN,
    STYLE_PARTS,
    WRITERS,
    deeply_embedded,
    embedded_documents,
    locked,
    with_chunk,
)

CASES = Path(__file__).parents[1] / "browser" / "cases"


def read(data: bytes, name: str = "essay.docx") -> str:
    """Return a document's text, or the code of why there is none."""
    try:
        return read_document(data, name)
    except DocumentError as error:
        return error.code


@pytest.mark.parametrize("name", BODIES)
def test_the_text_of_a_body_is_what_a_reader_sees(name: str) -> None:
    body, text = BODIES[name]
    assert read(word.word_file(body)) == text


def test_text_is_hidden_by_styles_and_what_they_are_based_on() -> None:
    styled = '<w:r><w:rPr><w:rStyle w:val="{}"/></w:rPr><w:t>{}</w:t></w:r>'
    runs = [styled.format(*one) for one in (("Hidden", " a"), ("Derived", " b"), ("Circle", " 2"))]
    form = paragraph(
        run("gone"), styled.format("Hidden", "twice "), properties='<w:pStyle w:val="Form"/>'
    )
    body = paragraph(run("One"), *runs) + form + paragraph(run("three."))
    assert read(word.word_file(body, STYLE_PARTS)) == "One 2\n\ntwice three."


@pytest.mark.parametrize("name", ["ok", "wordonline", "strict", "altchunk"])
def test_programs_write_the_same_document_differently(name: str) -> None:
    first, second = read((CASES / f"{name}.docx").read_bytes()).split("\n\n")
    assert first.startswith("Our town wants to close")
    assert first.endswith("the pool should stay open.")
    assert second.startswith("When my grandmother moved in")
    assert second.endswith("rarely told twice.")


def test_a_deleted_paragraph_mark_joins_two_paragraphs() -> None:
    first = "The town should keep the pool open on Mondays, because lessons are then."
    assert read((CASES / "markdel.docx").read_bytes()) == f"{first}\n\nEnd of it."


@pytest.mark.parametrize("writer", WRITERS)
def test_a_document_is_found_however_it_is_stored(writer: str) -> None:
    assert read(WRITERS[writer]) == "Café."


def test_embedded_documents_are_read_in_place_or_refused() -> None:
    chunks = embedded_documents() | {"f.rtf": "{\\rtf1\\ansi Caf\\'e9.}"}
    for name, content in chunks.items():
        assert read(with_chunk(name, content)) == "Before.\n\nCafé.\n\nAfter.", name
    assert read(word.word_file(CHUNK)) == problems.EMBEDDED
    assert read(deeply_embedded(9)) == problems.EMBEDDED


ENTITIES = f'<!DOCTYPE x [<!ENTITY a "b">]>{MAIN}'
LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
REFUSED = {
    "entities": (word.archive(word.package(ENTITIES)), problems.DAMAGED),
    "a billion laughs": (
        word.archive(word.package(f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]><x>&a9;</x>')),
        problems.DAMAGED,
    ),
    "a decompression bomb": (word.word_file(paragraph(run("a" * 2**27))), problems.OVERSIZED),
    "more elements than any essay": (word.word_file("<w:p/>" * 500_000), problems.OVERSIZED),
    "elements in each other": (
        word.word_file("<w:sdt>" * 5_000 + "</w:sdt>" * 5_000),
        problems.OVERSIZED,
    ),
    "malformed XML": (word.archive(word.package("<w:document>")), problems.DAMAGED),
    "a truncated archive": (WRITERS["stored"][:-40], problems.DAMAGED),
    "no words": (word.word_file(paragraph(run(" …"))), problems.EMPTY),
    "slides": (word.archive({"[Content_Types].xml": "", "ppt/a.xml": ""}), problems.UNSUPPORTED),
    "a spreadsheet": (word.archive({"xl/workbook.xml": ""}), problems.SPREADSHEET),
    "another archive": (word.archive({"essay.txt": "An essay."}), problems.ARCHIVE),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_with_its_reason(what: str) -> None:
    data, code = REFUSED[what]
    assert read(data) == code


def test_a_size_that_the_archive_understates_unpacks_no_more() -> None:
    data = bytearray(word.word_file(paragraph(run("a" * 2**24))))
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(b"word/document.xml"))
    data[place + 24 : place + 28] = (100).to_bytes(4, "little")
    assert read(bytes(data)) == problems.DAMAGED


def test_an_archive_with_a_password_is_refused() -> None:
    assert read(locked()) == problems.PASSWORD
