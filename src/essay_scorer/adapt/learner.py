"""Learn a regression from marks, check it on marks left out, and make a profile of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from essay_scorer.adapt.adaptation_report import (
    MORE_MARKS,
    MORE_THAN_LEARNED,
    NOT_BETTER_THAN_LENGTH,
    TWO_VALUES,
    AdaptationReport,
    Agreement,
    CurvePoint,
    correlation,
    expected_error,
    partial_correlation,
    tolerance,
)
from essay_scorer.adapt.class_essays import ClassEssays
from essay_scorer.adapt.class_space import LENGTH, Column, Matrix
from essay_scorer.adapt.essay_vector import EssayVector
from essay_scorer.adapt.linear_model import LinearModel
from essay_scorer.adapt.mark_regression import MarkRegression, Prior, Rows
from essay_scorer.adapt.profile import COVERAGE, Profile, cv_plus_interval, strangeness
from essay_scorer.model.calibration import MIN_FAMILIARITY
from essay_scorer.model.scale import Scale

MAX_MARKS = 500  # that are learned from; evenly spaced ones of more
FOLDS = 5
_MIN_CURVE_MARKS = 10
_QUANTILES = 20
_SCORE_FAMILIARITY = 0.25  # of a prompt from which on the shipped score alone may be the order
_SMALLEST = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class Learner:
    """Learns from the marks of a class, or from some of them.

    Attributes:
        essays: of the class.
        kernel: inner products of all essays with the marked ones, (essays, marks).
        compared: of the marked essays, (marks, values + 2).
        prior: of all essays.
        expectations: the prior's, as models of a standardized vector.
        rows: which essays are marked, (marks,).
        points: their marks, (marks,).
        scale: of the marks.
        all_marks: how many there are, also those that are not learned from.
    """

    essays: ClassEssays
    kernel: Matrix
    compared: Matrix  # of the marked essays, (marks, values + 2)
    prior: Prior
    expectations: tuple[LinearModel, ...]
    rows: Rows
    points: Column
    scale: Scale
    all_marks: int

    @classmethod
    def of(
        cls, essays: ClassEssays, rows: Rows, points: Column, scale: Scale, bundle_scale: Scale
    ) -> Self:
        all_marks = len(rows)
        if all_marks > MAX_MARKS:
            kept = np.linspace(0, all_marks - 1, MAX_MARKS).astype(np.int64)
            rows, points = rows[kept], points[kept]
        everyone = essays.compared
        score_weight = min(max(essays.familiarity / _SCORE_FAMILIARITY, _SMALLEST), 1.0) ** 2
        in_points = scale.has_same_points(bundle_scale) and essays.familiarity >= MIN_FAMILIARITY
        expectations = (essays.score_line,) if in_points else (essays.order, essays.score_order)
        return cls(
            essays=essays,
            kernel=everyone @ everyone[rows].T,
            compared=everyone[rows],
            prior=Prior(
                values=np.array([one.predict(essays.standardized) for one in expectations]),
                weights=np.array([1.0] if in_points else [1.0, score_weight]),
                in_points=in_points,
            ),
            expectations=expectations,
            rows=rows,
            points=points,
            scale=scale,
            all_marks=all_marks,
        )

    def profile(self, vector: EssayVector) -> Profile:
        """Return the profile.

        Args:
            vector: one of the class, for the bundle that it is of.
        """
        everything = np.arange(len(self.rows))
        regression = self._fit(everything)
        folds, errors, fold_of = self._cross_validate(min(FOLDS, len(self.rows)))
        space = self.essays.space
        models = tuple(LinearModel.from_short_dict(fold.to_short_dict()) for fold in folds)
        model = LinearModel.from_dict(self._linear(regression, everything).to_dict())
        distances = strangeness(self.essays.standardized)
        quantiles = np.quantile(distances, np.linspace(0, 1, _QUANTILES + 1)[:-1])
        return Profile(
            bundle=vector.bundle,
            scale=self.scale,
            space=space,
            model=model,
            folds=models,
            errors=np.round(errors, 6),
            fold_of=tuple(int(fold) for fold in fold_of),
            strangeness=tuple(float(f"{one:.6g}") for one in quantiles),
            report=self._report(regression, folds, errors, fold_of),
        )

    def _fit(self, used: Rows) -> MarkRegression:
        return MarkRegression.fit(
            self.kernel[:, used], self.prior, self.rows[used], self.points[used]
        )

    def _fold_of(self, folds: int) -> Rows:
        """Return a fold for each mark, each with marks of every height."""
        fold_of = np.empty(len(self.points), np.int64)
        fold_of[np.argsort(self.points, kind="stable")] = np.arange(len(self.points)) % folds
        return fold_of

    def _cross_validate(self, folds: int) -> tuple[list[LinearModel], Column, Rows]:
        """Return a model for each fold, the absolute error on each mark, and its fold."""
        fold_of, models = self._fold_of(folds), []
        errors = np.empty(len(self.points))
        marked = self.essays.standardized[self.rows]
        for fold in range(folds):
            used, left = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
            models.append(self._fold_model(used))
            errors[left] = np.abs(models[-1].predict(marked[left]) - self.points[left])
        return models, errors, fold_of

    def _fold_model(self, used: Rows) -> LinearModel:
        points = self.points[used]
        if float(points.std()) > 0:
            return self._linear(self._fit(used), used)
        values = self.essays.standardized.shape[1]
        return LinearModel(intercept=float(points.mean()), weights=np.zeros(values))

    def _linear(self, regression: MarkRegression, used: Rows) -> LinearModel:
        """Return a regression as a model of a standardized vector."""
        kernel = self.essays.kernel_model(regression.dual, self.compared[used])
        intercepts = np.array([one.intercept for one in self.expectations])
        weights = np.array([one.weights for one in self.expectations])
        slopes = regression.prior_slopes
        return LinearModel(
            intercept=regression.intercept + kernel.intercept + float(slopes @ intercepts),
            weights=kernel.weights + slopes @ weights,
        )

    def _report(
        self,
        regression: MarkRegression,
        folds: Sequence[LinearModel],
        errors: Column,
        fold_of: Rows,
    ) -> AdaptationReport:
        scale, points = self.scale, self.points
        left_out, length = regression.left_out, self.essays.standardized[self.rows, LENGTH]
        by_length = _line_without_each(length, points)
        agreement = Agreement.of(left_out, points, scale)
        length_agreement = Agreement.of(by_length, points, scale)
        error = round(float(np.abs(left_out - points).mean()), 4)
        curve = (*self._curve(errors), CurvePoint(marks=len(points), error=error))
        notes = []
        if len(set(points.tolist())) == 2:
            notes.append(TWO_VALUES)
        if self.all_marks > len(points):
            notes.append(MORE_THAN_LEARNED)
        if agreement.qwk <= length_agreement.qwk:
            notes.append(NOT_BETTER_THAN_LENGTH)
        return AdaptationReport(
            marks=self.all_marks,
            profile=agreement,
            length=length_agreement,
            scale_map=Agreement.of(
                _line_without_each(self.essays.raw[self.rows], points), points, scale
            ),
            tolerance=tolerance(scale),
            correlation=round(correlation(left_out, points), 4),
            without_length=round(partial_correlation(left_out, points, length), 4),
            coverage=round(_left_out_coverage(left_out, points), 4),
            interval_width=round(self._mean_width(folds, errors, fold_of), 4),
            curve=curve,
            error_with_more=round(expected_error(curve, MORE_MARKS), 4),
            notes=tuple(notes),
        )

    def _curve(self, errors: Column) -> list[CurvePoint]:
        """Return the errors of models that learned from a part of the marks.

        Args:
            errors: of the models of the folds.
        """
        marks = len(self.points)
        if marks < _MIN_CURVE_MARKS or self.all_marks > MAX_MARKS:
            return []
        halves = self._cross_validate(2)[1]
        return [
            CurvePoint(marks=marks - marks // folds, error=round(float(found.mean()), 4))
            for folds, found in ((2, halves), (FOLDS, errors))
        ]

    def _mean_width(self, folds: Sequence[LinearModel], errors: Column, fold_of: Rows) -> float:
        by_fold = np.array([fold.predict(self.essays.standardized) for fold in folds])
        low, high = cv_plus_interval(by_fold[fold_of].T, errors)
        width = np.minimum(high, self.scale.max) - np.maximum(low, self.scale.min)
        return float(np.maximum(width, 0).mean())


def _line_without_each(values: Column, points: Column) -> Column:
    """Predict each mark from one number of its essay, by the other marks' mean and spread."""
    (x, x_spread), (y, y_spread) = _moments_without_each(values), _moments_without_each(points)
    slope = np.divide(y_spread, x_spread, out=np.zeros_like(x), where=x_spread > 0)
    return np.asarray(y + slope * (values - x))


def _moments_without_each(values: Column) -> tuple[Column, Column]:
    """Return the mean and the standard deviation of the other values, (values,) each."""
    centered, others = values - values.mean(), len(values) - 1
    means = (centered.sum() - centered) / others
    squares = (np.square(centered).sum() - np.square(centered)) / others
    return means + values.mean(), np.sqrt(np.maximum(squares - np.square(means), 0))


def _left_out_coverage(left_out: Column, points: Column) -> float:
    """Return the share of marks within the errors on nine of ten other marks."""
    errors, marks = np.abs(left_out - points), len(points)
    rank = min(int(np.ceil(COVERAGE * marks - 1e-9)), marks - 1) - 1
    return float(np.mean(errors <= np.sort(errors)[rank] + 1e-9))
