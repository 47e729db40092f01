"""Attacks that replace an essay by another kind of text, about as long."""

import random
from collections.abc import Sequence

from essay_scorer.lab.evaluation.text_changes import Material, join_sentences, read_lines


def song(text: str, rng: random.Random, material: Material) -> str:
    """Return verses of a song."""
    return _take_lines(text, read_lines("song"), per_paragraph=4)


def speech(text: str, rng: random.Random, material: Material) -> str:
    """Return the beginning of a speech."""
    return _take_lines(text, read_lines("speech"), per_paragraph=5)


def _take_lines(text: str, lines: Sequence[str], *, per_paragraph: int) -> str:
    """Return as many lines as the essay has words for, in paragraphs."""
    length, taken = len(text.split()), list[str]()
    for line in lines:
        if sum(len(one.split()) for one in taken) >= length:
            break
        taken.append(line)
    starts = range(0, len(taken), per_paragraph)
    return join_sentences([taken[start : start + per_paragraph] for start in starts])
