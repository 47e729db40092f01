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
_ALL_PENALTIES_UP_TO = 500  # marks; with more, one penalty is chosen on that many

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Prior:
    """What is expected of the essays of a class before any is marked.

    Attributes:
        values: one for each essay of the class, (essays,): standardized, or in points.
        in_points: whether the values are marks already: the scorer knows the assignment and
            the scale. Otherwise only their order and their spacing mean something.
    """

    values: Column
    in_points: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class MarkRegression:
    """Predicted mark = intercept + prior_slope × prior + kernel @ dual.

    Attributes:
        intercept: in points.
        prior_slope: points per unit of the prior.
        dual: of each marked essay, in points, (marks,).
        left_out: the prediction for each marked essay without its mark, in points, (marks,).
    """

    intercept: float
    prior_slope: float
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
        target, marked_prior = (marks - center) / spread, float(prior.values[marked].mean())
        expected = PRIOR_SLOPE * (prior.values - marked_prior)
        dual, left_out = _average(kernel[marked] + CONSTANT, target, expected[marked], PENALTIES)
        gain = spread * _stretch(left_out, expected + (kernel + CONSTANT) @ dual)
        middle = float(left_out.mean()) + PRIOR_SLOPE * marked_prior
        return cls(
            intercept=center + gain * (CONSTANT * float(dual.sum()) - middle),
            prior_slope=gain * PRIOR_SLOPE,
            dual=gain * dual,
            left_out=center + gain * (left_out - left_out.mean()),
        )

    @classmethod
    def _fit_in_points(cls, kernel: Matrix, prior: Prior, marked: Rows, marks: Column) -> Self:
        """Learn how marks differ from a prior that has their level and their spread already."""
        dual, left_out = _average(
            kernel[marked] + CONSTANT, marks, prior.values[marked], PENALTIES_IN_POINTS
        )
        return cls(
            intercept=CONSTANT * float(dual.sum()), prior_slope=1.0, dual=dual, left_out=left_out
        )

    def predict(self, kernel: Matrix, prior: Column) -> Column:
        """Return predicted marks, (essays,).

        Args:
            kernel: inner products with the marked essays, (essays, marks).
            prior: of the essays, (essays,).
        """
        return self.intercept + self.prior_slope * prior + kernel @ self.dual


def _average(
    kernel: Matrix, target: Column, expected: Column, penalties: Sequence[float]
) -> tuple[Column, Column]:
    """Return the dual weights and the leave-one-out predictions, averaged over penalties."""
    marks = len(target)
    if marks > _ALL_PENALTIES_UP_TO:
        some = slice(0, _ALL_PENALTIES_UP_TO)
        errors = [
            _error(_ridge(kernel[some, some], target[some], expected[some], one)[1], target[some])
            for one in penalties
        ]
        penalties = [penalties[int(np.argmin(errors))]]
    fits = [_ridge(kernel, target, expected, one) for one in penalties]
    losses = np.array([_error(left_out, target) for _, left_out in fits])
    weights = np.exp(-marks * (losses - losses.min()))
    weights /= weights.sum()
    dual = sum(weight * one for weight, (one, _) in zip(weights, fits, strict=True))
    left_out = sum(weight * one for weight, (_, one) in zip(weights, fits, strict=True))
    return np.asarray(dual), np.asarray(left_out)


def _error(left_out: Column, target: Column) -> float:
    return float(np.square(left_out - target).mean())


def _ridge(
    kernel: Matrix, target: Column, expected: Column, penalty: float
) -> tuple[Column, Column]:
    inverse = np.linalg.inv(kernel + penalty * np.eye(len(target)))
    dual = inverse @ (target - expected)
    return dual, target - dual / np.diag(inverse)


def _stretch(left_out: Column, everyone: Column) -> float:
    """Return by how much predictions must be stretched to have the spread of the marks.

    Regression predicts too little spread, which quadratic weighted kappa punishes.
    """
    spread = np.sqrt(0.5 * left_out.var() + 0.5 * everyone.var())
    return min(1 / max(float(spread), MIN_SPREAD), MAX_STRETCH)
