"""The fourth room: the graph's number becomes a score on the raters' scale.

Three steps, all of whose numbers come from the bundle: a straight line brings the
mean and the spread of the graph's numbers to those of the human scores; the result
is cut at the scale's ends and rounded; a half-width measured on essays that the
training never saw gives the interval.
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
class Calibration:
    """How the graph's number is placed on the scale.

    ``raw = intercept + slope × number``; ``half_width`` is in score points.
    """

    slope: float
    intercept: float
    half_width: float
    coverage: float

    def raw(self, number: float, scale: Scale) -> float:
        """Return the unrounded score, within the scale."""
        return min(max(self.intercept + self.slope * number, float(scale.min)), float(scale.max))

    def value(self, raw: float) -> int:
        """Return the nearest whole score; a half goes up."""
        return math.floor(raw + 0.5)

    def interval(self, raw: float, scale: Scale) -> Interval:
        """Return the whole scores that lie within the half-width of ``raw``."""
        value = self.value(raw)
        low = min(math.ceil(raw - self.half_width), value)
        high = max(math.floor(raw + self.half_width), value)
        return Interval(low=max(low, scale.min), high=min(high, scale.max), coverage=self.coverage)
