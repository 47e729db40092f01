"""How good a profile is, by leaving out marks that are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from essay_scorer.adapt.class_space import Column
from essay_scorer.model.scale import Scale

TWO_VALUES = "two_values"  # the marks have two different values only
MORE_THAN_LEARNED = "more_than_learned"  # there are more marks than a profile learns from
NOT_BETTER_THAN_LENGTH = "not_better_than_length"

_TOLERATED_SHARE = 0.05  # of the scale's range: one point of twenty
_SMALLEST = 1e-12


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Agreement of predicted marks with the marks that were left out.

    Attributes:
        qwk: quadratic weighted kappa.
        exact: share of equal marks.
        adjacent: share of marks within the tolerance.
        error: mean absolute error, in points.
    """

    qwk: float
    exact: float
    adjacent: float
    error: float

    @classmethod
    def of(cls, predicted: Column, marks: Column, scale: Scale) -> Self:
        """Compare predictions, in points, with marks, (marks,) each."""
        given = np.array([scale.nearest(value) for value in predicted], np.float64)
        distance = np.abs(given - marks)
        return cls(
            qwk=round(_kappa(given, marks), 4),
            exact=round(float((distance < _SMALLEST).mean()), 4),
            adjacent=round(float((distance <= tolerance(scale) + 1e-9).mean()), 4),
            error=round(float(distance.mean()), 4),
        )


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """A point of the learning curve.

    Attributes:
        marks: how many were learned from.
        error: mean absolute error on the marks that were left out, in points.
    """

    marks: int
    error: float


@dataclass(frozen=True, kw_only=True)
class AdaptationReport:
    """The proof of a profile, from marks that were left out alone.

    Attributes:
        marks: how many the profile was learned from.
        profile: agreement of its suggestions.
        length: agreement of marks predicted from the number of words alone.
        scale_map: agreement of the shipped score, mapped to the scale.
        tolerance: the distance up to which a mark counts as adjacent, in points.
        correlation: Pearson's r of suggestions and marks.
        without_length: what is left of it once the log of the number of words is taken out.
        coverage: share of the marks that lie in their intervals.
        interval_width: mean width of the intervals, in points.
        curve: the learning curve.
        error_with_more: the expected error with ``MORE_MARKS`` more marks, in points.
        notes: codes of what the teacher should know.
    """

    marks: int
    profile: Agreement
    length: Agreement
    scale_map: Agreement
    tolerance: float
    correlation: float
    without_length: float
    coverage: float
    interval_width: float
    curve: tuple[CurvePoint, ...]
    error_with_more: float
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            **vars(self),
            "profile": dict(vars(self.profile)),
            "length": dict(vars(self.length)),
            "scale_map": dict(vars(self.scale_map)),
            "curve": [dict(vars(point)) for point in self.curve],
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` returned.

        Raises:
            KeyError, TypeError: it is something else.
        """
        agreements = {name: Agreement(**table[name]) for name in ("profile", "length", "scale_map")}
        curve = tuple(CurvePoint(**point) for point in table["curve"])
        return cls(**{**table, **agreements, "curve": curve, "notes": tuple(table["notes"])})


MORE_MARKS = 20


def tolerance(scale: Scale) -> float:
    """Return the distance up to which a mark counts as adjacent: a step, or 5% of the range."""
    steps = round((scale.max - scale.min) * _TOLERATED_SHARE / scale.step)
    return max(steps, 1) * scale.step


def correlation(first: Column, second: Column) -> float:
    """Return Pearson's r; 0 if one of them does not vary."""
    spread = float(first.std() * second.std())
    if spread < _SMALLEST:
        return 0.0
    return float(((first - first.mean()) * (second - second.mean())).mean() / spread)


def partial_correlation(first: Column, second: Column, controlled: Column) -> float:
    """Return what is left of a correlation once a third variable is taken out of both."""
    r, left, right = (
        correlation(first, second),
        correlation(first, controlled),
        correlation(second, controlled),
    )
    rest = (1 - left**2) * (1 - right**2)
    return (r - left * right) / float(np.sqrt(rest)) if rest > _SMALLEST else 0.0


def expected_error(curve: tuple[CurvePoint, ...], more: int) -> float:
    """Return the error with more marks: the curve as a + b / marks, with b not negative."""
    last = curve[-1]
    if len(curve) < 2:
        return last.error
    inverse = np.array([1 / point.marks for point in curve])
    errors = np.array([point.error for point in curve])
    centered = inverse - inverse.mean()
    slope = max(float(centered @ (errors - errors.mean()) / (centered @ centered)), 0.0)
    return max(last.error - slope * (1 / last.marks - 1 / (last.marks + more)), 0.0)


def _kappa(first: Column, second: Column) -> float:
    """Return quadratic weighted kappa of two lists of marks, in any unit."""
    observed = float(np.square(first - second).mean())
    expected = float(first.var() + second.var() + (first.mean() - second.mean()) ** 2)
    return 1 - observed / expected if expected > _SMALLEST else 0.0
