"""Agreement between a machine and human raters, in the field's standard measures.

The definitions are RSMTool's (Educational Testing Service, *RSMTool: evaluation
metrics*), with two differences: QWK is computed on whole scores over the whole scale,
as the essay-scoring literature does, not on continuous ones; scores of zero count.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score

from essay_scorer.model.calibration import Scale

Numbers = Sequence[float] | npt.NDArray[Any]


def qwk(human: Numbers, machine: Numbers, scale: Scale) -> float:
    """Quadratic weighted kappa of whole scores (Cohen 1968), over every score of the scale.

    Scores that nobody gave count too: without them the weights would shrink.
    """
    labels = list(range(scale.min, scale.max + 1))
    return float(cohen_kappa_score(human, machine, labels=labels, weights="quadratic"))


def agreement(human: Numbers, value: Numbers, raw: Numbers, scale: Scale) -> dict[str, float]:
    """Return the measures of how well machine scores agree with human ones.

    Args:
        human: whole human scores, shape (essays,).
        value: the machine's whole scores, for QWK, exact and adjacent agreement.
        raw: the machine's unrounded scores, for Pearson's r and SMD.
        scale: the scores that could be given.

    Returns:
        ``qwk``, ``pearson``, ``exact`` and ``adjacent`` (shares; adjacent includes
        exact), ``smd`` (mean machine − human over the human standard deviation).
    """
    y, v, r = (np.asarray(numbers, float) for numbers in (human, value, raw))
    distance = np.abs(y - v)
    varies = y.std() > 0 and r.std() > 0
    return {
        "qwk": qwk(human, value, scale),
        "pearson": float(np.corrcoef(y, r)[0, 1]) if varies else float("nan"),
        "exact": float(np.mean(distance == 0)),
        "adjacent": float(np.mean(distance <= 1)),
        "smd": float((r.mean() - y.mean()) / y.std(ddof=1)) if varies else float("nan"),
    }


def group_differences(human: Numbers, raw: Numbers, groups: Sequence[str]) -> Mapping[str, float]:
    """Return each group's difference between standardised means (DSM), machine − human.

    Both scores are standardised over all essays, so that a difference in the groups'
    ability does not count, only one in how the machine sees them.
    """
    y, r, g = np.asarray(human, float), np.asarray(raw, float), np.asarray(groups)
    if r.std() == 0 or y.std() == 0:
        return {str(name): float("nan") for name in np.unique(g)}
    gap = (r - r.mean()) / r.std(ddof=1) - (y - y.mean()) / y.std(ddof=1)
    return {str(name): float(gap[g == name].mean()) for name in np.unique(g)}


def prmse(raw: Numbers, first: Numbers, second: Numbers) -> float:
    """Return the share of the true scores' variance that the machine's raw scores explain.

    Proportional reduction in mean squared error (Haberman 2008; RSMTool's formula for
    essays that all have two human scores): the error variance of the raters, estimated
    from their differences, is taken off both the error and the variance.
    """
    pair = np.column_stack([np.asarray(first, float), np.asarray(second, float)])
    rater_error = float(np.mean((pair[:, 0] - pair[:, 1]) ** 2) / 2)
    mean = pair.mean(axis=1)
    error = float(np.mean((mean - np.asarray(raw, float)) ** 2)) - rater_error / 2
    true_variance = float(mean.var(ddof=1)) - rater_error / 2
    return 1 - error / true_variance
