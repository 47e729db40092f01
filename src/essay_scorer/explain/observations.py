"""Observations: simple measures of the writing beside what is typical.

They are computed from the writing features, which the score is computed from too, and compared
with the middle 80% of the training essays of the same score. They do not explain a score; they
tell a reader where to look.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from essay_scorer.model.thresholds import TypicalRange
from essay_scorer.text.features import FEATURE_NAMES, FeatureVector

NamedFeatures = Mapping[str, float]

_CONNECTIVE_LEXICONS = ("contrast", "cause", "addition", "example", "conclusion")


def _words(features: NamedFeatures) -> float:
    return math.expm1(features["log_words"])


def _connections(features: NamedFeatures) -> float:
    return 100 * sum(features[name] ** 2 for name in _CONNECTIVE_LEXICONS)


def _mechanics(features: NamedFeatures) -> float:
    sentences = math.expm1(features["log_sentences"])
    errors = features["lowercase_starts"] * sentences + features["lone_i"] * _words(features)
    return 100 * (errors + features["no_end"]) / max(_words(features), 1.0)


# By code. The page and the documentation describe each.
MEASURES: dict[str, Callable[[NamedFeatures], float]] = {
    "words": _words,
    "paragraphs": lambda features: math.expm1(features["log_paragraphs"]),
    "sentence_length": lambda features: features["sentence_length"],  # words, mean
    "sentence_variety": lambda features: features["sentence_length_spread"],  # words, std. dev.
    "distinct_words": lambda features: 100 * features["window_distinct"],  # percent, per 50 words
    "long_words": lambda features: 100 * features["long_words"],  # percent, of 7 letters or more
    "connections": _connections,  # although, because, also, for example …: per 100 words
    "mechanics": _mechanics,  # missing capitals, missing end mark: per 100 words
}


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One measure of an essay beside its typical range.

    Attributes:
        code: of the measure.
        value: the essay's.
        low: lower end of the range that is typical of essays with this score.
        high: its upper end.
    """

    code: str
    value: float
    low: float
    high: float


def measure(features: FeatureVector) -> dict[str, float]:
    """Return every measure of an essay, from its writing features, (features,)."""
    named = dict(zip(FEATURE_NAMES, features.tolist(), strict=True))
    return {code: round(compute(named), 2) for code, compute in MEASURES.items()}


def observe(
    features: FeatureVector, typical_ranges: Mapping[str, TypicalRange]
) -> tuple[Observation, ...]:
    """Return the measures whose typical range is known.

    Args:
        features: the writing features, (features,).
        typical_ranges: of essays with the same score, by the measure's code.
    """
    return tuple(
        Observation(
            code=code,
            value=value,
            low=typical_ranges[code].low,
            high=typical_ranges[code].high,
        )
        for code, value in measure(features).items()
        if code in typical_ranges
    )
