"""Bootstrap confidence intervals (Efron & Tibshirani 1993), the same in every run."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 2000
CONFIDENCE = 0.95
_SEED = 2012
_DIGITS = 4
_MIN_VARIANCE = 1e-12  # below, a column that is divided by its range does not vary


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
    flat, random = products.reshape(essays, -1), np.random.default_rng(_SEED)
    drawn = (random.integers(0, essays, essays) for _ in range(RESAMPLES))
    sums = [flat.sum(axis=0), *(np.bincount(draw, minlength=essays) @ flat for draw in drawn)]
    return np.reshape(sums, (1 + RESAMPLES, *products.shape[1:]))


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
        None if the sample's own value is undefined.
    """
    if np.isnan(values[0]):
        return None
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.nanpercentile(values[1:], [tail, 100 - tail])
    return Estimate(
        value=round(float(values[0]), _DIGITS),
        low=round(float(low), _DIGITS),
        high=round(float(high), _DIGITS),
    )


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
