"""PDF files: paragraphs by space and indents, no running heads and notes, scans are refused."""

from pathlib import Path

import pytest

from essay_scorer.documents.page_lines import Line, join_pages
from essay_scorer.documents.problems import PASSWORD, SCANNED
from essay_scorer.documents.reading import read_document
from essay_scorer.errors import DocumentError

CASES = Path(__file__).parent / "cases"
HEADING = ["Ann Lee", "Mr. Smith", "English 10", "5 May 2026", "A Pool for Everyone"]


def read(name: str) -> list[str]:
    return read_document((CASES / name).read_bytes(), name).split("\n\n")


def _are_numbered(paragraphs: list[str]) -> bool:
    return all(
        one.startswith(f"Paragraph {number} begins here. The town")
        and one.endswith("day of the week. So it ends.")
        for number, one in enumerate(paragraphs, 1)
    )


def test_indents_begin_paragraphs_and_short_lines_end_them() -> None:
    paragraphs = read("mla.pdf")
    assert paragraphs[:5] == HEADING
    assert len(paragraphs) == 12
    assert _are_numbered(paragraphs[5:])
    assert not any("Lee 1" in one or "Lee 2" in one for one in paragraphs)


def test_space_begins_paragraphs() -> None:
    paragraphs = read("justified.pdf")
    assert len(paragraphs) == 7
    assert _are_numbered(paragraphs)


@pytest.mark.parametrize(("name", "code"), [("scan.pdf", SCANNED), ("locked.pdf", PASSWORD)])
def test_a_pdf_without_text_that_can_be_read_is_refused(name: str, code: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read(name)
    assert refused.value.code == code


def _page(*texts: str, gap: float = 14, top: float = 700) -> list[Line]:
    return [
        Line(text=text, x=0.1, y=top - gap * number, size=12) for number, text in enumerate(texts)
    ]


FULL = "a line that is as long as the width of the page allows it to be"


def test_a_paragraph_goes_on_over_the_end_of_a_page() -> None:
    number = Line(text="Page 1 of 2", x=0.45, y=40, size=12)
    lines = [f"{FULL} {word}" for word in ("as", "so", "to", "of", "in", "at")]
    first, second = _page(*lines[:3]), _page(*lines[3:], "its end.")
    text = join_pages([[*first, number], [*second, number]])
    assert text.replace("\n", " ") == f"{' '.join(lines)} its end."


def test_lines_that_pages_share_within_the_text_stay() -> None:
    pages = [_page("One.", FULL, FULL, FULL, "The same."), _page(FULL, FULL, FULL, "The same.")]
    assert join_pages(pages).count("The same.") == 2


def test_the_marks_and_the_texts_of_notes_are_left_out() -> None:
    mark = Line(text="1", x=0.5, y=704, size=7)
    line = Line(text="It is so", x=0.1, y=700, size=12)
    joined = line.joined(mark).joined(Line(text=" here.", x=0.6, y=700, size=12))
    assert joined.text == "It is so here."
    note = Line(text="1 A note.", x=0.1, y=60, size=9)
    assert join_pages([[joined, note]]) == "It is so here."
