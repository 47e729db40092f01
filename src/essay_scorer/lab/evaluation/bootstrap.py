"""Bootstrap confidence intervals, the same in every run.

They are percentile intervals (Efron & Tibshirani 1993, *An introduction to the bootstrap*, chapter
13) from 2,000 resamples of the essays. All figures of a report come from the same resamples. The
interval of a share that no essay or every essay has is Clopper & Pearson's (1934), because no
resample would differ from the sample.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Means = Mapping[str, Floats]

RESAMPLES = 2000
CONFIDENCE = 0.95
_SEED = 2012
_DIGITS = 4
_BLOCK = 100  # resamples at a time, so that the memory for many essays is bounded
_MIN_VARIANCE = 1e-12  # below, a column that is divided by its range does not vary
_MAX_UNDEFINED = 0.05  # share of resamples; beyond, the others say little of the sample


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A 95% confidence interval, rounded to four digits.

    Attributes:
        low: its lower end.
        high: its upper end.
    """

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A measured value with its 95% confidence interval, rounded to four digits.

    Attributes:
        value: as measured.
        low: the interval's lower end.
        high: its upper end.
    """

    value: float
    low: float
    high: float


def resampled_moments(columns: Floats, members: Floats) -> Floats:
    """Return the raw second moments of groups of essays, in the sample and in resamples of it.

    A resample draws as many essays as there are, with replacement, whatever their group.

    Args:
        columns: measures of each essay, (essays, measures); none is much larger than 1.
        members: 1 where an essay is in a group, else 0, (essays, groups).

    Returns:
        The sums of products of (1, measures), (1 + resamples, groups, 1 + measures,
        1 + measures). The first is the sample's own.
    """
    essays = len(columns)
    extended = np.column_stack([np.ones(essays), columns])
    products = np.einsum("eg,ei,ej->egij", members, extended, extended)
    flat = products.reshape(essays, -1)
    counts = (np.bincount(draw, minlength=essays) for draw in resamples(essays))
    sums = [flat.sum(axis=0), *(count @ flat for count in counts)]
    return np.reshape(sums, (1 + RESAMPLES, *products.shape[1:]))


def resamples(essays: int) -> Iterator[npt.NDArray[np.int64]]:
    """Yield the positions of the essays in each resample, (essays,)."""
    random = np.random.default_rng(_SEED)
    for _ in range(RESAMPLES):
        yield random.integers(0, essays, essays)


def resampled_means(columns: Means, parts: Sequence[Mask]) -> Iterator[Means]:
    """Yield the means of parts of the essays, in the sample and in resamples of it.

    A resample draws as many essays as there are, with replacement, whatever their part.

    Args:
        columns: measures of each essay by name, (essays,) each.
        parts: which essays are in each part, (essays,) each.

    Yields:
        For each part, the means by the column's name, (1 + resamples,) each; the first is the
        sample's own. ``essays`` is the number of essays. A mean of no essay is NaN.
    """
    table = np.column_stack(list(columns.values()))
    essays = len(table)
    draws = (np.bincount(draw, minlength=essays) for draw in resamples(essays))
    counts = np.array([np.ones(essays), *draws], dtype=np.uint8)  # 255 copies never occur
    for part in parts:
        members = np.flatnonzero(part)
        own = np.column_stack([np.ones(len(members)), table[members]])
        blocks = (counts[start : start + _BLOCK] for start in range(0, len(counts), _BLOCK))
        sums = np.concatenate([block[:, members].astype(float) @ own for block in blocks])
        size = sums[:, 0]
        means = sums[:, 1:] / np.where(size > 0, size, np.nan)[:, None]
        yield {"essays": size, **dict(zip(columns, means.T, strict=True))}


def means_and_covariances(moments: Floats) -> tuple[Floats, Floats]:
    """Return the means, (…, measures), and the covariances, (…, measures, measures).

    They are NaN where there is no essay, and covariances where a measure does not vary.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = moments / moments[..., :1, :1]
    means = scaled[..., 0, 1:]
    covariances = scaled[..., 1:, 1:] - means[..., :, None] * means[..., None, :]
    variances = np.diagonal(covariances, axis1=-2, axis2=-1)
    varies = variances.min(axis=-1, keepdims=True) > _MIN_VARIANCE
    return means, np.where(varies[..., None], covariances, np.nan)


def correlations(moments: Floats) -> Floats:
    """Return Pearson's r of each pair of measures, (…, measures, measures)."""
    _, covariances = means_and_covariances(moments)
    deviations = np.sqrt(np.diagonal(covariances, axis1=-2, axis2=-1))
    return np.asarray(covariances / (deviations[..., :, None] * deviations[..., None, :]))


def estimate(values: Floats) -> Estimate | None:
    """Return a statistic with the percentile interval of its resamples.

    Args:
        values: the sample's own value, then those of the resamples, (1 + resamples,).

    Returns:
        None if the sample's own value is undefined, or no resample has one.
    """
    if np.isnan(values[0]) or np.isnan(values[1:]).all():
        return None
    low, high = _percentiles(values[1:])
    return Estimate(value=round(float(values[0]), _DIGITS), low=low, high=high)


def interval(values: Floats) -> Interval | None:
    """Return the percentile interval of a statistic; its arguments are those of ``estimate``.

    Returns:
        None if the statistic is undefined in the sample or in more than 5% of the resamples, or
        if they all have the same: that would look certain, and says nothing.
    """
    if np.isnan(values[0]) or np.isnan(values[1:]).mean() > _MAX_UNDEFINED:
        return None
    low, high = _percentiles(values[1:])
    return Interval(low=low, high=high) if low < high else None


def share_interval(shares: Floats, essays: int) -> Interval | None:
    """Return the interval of a share of the essays; see the module's docstring.

    Args:
        shares: the sample's own, then those of the resamples, (1 + resamples,).
        essays: of which it is a share.
    """
    if shares[0] not in (0, 1):
        return interval(shares)
    test = stats.binomtest(round(float(shares[0]) * essays), essays)
    exact = test.proportion_ci(CONFIDENCE, method="exact")
    return Interval(low=round(float(exact.low), _DIGITS), high=round(float(exact.high), _DIGITS))


def _percentiles(values: Floats) -> tuple[float, float]:
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.nanpercentile(values, [tail, 100 - tail]) + 0.0  # no -0.0
    return round(float(low), _DIGITS), round(float(high), _DIGITS)


def format_estimate(estimate: Estimate | None, sign: str = "") -> str:
    """Return an estimate with its confidence interval, such as ``0.52 (0.46, 0.58)``.

    Args:
        estimate: what to format; None if undefined.
        sign: ``+`` to show the sign of positive numbers, too.
    """
    if estimate is None:
        return "–"
    numbers = (estimate.value, estimate.low, estimate.high)
    value, low, high = (f"{round(number, 2) + 0.0:{sign}.2f}" for number in numbers)  # no -0.00
    return f"{value} ({low}, {high})"


def standardize(scores: npt.ArrayLike) -> Floats:
    """Return z-scores, (essays,); all 0 if the scores do not vary."""
    values = np.asarray(scores, float)
    return (values - values.mean()) / (values.std() or 1)
