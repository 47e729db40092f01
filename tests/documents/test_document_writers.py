"""One text that several programs wrote in several formats reads back as the same paragraphs."""

from pathlib import Path

import pytest

from essay_scorer.documents.problems import OLD_WORD
from essay_scorer.documents.reading import read_document
from essay_scorer.errors import DocumentError

CASES = Path(__file__).parent / "cases"
TITLE = "Why the pool must stay open"
PARAGRAPHS = (
    TITLE,
    "Our town wants to close the swimming pool on Mondays to save money. I think that this is a "
    "mistake, because the lessons are on Mondays, and the younger children can learn to swim "
    "nowhere else. Nobody has asked them what they would do instead of going there every week with "
    "their friends from school.",
    "My grandmother said: “Café Zoë is closed — and now the pool?” She doesn’t drive, so she can’t "
    "go to the next town. The bus costs €4, and it takes an hour and a half each way, which is "
    "more than she can manage on a winter afternoon.",
    "First of all:",
    "it keeps the old people healthy;",
    "it is cheap, warm and close.",
    "In the end, a town is more than its budget. If we close what we share, we are only neighbors "
    "by accident.",
)
SENTENCE = (
    "The town council has decided that the swimming pool will be closed on Mondays, and most of "
    "the people that I have asked about it are against the plan because they use it on that very "
    "day of the week."
)
CHANGED = (
    "A pool for everyone",
    SENTENCE,
    "It was foolish to decide without them.",
    "Learn to swim",
    "Meet the neighbors",
    "One number",
    *("Cost", "Visitors", "low", "many"),
    "First line\nsecond line.",
    "日本 – “quotes” & <tags> 😀 done.",
    *(f"Paragraph {number}. {SENTENCE}" for number in range(1, 13)),
)


def read(name: str) -> list[str]:
    return read_document((CASES / name).read_bytes(), name).split("\n\n")


@pytest.mark.parametrize("writer", ["pandoc", "libreoffice"])
@pytest.mark.parametrize("suffix", ["docx", "odt", "rtf", "html", "pdf"])
def test_every_format_has_the_same_paragraphs(writer: str, suffix: str) -> None:
    if not (CASES / f"{writer}.{suffix}").exists():
        assert (writer, suffix) in {("pandoc", "pdf"), ("libreoffice", "docx")}
        return
    paragraphs = read(f"{writer}.{suffix}")
    assert paragraphs[paragraphs.index(TITLE) :] == list(PARAGRAPHS)
    assert paragraphs[: paragraphs.index(TITLE)] in ([], ["essay"])  # the page's own title


@pytest.mark.parametrize("suffix", ["docx", "odt", "rtf"])
def test_changes_are_accepted_and_headers_and_hidden_text_are_left_out(suffix: str) -> None:
    assert read(f"changed.{suffix}") == list(CHANGED)


def test_a_pdf_has_no_running_heads_and_its_paragraphs_go_on_over_pages() -> None:
    paragraphs = read("changed.pdf")
    assert paragraphs[0] == CHANGED[0]
    assert paragraphs[1] == SENTENCE
    assert paragraphs[-12:] == list(CHANGED[-12:])


def test_the_first_bytes_decide_and_not_the_suffix() -> None:
    for name in ("pandoc.docx", "pandoc.odt", "pandoc.rtf", "libreoffice.pdf", "libreoffice.html"):
        data = (CASES / name).read_bytes()
        for suffix in ("docx", "odt", "rtf", "pdf", "txt", "html", "xyz"):
            assert read_document(data, f"essay.{suffix}") == read_document(data, name)


def test_an_old_word_file_is_refused_whatever_its_name() -> None:
    data = (CASES / "libreoffice.doc").read_bytes()
    for name in ("essay.doc", "essay.docx", "essay.txt"):
        with pytest.raises(DocumentError, match=f"^{name} is a file of an old version") as refused:
            read_document(data, name)
        assert refused.value.code == OLD_WORD
