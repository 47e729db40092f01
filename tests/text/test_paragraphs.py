import textwrap
from collections.abc import Callable

import pytest

from essay_scorer.text.normalize import PARAGRAPH_BREAK, normalize

Example = Callable[[str], str]


@pytest.fixture(params=["middling", "strong"])
def paragraphs(request: pytest.FixtureRequest, example: Example) -> list[str]:
    return normalize(example(request.param)).split(PARAGRAPH_BREAK)


@pytest.mark.parametrize(
    "separator", ["\n", "\r\n", "\r", "\u2029", "\n\n", "\r\n\r\n", "\n \t\n", "\n\n\n\n", "\n\t"]
)
def test_paragraphs_are_found_however_they_are_separated(
    paragraphs: list[str], separator: str
) -> None:
    assert normalize(separator.join(paragraphs)).split(PARAGRAPH_BREAK) == paragraphs


@pytest.mark.parametrize("width", [50, 60, 72, 80, 100])
def test_wrapped_lines_are_joined(paragraphs: list[str], width: int) -> None:
    wrapped = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in paragraphs)
    assert normalize(wrapped).split(PARAGRAPH_BREAK) == paragraphs


def test_a_paragraph_of_wrapped_lines_ends_with_a_line_that_is_not_full() -> None:
    lines = ["The pool is the only place where the younger children can learn",
             "to swim, and the lessons are on Mondays.",
             "Second, the older people who live near the station go there in",
             "the morning because the water helps their knees."]  # fmt: skip
    assert normalize("\n".join(lines)) == f"{' '.join(lines[:2])}\n\n{' '.join(lines[2:])}"


def test_lines_from_a_pdf_are_joined_although_their_lengths_vary() -> None:
    text = "Our town wants to close the swimming pool on Mondays to save money because " * 12
    widths = [84, 78, 88, 81, 86, 79]
    lines: list[str] = []
    rest = text.split()
    while rest:
        line = textwrap.wrap(" ".join(rest), widths[len(lines) % 6])[0]
        lines.append(line)
        rest = rest[len(line.split()) :]
    assert normalize("\n".join(lines)) == text.strip()


def test_a_word_that_was_wrapped_after_its_hyphen_gets_no_space() -> None:
    assert normalize("It is a well-\nknown place.") == "It is a well-known place."


def test_short_lines_without_a_blank_line_are_one_paragraph() -> None:
    assert normalize("My pool\nI like it.\nIt is big.") == "My pool I like it. It is big."


def test_a_title_and_short_lines_between_long_paragraphs_stay() -> None:
    long = "The pool is where the younger children learn to swim. " * 4
    assert normalize(f"The Pool\n{long}\nIt must stay.\n{long}").count(PARAGRAPH_BREAK) == 3
