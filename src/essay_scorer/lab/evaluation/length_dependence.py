"""How much of the agreement with human scores is the essay's length."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from essay_scorer.lab.evaluation.bootstrap import (
    Estimate,
    correlations,
    estimate,
    resampled_moments,
    standardize,
)
from essay_scorer.lab.evaluation.metrics import Intervals, Numbers

_MIN_REST = 1e-6


@dataclass(frozen=True, kw_only=True)
class RidgeAgreement:
    """Agreement of a ridge regression on lengths; see ``lab.length_baseline``.

    Attributes:
        qwk: quadratic weighted kappa; None if the human scores are on another scale.
        pearson: Pearson's r; None if all predictions are equal.
        intervals: confidence intervals of both, by name, where there is one.
    """

    qwk: float | None
    pearson: float | None
    intervals: Intervals = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LengthDependence:
    """Pearson's r of scores, with each other and with the logarithm of the number of words.

    Attributes:
        pearson: of human and raw scores; None if a side never varies.
        human: of the human scores; None if a side never varies.
        machine: of the raw scores; None if a side never varies.
        partial: of human and raw scores, once the logarithm of the number of words is taken out
            of both (the partial correlation, Fisher 1924); None if a side never varies.
        ridge: the agreement of scores from the length alone, if there are essays to train it on.
    """

    pearson: Estimate | None
    human: Estimate | None
    machine: Estimate | None
    partial: Estimate | None
    ridge: RidgeAgreement | None = None


def length_dependence(human: Numbers, raw: Numbers, words: Sequence[int]) -> LengthDependence:
    """Measure how scores depend on length.

    Args:
        human: human scores on any scale, (essays,).
        raw: unrounded machine scores, (essays,).
        words: of each essay, at least 1.

    Returns:
        The measures without the length baseline, which ``lab.length_baseline`` adds.
    """
    columns = [standardize(values) for values in (human, raw, np.log(np.maximum(words, 1)))]
    everyone = np.ones((len(words), 1))
    r = correlations(resampled_moments(np.column_stack(columns), everyone)[:, 0])
    both, of_human, of_machine = r[:, 0, 1], r[:, 0, 2], r[:, 1, 2]
    unexplained = np.maximum((1 - of_human**2) * (1 - of_machine**2), 0)
    rest = np.sqrt(unexplained)  # 0 if one score is the length itself
    partial = (both - of_human * of_machine) / np.where(rest > _MIN_REST, rest, np.nan)
    return LengthDependence(
        pearson=estimate(both),
        human=estimate(of_human),
        machine=estimate(of_machine),
        partial=estimate(partial),
    )
