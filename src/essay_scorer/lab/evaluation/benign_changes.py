"""Benign changes, which should hardly change a score."""

import html
import random
import textwrap
from collections.abc import Mapping

from essay_scorer.lab.evaluation.text_changes import (
    Material,
    TextChange,
    by_name,
    split_paragraphs,
)
from essay_scorer.text.normalize import PARAGRAPH_BREAK, normalize

_BRITISH_SPELLINGS = {
    "color": "colour", "favorite": "favourite", "center": "centre", "realize": "realise",
    "organize": "organise", "behavior": "behaviour", "neighbor": "neighbour", "honor": "honour",
    "traveling": "travelling", "defense": "defence", "recognize": "recognise", "gray": "grey",
    "favor": "favour", "theater": "theatre", "program": "programme", "analyze": "analyse",
    "labor": "labour", "canceled": "cancelled", "apologize": "apologise", "humor": "humour",
}  # fmt: skip
_SYNONYMS = {
    "big": "large", "help": "assist", "start": "begin", "also": "too", "people": "persons",
    "important": "significant", "show": "demonstrate", "think": "believe", "many": "numerous",
    "hard": "difficult", "because": "since", "maybe": "perhaps", "kids": "children",
    "however": "nevertheless", "good": "beneficial", "bad": "harmful", "need": "require",
}  # fmt: skip
_MIN_TYPO_LETTERS = 5


def one_typo(text: str, rng: random.Random, material: Material) -> str:
    """Swap two neighboring letters of one word."""
    words = text.split(" ")
    long = [
        index
        for index, word in enumerate(words)
        if len(word) >= _MIN_TYPO_LETTERS and word.isalpha()
    ]
    if long:
        index = rng.choice(long)
        word = words[index]
        at = rng.randrange(1, len(word) - 2)
        words[index] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def one_synonym(text: str, rng: random.Random, material: Material) -> str:
    """Replace the first word that has a synonym here."""
    return _replace_words(text, _SYNONYMS, limit=1)


def british_spelling(text: str, rng: random.Random, material: Material) -> str:
    """Replace American spellings by British ones."""
    return _replace_words(text, _BRITISH_SPELLINGS)


def _replace_words(text: str, table: Mapping[str, str], limit: int | None = None) -> str:
    words = text.split(" ")
    found = [index for index, word in enumerate(words) if word in table]
    for index in found[:limit]:
        words[index] = table[words[index]]
    return " ".join(words)


def blank_lines(text: str, rng: random.Random, material: Material) -> str:
    """Add blank lines between paragraphs, and spaces at the ends of lines."""
    return normalize(text).replace(PARAGRAPH_BREAK, "  \n\n\n\n") + "\n\n"


def single_line_breaks(text: str, rng: random.Random, material: Material) -> str:
    """Put one line break between paragraphs, as the clipboard of a word processor does."""
    return "\r\n".join(split_paragraphs(text))


def wrapped_lines(text: str, rng: random.Random, material: Material) -> str:
    """Wrap lines at 72 characters, without blank lines, as e-mail does."""
    return "\n".join(textwrap.fill(paragraph, 72) for paragraph in split_paragraphs(text))


def html_answer(text: str, rng: random.Random, material: Material) -> str:
    """Write paragraphs in HTML, as learning management systems do."""
    return "".join(f'<p dir="ltr">{html.escape(one)}</p>' for one in split_paragraphs(text))


BENIGN_CHANGES: Mapping[str, TextChange] = by_name(
    one_typo,
    one_synonym,
    british_spelling,
    blank_lines,
    single_line_breaks,
    wrapped_lines,
    html_answer,
)
