"""The passages of an essay that add most, and least, to its score for their length.

A long sentence nearly always adds more points than a short one, so contributions alone mark the
long sentences. ``emphasis`` takes away what as many words of the same essay add on average.
``docs/trust.md`` says what the score loses without the passages that are chosen here.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from essay_scorer.explain.attribution import Piece
from essay_scorer.text.normalize import Passage, Text
from essay_scorer.text.words import count_words

HELPS, HELPS_LEAST = "helps", "helps_least"
KINDS = (HELPS, HELPS_LEAST)
MAX_OF_A_KIND = 3
PIECES_FOR_EACH = 6  # so that at most a third of an essay is highlighted
MIN_DEVIATIONS = 1.0  # from the essay's mean, to be distinct from the rest
_ROUNDING = 1e-6  # points by which sentences that count the same may differ


@dataclass(frozen=True, kw_only=True)
class Highlight:
    """A passage to look at first.

    Attributes:
        kind: `helps` if it adds most for its length, `helps_least` if it adds least.
        sentence: its position in `sentences`, from 0.
        start: where it starts in the submitted text, in characters (Unicode code points) from 0.
        end: where it ends; the character there is not part of it.
    """

    kind: str
    sentence: int
    start: int
    end: int


def emphases(pieces: Sequence[Piece], contributions: Sequence[float]) -> list[float]:
    """Return how many points each piece adds beyond its share of the essay's words.

    Args:
        pieces: the parts of an essay.
        contributions: of each, in points.
    """
    words = [count_words(piece.text) for piece in pieces]
    per_word = sum(contributions) / sum(words) if pieces else 0.0
    return [
        contribution - per_word * count
        for contribution, count in zip(contributions, words, strict=True)
    ]


def choose(pieces: Sequence[Piece], emphasis: Sequence[float]) -> list[tuple[int, str]]:
    """Return the positions and kinds of the pieces to highlight, in reading order.

    By chance alone, emphasis varies with the square root of the number of words; so that is what
    it is compared in.
    """
    words = [count_words(piece.text) for piece in pieces]
    sizes = [one / math.sqrt(count) for one, count in zip(emphasis, words, strict=True)]
    least_distinct = max(MIN_DEVIATIONS * float(np.std(sizes)), _ROUNDING) if sizes else 0.0
    most = min(MAX_OF_A_KIND, len(pieces) // PIECES_FOR_EACH)
    ranked = sorted(range(len(pieces)), key=sizes.__getitem__)
    least = [place for place in ranked[:most] if sizes[place] < -least_distinct]
    best = [place for place in ranked[len(ranked) - most :] if sizes[place] > least_distinct]
    kinds = [(place, HELPS_LEAST) for place in least] + [(place, HELPS) for place in best]
    return sorted(kinds)


def find_highlights(
    essay: Text, pieces: Sequence[Piece], emphasis: Sequence[float]
) -> tuple[Highlight, ...]:
    """Return the passages to highlight, in reading order.

    Args:
        essay: the text.
        pieces: its parts.
        emphasis: of each, in points.
    """
    passages = list(_passages(essay.clean, pieces))
    found = []
    for place, kind in choose(pieces, emphasis):
        passage = essay.locate(passages[place])
        found.append(Highlight(kind=kind, sentence=place, start=passage.start, end=passage.end))
    return tuple(found)


def _passages(clean: str, pieces: Sequence[Piece]) -> Iterator[Passage]:
    """Yield where each piece is in the normalized text, which may have other white space."""
    places = [place for place, mark in enumerate(clean) if not mark.isspace()]
    first = 0
    for piece in pieces:
        last = first + sum(not mark.isspace() for mark in piece.text) - 1
        yield Passage(start=places[first], end=places[last] + 1)
        first = last + 1
