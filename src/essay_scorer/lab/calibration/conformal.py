"""Prediction intervals by split conformal prediction."""

import math

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from essay_scorer.errors import FileError
from essay_scorer.lab.calibration.held_out import HeldOutScores
from essay_scorer.lab.calibration.linear import Column
from essay_scorer.model.calibration import Band
from essay_scorer.model.scale import Scale

CONFIDENCE = 0.9  # share of calibrations whose intervals reach their coverage
OWN_SHAPE = 0.5  # weight of a score's own errors in the shape of its band, 0 to 1
MIN_ESSAYS = 30  # for a score's own errors; essays with the nearest scores are added

_MIN_REACH = 1e-3  # score points that a band reaches at least


def conformal_quantile(errors: Column, coverage: float) -> float:
    """Return the size that new errors do not exceed with the given probability.

    Split conformal prediction takes the ⌈(n + 1) × coverage⌉-th smallest of n errors (Lei et al.
    2018, *Distribution-free predictive inference for regression*), which guarantees the
    coverage on average over calibrations. A school has one calibration: the rank is raised
    until ``CONFIDENCE`` of all calibrations reach the coverage (Vovk 2013, *Conditional
    validity of inductive conformal predictors*), if there are enough essays.

    Args:
        errors: sizes of errors on essays kept out of training, (essays,).
        coverage: from 0 to 1.

    Raises:
        FileError: there are too few errors for the coverage.
    """
    size = len(errors)
    min_rank = math.ceil((size + 1) * coverage)
    if min_rank > size:
        raise FileError(f"{size} essays are too few for {coverage:.0%} coverage.")
    ranks = np.arange(min_rank, size + 1)
    confident = beta.sf(coverage, ranks, size + 1 - ranks) >= CONFIDENCE
    rank = ranks[confident][0] if confident.any() else min_rank
    return float(np.sort(errors)[rank - 1])


def conformal_bands(
    dev: HeldOutScores, shape: HeldOutScores, *, scale: Scale, coverage: float
) -> tuple[Band, ...]:
    """Return, for each score, the raw scores whose interval contains it.

    A band of one width for all scores would cover the rare scores too seldom, because models
    regress to the mean; a band for each score alone would be wide, because few essays have it.
    So each side of each band has a shape half-way between the two. All are then scaled by one
    factor: the conformal quantile of the errors on ``dev``, in units of their sides.

    Args:
        dev: essays that determine the factor; no other essays affect the coverage.
        shape: essays that determine the shape.
        scale: the raters' scale.
        coverage: from 0 to 1.
    """
    error = shape.raw - shape.human
    common_reach = float(np.quantile(np.abs(error), coverage))
    sides = {
        score: _sides(error[_nearest(shape.human, score)], common_reach, coverage)
        for score in scale.scores
    }
    factor = conformal_quantile(_relative_errors(dev, sides, scale), coverage)
    return tuple(
        Band(low=score - factor * below, high=score + factor * above)
        for score, (below, above) in sides.items()
    )


def _relative_errors(
    dev: HeldOutScores, sides: dict[float, tuple[float, float]], scale: Scale
) -> Column:
    """Return the sizes of the errors, each in units of its band's side."""
    below, above = (
        np.array([sides[scale.nearest(score)][side] for score in dev.human]) for side in (0, 1)
    )
    error = dev.raw - dev.human
    return np.where(error < 0, -error / below, error / above)


def _nearest(human: Column, score: float) -> npt.NDArray[np.bool_]:
    """Return which essays have the score; if they are few, with those of the nearest scores."""
    distance = np.abs(human - score)
    radius = np.sort(distance)[min(MIN_ESSAYS, len(human)) - 1]
    return np.asarray(distance <= radius)


def _sides(error: Column, common_reach: float, coverage: float) -> tuple[float, float]:
    """Return how far a band reaches below and above its score, before scaling."""
    tail = (1 - coverage) / 2
    own = -np.quantile(error, tail), np.quantile(error, 1 - tail)
    below, above = (
        OWN_SHAPE * max(float(reach), 0.0) + (1 - OWN_SHAPE) * common_reach for reach in own
    )
    return max(below, _MIN_REACH), max(above, _MIN_REACH)
