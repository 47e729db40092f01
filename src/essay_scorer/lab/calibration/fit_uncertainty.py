"""Fit the uncertainty of scores: the expected cost in QWK of accepting each."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import Ridge

from essay_scorer.checks.uncertainty import expected_cost
from essay_scorer.lab.calibration.held_out import HeldOutScores
from essay_scorer.lab.calibration.linear import Column
from essay_scorer.lab.evaluation.metrics import qwk
from essay_scorer.model.calibration import UncertaintyTable
from essay_scorer.model.scale import Scale

BINS = 100  # of raw scores, and of quantiles
RIDGE_ALPHA = 1000.0  # regularization strength of the writing features' weights
KERNEL_WIDTH = 0.03  # of the scale's range

_MIN_DENSITY = 1e-9
_MIN_SPREAD = 1e-6


def fit_uncertainty(essays: HeldOutScores, *, scale: Scale) -> UncertaintyTable:
    """Return the table of expected costs, and their quantiles among these essays.

    QWK is one minus the ratio of two sums over essays: squared errors, and the squared errors
    of chance agreement. So an essay's cost is its expected squared error minus its share of the
    second sum. The expected squared error is smoothed over raw scores; a ridge regression on
    the writing features predicts what remains of it.

    Args:
        essays: kept out of training.
        scale: the raters' scale.
    """
    edges = np.linspace(scale.min, scale.max, BINS, endpoint=False)
    centers = edges + (scale.max - scale.min) / BINS / 2
    errors = _SmoothedErrors(
        essays=essays, scale=scale, width=KERNEL_WIDTH * (scale.max - scale.min)
    )
    costs = errors.expected(centers) - _chance_cost(essays, centers, scale)
    table = UncertaintyTable(
        raw_edges=tuple(edges.round(4).tolist()),
        costs=tuple(costs.round(5).tolist()),
        feature_weights=tuple(_feature_weights(essays, errors).astype(float).round(6).tolist()),
        quantiles=(0.0,),
    )
    return replace(table, quantiles=_quantiles(table, essays))


def _round(raw: Column, scale: Scale) -> Column:
    """Return the nearest scores of a scale; between two, the higher."""
    return np.asarray(scale.min + scale.step * np.floor((raw - scale.min) / scale.step + 0.5))


@dataclass(frozen=True, kw_only=True)
class _SmoothedErrors:
    """Squared errors of scores, smoothed over raw scores by a Gaussian kernel.

    Attributes:
        essays: with raw and human scores.
        scale: of the scores.
        width: of the kernel, in score points.
    """

    essays: HeldOutScores
    scale: Scale
    width: float

    def expected(self, raw: Column) -> Column:
        """Return the expected squared error at raw scores, of the same shape."""
        distance = (raw[:, np.newaxis] - self.essays.raw) / self.width
        weights = np.exp(-0.5 * np.square(distance)) + _MIN_DENSITY
        weights /= weights.sum(axis=1, keepdims=True)
        mean = weights @ self.essays.human
        variance = weights @ np.square(self.essays.human) - np.square(mean)
        return np.asarray(variance + np.square(_round(raw, self.scale) - mean))


def _chance_cost(essays: HeldOutScores, raw: Column, scale: Scale) -> Column:
    """Return the share of chance agreement that each raw score accounts for."""
    human = essays.human
    loss = 1 - qwk(human, _round(essays.raw, scale), scale)
    return np.asarray(loss * (np.square(raw - human.mean()) + human.var()))


def _feature_weights(essays: HeldOutScores, errors: _SmoothedErrors) -> npt.NDArray[np.float32]:
    """Return what each writing feature adds to the squared error, (features,)."""
    spread = np.maximum(essays.features.std(axis=0), _MIN_SPREAD)
    squared_error = np.square(_round(essays.raw, errors.scale) - essays.human)
    unexplained = squared_error - errors.expected(essays.raw)
    ridge = Ridge(alpha=RIDGE_ALPHA).fit(essays.features / spread, unexplained)
    return np.asarray(ridge.coef_ / spread)


def _quantiles(table: UncertaintyTable, essays: HeldOutScores) -> tuple[float, ...]:
    costs = [
        expected_cost(table, raw, features)
        for raw, features in zip(essays.raw.tolist(), essays.features, strict=True)
    ]
    return tuple(np.quantile(costs, np.linspace(0, 1, BINS + 1)).round(5).tolist())
