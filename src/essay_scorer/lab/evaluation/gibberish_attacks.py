"""Attacks that replace an essay by gibberish of the same length."""

import random

from essay_scorer.lab.evaluation.text_changes import (
    Material,
    RareWords,
    join_sentences,
    sentences_by_paragraph,
    split_paragraphs,
)
from essay_scorer.text.normalize import PARAGRAPH_BREAK

_KEYBOARD_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SENTENCES_PER_PARAGRAPH = 6


def random_letters(text: str, rng: random.Random, material: Material) -> str:
    """Replace every letter by a random one; word lengths and punctuation stay."""
    return "".join(rng.choice(_LETTERS) if mark.isalpha() else mark for mark in text)


def keyboard_mashing(text: str, rng: random.Random, material: Material) -> str:
    """Replace every word by keys of one row of the keyboard."""
    return PARAGRAPH_BREAK.join(
        " ".join(_mash(word, rng) for word in paragraph.split()) + "."
        for paragraph in split_paragraphs(text)
    )


def _mash(word: str, rng: random.Random) -> str:
    row = rng.choice(_KEYBOARD_ROWS)
    start = rng.randrange(len(row))
    keys = [start + rng.choice((-1, 0, 1, 2)) * index for index in range(len(word))]
    return "".join(row[key % len(row)] for key in keys)


def shuffled_words(text: str, rng: random.Random, material: Material) -> str:
    """Shuffle the words of the whole essay; the lengths of sentences stay."""
    words = text.split()
    rng.shuffle(words)
    rest = iter(words)
    shuffled = [
        " ".join(next(rest) for _ in sentence.split())
        for sentences in sentences_by_paragraph(text)
        for sentence in sentences
    ]
    return " ".join(shuffled)


def grammatical_nonsense(text: str, rng: random.Random, material: Material) -> str:
    """Return sentences that parse but mean nothing, like those of Perelman's BABEL generator.

    They are about one word of the essay, and as long as the essay.
    """
    theme = rng.choice(sorted({word for word in text.split() if len(word) > 4}) or ["it"])
    length, paragraphs = len(text.split()), [list[str]()]
    while sum(len(one.split()) for part in paragraphs for one in part) < length:
        slots = rng.choice(material.patterns).split()
        sentence = " ".join(_fill(slot, theme, rng, material.words) for slot in slots)
        paragraphs[-1].append(sentence[:1].upper() + sentence[1:])
        if len(paragraphs[-1]) >= _SENTENCES_PER_PARAGRAPH:
            paragraphs.append([])
    return join_sentences(paragraphs).strip()


def _fill(slot: str, theme: str, rng: random.Random, words: RareWords) -> str:
    """Return a pattern's word, or a word for a slot such as ``{noun},``."""
    if not slot.startswith("{"):
        return slot
    kind, _, mark = slot.removeprefix("{").partition("}")
    if kind == "theme":
        return theme.strip(".,!?") + mark
    return rng.choice(words.by_part_of_speech[kind]) + mark
