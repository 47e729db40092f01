"""What each sentence adds to a score, by leaving it out.

Reading the whole essay again without each sentence would take as many readings as there
are sentences.  Instead each sentence is read once by itself, and the graph's state, a sum
over tokens, is taken together from those of the sentences that stay.  The writing
features and n-grams are counted anew each time.  ``docs/trust.md`` says how well the
result agrees with leaving sentences out for real.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .features import split_sentences
from .observations import Observation
from .text import PARAGRAPH_BREAK

MOST = 64  # pieces, since each costs a reading; what a longer text has more is taken together

State = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A piece, the number of its paragraph from 0, and the score points that it adds."""

    text: str
    paragraph: int
    contribution: float


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The sentences in reading order, and what can be said of the writing."""

    sentences: tuple[Sentence, ...]
    observations: tuple[Observation, ...]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One sentence, a few of one paragraph, or a few paragraphs, numbered by their first."""

    text: str
    paragraph: int


def pieces_of(clean: str) -> list[Piece]:
    """Part a clean text into at most ``MOST`` pieces: sentences, a few, or a few paragraphs."""
    paragraphs = clean.split(PARAGRAPH_BREAK)
    if len(paragraphs) > MOST:
        return _paragraphs_together(paragraphs)
    parts = [split_sentences(paragraph) for paragraph in paragraphs]
    together = -(-sum(map(len, parts)) // MOST)
    while sum(-(-len(part) // together) for part in parts) > MOST:
        together += 1 + together // 16
    return [
        Piece(text=" ".join(part[start : start + together]), paragraph=number)
        for number, part in enumerate(parts)
        for start in range(0, len(part), together)
    ]


def _paragraphs_together(paragraphs: Sequence[str]) -> list[Piece]:
    together = -(-len(paragraphs) // MOST)
    return [
        Piece(text=PARAGRAPH_BREAK.join(paragraphs[start : start + together]), paragraph=start)
        for start in range(0, len(paragraphs), together)
    ]


def joined(pieces: Sequence[Piece]) -> str:
    """Return the pieces as a text again, its paragraphs parted by blank lines."""
    paragraphs: dict[int, list[str]] = {}
    for piece in pieces:
        paragraphs.setdefault(piece.paragraph, []).append(piece.text)
    return PARAGRAPH_BREAK.join(" ".join(part) for part in paragraphs.values())


def contributions(
    pieces: Sequence[Piece],
    *,
    state: Callable[[str], State],
    number: Callable[[str, State], float],
) -> list[float]:
    """Return how much the number falls when each piece is left out.

    Args:
        pieces: the parts of an essay.
        state: reads one piece by itself and returns the graph's state.
        number: returns the graph's number for a text whose state is known.
    """
    if len(pieces) < 2:
        return [0.0] * len(pieces)
    states = [state(piece.text) for piece in pieces]
    whole = np.sum(states, axis=0)
    score = number(joined(pieces), whole)
    return [
        score - number(joined([*pieces[:place], *pieces[place + 1 :]]), whole - states[place])
        for place in range(len(pieces))
    ]
