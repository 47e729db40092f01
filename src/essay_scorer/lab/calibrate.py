"""From the graph's numbers to the raters' scale, fitted on essays kept out of training."""

import math

import numpy as np
import numpy.typing as npt

from ..errors import FileError
from ..scale import Calibration, Scale

Column = npt.NDArray[np.float64]


def fit_line(numbers: Column, human: Column) -> tuple[float, float]:
    """Return slope and intercept that give the numbers the human scores' mean and spread.

    A regression shrinks towards the mean, which costs agreement at the scale's ends;
    matching the variance gives it back.
    """
    if numbers.std() == 0:
        raise FileError("The model gives every essay the same number; it has learned nothing.")
    slope = float(human.std() / numbers.std())
    return slope, float(human.mean() - slope * numbers.mean())


def conformal_half_width(raw: Column, human: Column, coverage: float) -> float:
    """Return the half-width that covers a new essay's human score with this probability.

    Split conformal prediction with absolute residuals (Lei et al. 2018, *Distribution-free
    predictive inference for regression*): the ⌈(n + 1) × coverage⌉-th smallest residual.
    """
    residuals = np.sort(np.abs(human - raw))
    rank = math.ceil((len(residuals) + 1) * coverage)
    if rank > len(residuals):
        raise FileError(f"{len(residuals)} essays are too few for {coverage:.0%} coverage.")
    return float(residuals[rank - 1])


def calibrate(numbers: Column, human: Column, *, scale: Scale, coverage: float) -> Calibration:
    """Fit line and interval on the same held-out essays."""
    slope, intercept = fit_line(numbers, human)
    raw = np.clip(intercept + slope * numbers, scale.min, scale.max)
    return Calibration(
        slope=slope,
        intercept=intercept,
        half_width=conformal_half_width(raw, human, coverage),
        coverage=coverage,
    )
