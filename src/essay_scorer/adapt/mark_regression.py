"""Learn marks: kernel ridge regression on the difference between the marks and a prior.

The prior is what the scorer expects before it has seen a mark. Few marks move it little. The
penalty is not chosen: predictions for several penalties are averaged, weighted by their
leave-one-out errors, which have a closed form (Cawley & Talbot 2008, *Efficient approximate
leave-one-out cross-validation for kernel logistic regression*, section 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from essay_scorer.adapt.class_space import Column, Matrix

PENALTIES = (0.5, 1.5, 5.0, 15.0)
PENALTIES_IN_POINTS = (15.0, 50.0, 150.0)
PRIOR_SLOPE = 0.6  # expected correlation of prior and marks
CONSTANT = 0.3  # of the kernel: the mean may move
MAX_STRETCH = 2.0
MIN_SPREAD = 0.25

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Prior:
    """What is expected of the essays of a class before any is marked.

    Attributes:
        values: one row for each expectation, (expectations, essays): standardized, or in points.
        weights: how probable each expectation is before any mark, (expectations,).
        in_points: whether the values are marks already: the scorer knows the assignment and
            the scale. Otherwise only their order and their spacing mean something.
    """

    values: Matrix
    weights: Column
    in_points: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class MarkRegression:
    """Predicted mark = intercept + prior_slopes @ expectations + kernel @ dual.

    Attributes:
        intercept: in points.
        prior_slopes: points per unit of each expectation, (expectations,).
        dual: of each marked essay, in points, (marks,).
        left_out: the prediction for each marked essay without its mark, in points, (marks,).
    """

    intercept: float
    prior_slopes: Column
    dual: Column
    left_out: Column

    @classmethod
    def fit(cls, kernel: Matrix, prior: Prior, marked: Rows, marks: Column) -> Self:
        """Learn from marks.

        Args:
            kernel: inner products of all essays of the class with the marked ones,
                (essays, marks), without the constant.
            prior: of all essays of the class.
            marked: which essays are marked, (marks,).
            marks: in points, not all equal, (marks,).
        """
        if prior.in_points:
            return cls._fit_in_points(kernel, prior, marked, marks)
        center, spread = float(marks.mean()), float(marks.std(ddof=1))
        target, middles = (marks - center) / spread, prior.values[:, marked].mean(axis=1)
        expected = PRIOR_SLOPE * (prior.values - middles[:, None])
        found = _average(
            kernel[marked] + CONSTANT, target, expected[:, marked], prior.weights, PENALTIES
        )
        everyone = found.shares @ expected + (kernel + CONSTANT) @ found.dual
        gain = spread * _stretch(found.left_out, everyone)
        middle = float(found.left_out.mean() + PRIOR_SLOPE * found.shares @ middles)
        return cls(
            intercept=center + gain * (CONSTANT * float(found.dual.sum()) - middle),
            prior_slopes=gain * PRIOR_SLOPE * found.shares,
            dual=gain * found.dual,
            left_out=center + gain * (found.left_out - found.left_out.mean()),
        )

    @classmethod
    def _fit_in_points(cls, kernel: Matrix, prior: Prior, marked: Rows, marks: Column) -> Self:
        """Learn how marks differ from a prior that has their level and their spread already."""
        found = _average(
            kernel[marked] + CONSTANT,
            marks,
            prior.values[:, marked],
            prior.weights,
            PENALTIES_IN_POINTS,
        )
        return cls(
            intercept=CONSTANT * float(found.dual.sum()),
            prior_slopes=found.shares,
            dual=found.dual,
            left_out=found.left_out,
        )

    def predict(self, kernel: Matrix, expected: Matrix) -> Column:
        """Return predicted marks, (essays,).

        Args:
            kernel: inner products with the marked essays, (essays, marks).
            expected: of the essays, (expectations, essays).
        """
        return self.intercept + self.prior_slopes @ expected + kernel @ self.dual


@dataclass(frozen=True, kw_only=True, eq=False)
class _Average:
    """Dual weights and leave-one-out predictions, and how much each expectation counted."""

    dual: Column
    left_out: Column
    shares: Column


def _average(
    kernel: Matrix,
    target: Column,
    expected: Matrix,
    weights: Column,
    penalties: Sequence[float],
) -> _Average:
    """Average the regressions over expectations and penalties."""
    fits = [_ridges(kernel, target, expected, one) for one in penalties]
    log_odds = np.array([-len(target) * _losses(fit, target) for fit in fits]) + np.log(weights)
    odds = np.exp(log_odds - log_odds.max())
    odds /= odds.sum()
    duals, left_outs = (np.array([fit[part] for fit in fits]) for part in (0, 1))
    return _Average(
        dual=np.einsum("pe,pem->m", odds, duals),
        left_out=np.einsum("pe,pem->m", odds, left_outs),
        shares=odds.sum(axis=0),
    )


def _losses(fit: tuple[Matrix, Matrix], target: Column) -> Column:
    """Return the mean squared leave-one-out error of each expectation."""
    return np.asarray(np.square(fit[1] - target).mean(axis=1))


def _ridges(
    kernel: Matrix, target: Column, expected: Matrix, penalty: float
) -> tuple[Matrix, Matrix]:
    """Return dual weights and leave-one-out predictions, (expectations, marks) each."""
    inverse = np.linalg.inv(kernel + penalty * np.eye(len(target)))
    dual = (target - expected) @ inverse
    return dual, target - dual / np.diag(inverse)


def _stretch(left_out: Column, everyone: Column) -> float:
    """Return by how much predictions must be stretched to have the spread of the marks.

    Regression predicts too little spread, which quadratic weighted kappa punishes.
    """
    spread = np.sqrt(0.5 * left_out.var() + 0.5 * everyone.var())
    return min(1 / max(float(spread), MIN_SPREAD), MAX_STRETCH)
