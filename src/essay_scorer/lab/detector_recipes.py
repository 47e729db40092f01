"""The parts of a recipe that detectors are trained by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class GibberishRecipe:
    """The gibberish detector, a logistic regression.

    Attributes:
        seed: of the sample of essays.
        essays: training essays; each is turned into gibberish in several ways.
        C: the inverse of the regularization strength, as in scikit-learn.
    """

    seed: int
    essays: int
    C: float


@dataclass(frozen=True, kw_only=True)
class OffTopicPartRecipe:
    """The detector of off-topic parts: a space of topics, and a logistic regression.

    Attributes:
        seed: of the sample of essays, and of the passages inserted into them.
        essays_per_prompt: how many training essays of each prompt are learned from.
        dimensions: of the space.
        false_positives: share of genuine essays on a new prompt that may be flagged.
    """

    seed: int
    essays_per_prompt: int
    dimensions: int
    false_positives: float


def parse_off_topic_part(table: Mapping[str, Any]) -> OffTopicPartRecipe | None:
    """Return that part of a recipe's table; none if it is absent.

    Raises:
        TypeError, ValueError: it is malformed, or the recipe cleans texts.
    """
    if "off_topic_part" not in table:
        return None
    if "cleaning" in table:
        raise ValueError("off-topic parts cannot be located in cleaned texts")
    return OffTopicPartRecipe(**table["off_topic_part"])
