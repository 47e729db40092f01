"""Plain things that can be said of the writing, with the numbers that they rest on.

They come from the same figures that the score is made from (``features``), and stand
beside what is usual: the middle four fifths of the training essays that people gave the
same score.  They explain no score; they tell a reader where to look.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .features import NAMES, Features

Figures = Mapping[str, float]

CONNECTIVES = ("contrast", "cause", "addition", "example", "conclusion")


def _words(figures: Figures) -> float:
    return math.expm1(figures["log_words"])


def _connections(figures: Figures) -> float:
    return 100 * sum(figures[name] ** 2 for name in CONNECTIVES)


def _slips(figures: Figures) -> float:
    sentences = math.expm1(figures["log_sentences"])
    count = figures["lowercase_starts"] * sentences + figures["lone_i"] * _words(figures)
    return 100 * (count + figures["no_end"]) / max(_words(figures), 1.0)


# code: how it is computed. The page and the documents say each in words.
MEASURES: dict[str, Callable[[Figures], float]] = {
    "words": _words,
    "paragraphs": lambda figures: math.expm1(figures["log_paragraphs"]),
    "sentence_length": lambda figures: figures["sentence_length"],  # words, mean
    "sentence_variety": lambda figures: figures["sentence_length_spread"],  # words
    "distinct_words": lambda figures: 100 * figures["window_distinct"],  # in fifty, per cent
    "long_words": lambda figures: 100 * figures["long_words"],  # of seven letters on, per cent
    "connections": _connections,  # although, because, also, for example …: per 100 words
    "mechanics": _slips,  # small letters where capitals belong, no end mark: per 100 words
}


@dataclass(frozen=True, kw_only=True)
class Range:
    """What is usual: from ``low`` to ``high``."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One measure of an essay beside what is usual for its score."""

    code: str
    value: float
    low: float
    high: float


def measures(figures: Features) -> dict[str, float]:
    """Return every measure of an essay, from its writing features, shape (len(NAMES),)."""
    named = dict(zip(NAMES, figures.tolist(), strict=True))
    return {code: round(measure(named), 2) for code, measure in MEASURES.items()}


def observations(figures: Features, usual: Mapping[str, Range]) -> tuple[Observation, ...]:
    """Return the measures for which the bundle says what is usual."""
    return tuple(
        Observation(code=code, value=value, low=usual[code].low, high=usual[code].high)
        for code, value in measures(figures).items()
        if code in usual
    )
