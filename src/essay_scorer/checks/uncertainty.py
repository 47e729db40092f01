"""Which essays a person should read: the doubtful ones.

A score is the more doubtful, the larger the error that essays like it had where their
human scores are known: essays with such a raw score, above all between two whole ones,
and with such figures of the writing.
"""

import os
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .errors import SettingWrong

Features = npt.NDArray[np.float32]

SHARE = 0.2  # of essays that go to a person, unless somebody says otherwise
VARIABLE = "ESSAY_SCORER_REVIEW_SHARE"


def review_share(given: float | None = None) -> float:
    """Return the share of ordinary essays, the most doubtful, that shall go to a person.

    It is the one given, else the environment's ``ESSAY_SCORER_REVIEW_SHARE``, else a fifth.

    Raises:
        SettingWrong: it is no number from 0 to 1.
    """
    value = os.environ.get(VARIABLE, SHARE) if given is None else given
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise SettingWrong(f"The share to review is a number from 0 to 1, not {value}.")
    return share


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """How doubtful a score is, from its raw score and the writing features.

    The cost of an essay is ``cost[i]`` where its raw score lies from ``raw[i]`` to below
    ``raw[i + 1]``, and what its writing features add, each by its weight.  ``ranks`` are
    the costs of ordinary essays, in order: evenly spaced quantiles.
    """

    raw: tuple[float, ...]
    cost: tuple[float, ...]
    weights: tuple[float, ...]  # one for each of the writing features
    ranks: tuple[float, ...]

    def of(self, raw: float, figures: Features) -> float:
        """Return the share of ordinary essays with a surer score."""
        return round(bisect_left(self.ranks, self.cost_of(raw, figures)) / len(self.ranks), 3)

    def cost_of(self, raw: float, figures: Features) -> float:
        """Return what an essay costs: a large error is expected, for its place on the scale."""
        step = max(bisect_right(self.raw, raw) - 1, 0)
        return self.cost[step] + float(figures @ np.array(self.weights, np.float32))
