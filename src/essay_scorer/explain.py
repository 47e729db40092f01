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

MOST = 64  # pieces; the sentences of a longer text are taken together

State = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence, the number of its paragraph from 0, and the score points that it adds."""

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
    """One sentence, or a few that follow each other in one paragraph."""

    text: str
    paragraph: int


def pieces_of(clean: str) -> list[Piece]:
    """Part a clean text into at most ``MOST`` pieces, unless it has more paragraphs."""
    paragraphs = [split_sentences(part) for part in clean.split(PARAGRAPH_BREAK)]
    together = -(-sum(map(len, paragraphs)) // MOST)
    while sum(-(-len(part) // together) for part in paragraphs) > max(MOST, len(paragraphs)):
        together += 1
    return [
        Piece(text=" ".join(part[start : start + together]), paragraph=number)
        for number, part in enumerate(paragraphs)
        for start in range(0, len(part), together)
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
