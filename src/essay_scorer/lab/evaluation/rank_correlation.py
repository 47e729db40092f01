"""Rank correlations: how far the machine orders essays as human raters do, on any scale."""

import numpy as np
from scipy import stats

from essay_scorer.lab.evaluation.bootstrap import Estimate, Floats, estimate, resamples
from essay_scorer.lab.evaluation.metrics import Numbers


def spearman_rho(human: Numbers, raw: Numbers) -> Estimate | None:
    """Return Spearman's rho: Pearson's r of the ranks; tied scores share their mean rank.

    Args:
        human: human scores on any scale, (essays,).
        raw: unrounded machine scores, (essays,).

    Returns:
        None if a side never varies.
    """
    pairs = np.array([human, raw], float)
    drawn = (_rho(pairs[:, draw]) for draw in resamples(pairs.shape[1]))
    return estimate(np.array([_rho(pairs), *drawn]))


def kendall_tau(human: Numbers, raw: Numbers) -> Estimate | None:
    """Return Kendall's tau-b, which allows for tied scores; see ``spearman_rho``."""
    pairs = np.array([human, raw], float)
    drawn = (_tau(pairs[:, draw]) for draw in resamples(pairs.shape[1]))
    return estimate(np.array([_tau(pairs), *drawn]))


def _rho(pairs: Floats) -> float:
    ranks = stats.rankdata(pairs, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    sizes = np.sqrt((ranks**2).sum(axis=1)).prod()
    return float(ranks[0] @ ranks[1] / sizes) if sizes > 0 else float("nan")


def _tau(pairs: Floats) -> float:
    if (pairs.min(axis=1) == pairs.max(axis=1)).any():
        return float("nan")
    return float(stats.kendalltau(pairs[0], pairs[1]).statistic)
