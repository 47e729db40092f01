"""Measures of the agreement between a machine and human raters.

The definitions are RSMTool's (Educational Testing Service, *RSMTool: evaluation metrics*), with
two differences: QWK is computed on whole scores over the whole scale, as in the literature on
essay scoring, not on continuous ones; and scores of zero count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score

from essay_scorer.model.scale import Scale

Numbers: TypeAlias = Sequence[float] | npt.NDArray[np.generic]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How well machine scores agree with human scores.

    Attributes:
        essays: their number.
        qwk: quadratic weighted kappa of whole scores.
        pearson: Pearson's r of raw scores; NaN if one side never varies.
        exact: share of equal whole scores.
        adjacent: share of whole scores that differ by one point or less.
        smd: standardized mean difference: the mean raw score minus the mean human score, over
            the standard deviation of the human scores; NaN if one side never varies.
    """

    essays: int
    qwk: float
    pearson: float
    exact: float
    adjacent: float
    smd: float


@dataclass(frozen=True, kw_only=True)
class RaterAgreement(Agreement):
    """Agreement of two human raters, and how much lower the machine's is.

    Attributes:
        qwk_degradation: QWK of the raters minus QWK of machine and human score.
        pearson_degradation: the same for Pearson's r.
        prmse: see ``prmse``; only if the raters used the score's own scale.
    """

    qwk_degradation: float
    pearson_degradation: float
    prmse: float | None = None


def agreement(human: Numbers, machine: Numbers, raw: Numbers, scale: Scale) -> Agreement:
    """Measure how well machine scores agree with human scores.

    Args:
        human: whole human scores, (essays,).
        machine: whole machine scores, (essays,).
        raw: the same before rounding, (essays,).
        scale: the raters' scale.
    """
    h, m, r = (np.asarray(scores, float) for scores in (human, machine, raw))
    distance = np.abs(h - m)
    varies = h.std() > 0 and r.std() > 0
    return Agreement(
        essays=len(h),
        qwk=qwk(human, machine, scale),
        pearson=float(np.corrcoef(h, r)[0, 1]) if varies else float("nan"),
        exact=float(np.mean(distance == 0)),
        adjacent=float(np.mean(distance <= 1)),
        smd=float((r.mean() - h.mean()) / h.std(ddof=1)) if varies else float("nan"),
    )


def qwk(human: Numbers, machine: Numbers, scale: Scale) -> float:
    """Return the quadratic weighted kappa of scores on a scale (Cohen 1968).

    Its weights span all scores of the scale, given or not.
    """
    first, second = (_positions(scores, scale) for scores in (human, machine))
    labels = list(range(scale.levels))
    return float(cohen_kappa_score(first, second, labels=labels, weights="quadratic"))


def _positions(scores: Numbers, scale: Scale) -> npt.NDArray[np.int64]:
    steps = (np.asarray(scores, float) - scale.min) / scale.step
    return np.rint(steps).astype(np.int64)


def prmse(raw: Numbers, first: Numbers, second: Numbers) -> float:
    """Return the share of the true scores' variance that the machine's raw scores explain.

    Proportional reduction in mean squared error (Haberman 2008), by RSMTool's formula for
    essays with two human scores each: the raters' error variance, estimated from their
    differences, is subtracted from both the error and the variance.

    Args:
        raw: unrounded machine scores, (essays,).
        first: the scores of one rater, (essays,).
        second: the scores of another rater, (essays,).
    """
    pairs = np.column_stack([np.asarray(first, float), np.asarray(second, float)])
    rater_error = float(np.mean((pairs[:, 0] - pairs[:, 1]) ** 2) / 2)
    mean = pairs.mean(axis=1)
    error = float(np.mean((mean - np.asarray(raw, float)) ** 2)) - rater_error / 2
    true_variance = float(mean.var(ddof=1)) - rater_error / 2
    return 1 - error / true_variance
