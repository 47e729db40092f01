"""Measures of the agreement between a machine and human raters.

The definitions are RSMTool's (Educational Testing Service, *RSMTool: evaluation metrics*), with
two differences: QWK is computed on whole scores over the whole scale, as in the literature on
essay scoring, not on continuous ones; and scores of zero count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score

from essay_scorer.lab.evaluation.bootstrap import (
    Floats,
    Interval,
    Means,
    interval,
    resampled_means,
    share_interval,
)
from essay_scorer.model.scale import Scale

Numbers: TypeAlias = Sequence[float] | npt.NDArray[np.generic]
Intervals: TypeAlias = Mapping[str, Interval]

ONE_ESSAY = "there is only one essay"
EQUAL_HUMAN, EQUAL_MACHINE = "all human scores are equal", "all machine scores are equal"

_DIGITS, _EXACT_DIGITS = 4, 12
_MIN_SPREAD = 1e-12  # of columns that are divided by their range; below, they do not vary


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How well machine scores agree with human scores.

    Attributes:
        essays: their number.
        qwk: quadratic weighted kappa of whole scores; None if all human scores are equal.
        pearson: Pearson's r of raw scores; None if one side never varies.
        exact: share of equal whole scores.
        adjacent: share of whole scores that differ by one step of the scale or less.
        smd: standardized mean difference: the mean raw score minus the mean human score, over
            the standard deviation of the human scores; None if one side never varies.
        intervals: confidence intervals of the measures, by name, where there is one.
        unmeasured: why measures are None.
    """

    essays: int
    qwk: float | None
    pearson: float | None
    exact: float
    adjacent: float
    smd: float | None
    intervals: Intervals = field(default_factory=dict)
    unmeasured: str | None = None


@dataclass(frozen=True, kw_only=True)
class RaterAgreement(Agreement):
    """Agreement of two human raters, and how much lower the machine's is.

    Attributes:
        qwk_degradation: QWK of the raters minus QWK of machine and human score.
        pearson_degradation: the same for Pearson's r.
        prmse: see ``prmse``; only if the raters used the score's own scale.
    """

    qwk_degradation: float | None
    pearson_degradation: float | None
    prmse: float | None = None


def agreement(human: Numbers, machine: Numbers, raw: Numbers, scale: Scale) -> Agreement:
    """Measure how well machine scores agree with human scores.

    Args:
        human: whole human scores, (essays,).
        machine: whole machine scores, (essays,).
        raw: the same before rounding, (essays,).
        scale: the raters' scale.
    """
    columns = agreement_columns(human, machine, raw, scale)
    means = next(resampled_means(columns, [np.ones(len(human), bool)]))
    return agreement_of(means, digits=_EXACT_DIGITS)


def agreement_columns(human: Numbers, machine: Numbers, raw: Numbers, scale: Scale) -> Means:
    """Return what each essay adds to the measures, by name, (essays,) each.

    Scores are shares of the scale's range, minus the mean human score: the squares of the numbers
    that are left are small enough to be subtracted from each other.
    """
    h, m, r = (np.asarray(scores, float) for scores in (human, machine, raw))
    steps = np.abs(np.rint((h - m) / scale.step))
    center, size = h.mean(), (scale.max - scale.min) or 1
    h, m, r = ((scores - center) / size for scores in (h, m, r))
    products = {"hh": h * h, "mm": m * m, "rr": r * r, "hm": h * m, "hr": h * r}
    shares = {"exact": (steps == 0).astype(float), "adjacent": (steps <= 1).astype(float)}
    return {"h": h, "m": m, "r": r, **products, **shares}


def agreement_of(means: Means, *, digits: int = _DIGITS) -> Agreement:
    """Return the agreement whose columns have these means.

    Args:
        means: see ``bootstrap.resampled_means``.
        digits: that the measures keep; their intervals have four.
    """
    measures = measures_of(means)
    essays = int(means["essays"][0])
    found = {name: interval(values) for name, values in measures.items()}
    found |= {name: share_interval(means[name], essays) for name in ("exact", "adjacent")}
    return Agreement(
        essays=essays,
        **{name: rounded(values[0], digits) for name, values in measures.items()},
        exact=round(float(means["exact"][0]), digits),
        adjacent=round(float(means["adjacent"][0]), digits),
        intervals=known(found),
        unmeasured=_unmeasured(means),
    )


def measures_of(means: Means) -> dict[str, Floats]:
    """Return QWK, r and SMD of the sample and its resamples, (1 + resamples,) each.

    With quadratic weights, kappa is 1 − E(h − m)² / E(h − m′)², where h and m′ are of independent
    essays (Cohen 1968): moments are enough, and the number of levels does not count.
    """
    h, m, r = means["h"], means["m"], means["r"]
    of_human = _positive(means["hh"] - h * h)
    of_raw = _positive(means["rr"] - r * r)
    chance = means["hh"] + means["mm"] - 2 * h * m
    distance = means["hh"] + means["mm"] - 2 * means["hm"]
    unbiased = means["essays"] / _positive(means["essays"] - 1)
    varies = of_human * of_raw
    return {
        "qwk": np.where(of_human > 0, 1 - distance / _positive(chance), np.nan),
        "pearson": np.clip((means["hr"] - h * r) / np.sqrt(varies), -1, 1),
        "smd": np.where(varies > 0, (r - h) / np.sqrt(of_human * unbiased), np.nan),
    }


def known(intervals: Mapping[str, Interval | None]) -> Intervals:
    """Return the intervals that exist."""
    return {name: one for name, one in intervals.items() if one is not None}


def rounded(value: float, digits: int = _DIGITS) -> float | None:
    """Return a rounded measure; None if it is undefined."""
    return None if np.isnan(value) else round(float(value), digits) + 0.0  # no -0.0


def _positive(values: Floats) -> Floats:
    """Return the values, where those that are 0 but for rounding are NaN."""
    return np.where(values > _MIN_SPREAD, values, np.nan)


def _unmeasured(means: Means) -> str | None:
    if means["essays"][0] == 1:
        return ONE_ESSAY
    for square, mean, reason in (("hh", "h", EQUAL_HUMAN), ("rr", "r", EQUAL_MACHINE)):
        if means[square][0] - means[mean][0] ** 2 <= _MIN_SPREAD:
            return reason
    return None


def qwk(human: Numbers, machine: Numbers, scale: Scale) -> float:
    """Return the quadratic weighted kappa of scores on a scale (Cohen 1968).

    Its weights span all scores of the scale, given or not. It is NaN if all scores of both are
    equal, so that chance agreement is complete.
    """
    first, second = (_positions(scores, scale) for scores in (human, machine))
    if len({*first.tolist(), *second.tolist()}) < 2:
        return float("nan")
    labels = list(range(scale.levels))
    return float(cohen_kappa_score(first, second, labels=labels, weights="quadratic"))


def _positions(scores: Numbers, scale: Scale) -> npt.NDArray[np.int64]:
    steps = (np.asarray(scores, float) - scale.min) / scale.step
    return np.rint(steps).astype(np.int64)


def prmse(raw: Numbers, first: Numbers, second: Numbers) -> float:
    """Return the share of the true scores' variance that the machine's raw scores explain.

    Proportional reduction in mean squared error (Haberman 2008), by RSMTool's formula for
    essays with two human scores each: the raters' error variance, estimated from their
    differences, is subtracted from both the error and the variance. It is NaN if the raters
    differ so much that no variance is left.

    Args:
        raw: unrounded machine scores, (essays,).
        first: the scores of one rater, (essays,).
        second: the scores of another rater, (essays,).
    """
    columns = prmse_columns(raw, first, second)
    everyone = [np.ones(len(columns["mean"]), bool)]
    return float(prmse_of(next(resampled_means(columns, everyone)))[0])


def prmse_columns(raw: Numbers, first: Numbers, second: Numbers) -> Means:
    """Return what each essay adds to the PRMSE, by name, (essays,) each."""
    r, a, b = (np.asarray(scores, float) for scores in (raw, first, second))
    center = r.mean()
    mean, r = (a + b) / 2 - center, r - center
    return {
        "mean": mean,
        "mean_square": mean**2,
        "rater_error": (a - b) ** 2 / 2,
        "error": (mean - r) ** 2,
    }


def prmse_of(means: Means) -> Floats:
    """Return the PRMSE of the sample and its resamples, (1 + resamples,)."""
    essays, rater_error = means["essays"], means["rater_error"]
    variance = means["mean_square"] - means["mean"] ** 2
    unbiased = variance * essays / _positive(essays - 1)
    return 1 - (means["error"] - rater_error / 2) / _positive(unbiased - rater_error / 2)
