"""Agreement between a machine and a human rater, in the field's standard measures."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score

from ..scale import Scale

Numbers = Sequence[float] | npt.NDArray[np.float64]


def qwk(human: Numbers, machine: Numbers, scale: Scale) -> float:
    """Quadratic weighted kappa of whole scores, over every score of the scale.

    Scores that nobody gave count too: without them the weights would shrink.
    """
    labels = list(range(scale.min, scale.max + 1))
    return float(cohen_kappa_score(human, machine, labels=labels, weights="quadratic"))


def agreement(human: Numbers, value: Numbers, raw: Numbers, scale: Scale) -> dict[str, float]:
    """Return QWK, exact and adjacent agreement of whole scores, Pearson's r and SMD of raw ones.

    SMD is the mean difference machine − human over the human standard deviation.
    """
    y, v, r = (np.asarray(numbers, float) for numbers in (human, value, raw))
    distance = np.abs(y - v)
    return {
        "qwk": qwk(human, value, scale),
        "pearson": float(np.corrcoef(y, r)[0, 1]),
        "exact": float(np.mean(distance == 0)),
        "adjacent": float(np.mean(distance <= 1)),
        "smd": float((r.mean() - y.mean()) / y.std(ddof=1)),
    }
