"""The fourth room: the graph's number becomes a score on the raters' scale.

Three steps, all of whose numbers come from the bundle: a straight line brings the
mean and the spread of the graph's numbers to those of the human scores; the result
is cut at the scale's ends and rounded; bands measured on essays that the training
never saw say which scores a human rater may well have given.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The whole numbers from ``min`` to ``max`` that a rater could give."""

    min: int
    max: int


@dataclass(frozen=True, kw_only=True)
class Interval:
    """The scores that a human rater gives with the probability ``coverage``."""

    low: int
    high: int
    coverage: float


@dataclass(frozen=True, kw_only=True)
class Band:
    """Where on the raw scale a whole score is still believable: from ``low`` to ``high``."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How the graph's number is placed on the scale, and how far to trust it.

    ``raw = intercept + slope × number``.  ``bands`` has one band for each whole score of
    the scale; a score is in an essay's interval where the raw score lies in its band.
    """

    slope: float
    intercept: float
    coverage: float
    bands: tuple[Band, ...]

    def raw(self, number: float, scale: Scale) -> float:
        """Return the unrounded score, within the scale."""
        return min(max(self.intercept + self.slope * number, float(scale.min)), float(scale.max))

    def value(self, raw: float) -> int:
        """Return the nearest whole score; a half goes up."""
        return math.floor(raw + 0.5)

    def interval(self, raw: float, scale: Scale) -> Interval:
        """Return the believable scores, the nearest one always among them."""
        believable = [
            score
            for score, band in enumerate(self.bands, scale.min)
            if band.low <= raw <= band.high
        ]
        believable.append(self.value(raw))
        return Interval(low=min(believable), high=max(believable), coverage=self.coverage)
