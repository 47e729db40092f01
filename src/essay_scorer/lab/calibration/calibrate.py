"""Calibrate a scorer: line, prediction intervals and uncertainty."""

from collections.abc import Sequence

from essay_scorer.lab.calibration.conformal import conformal_bands
from essay_scorer.lab.calibration.fit_uncertainty import fit_uncertainty
from essay_scorer.lab.calibration.held_out import HeldOutPredictions, HeldOutScores
from essay_scorer.lab.calibration.linear import fit_line
from essay_scorer.model.calibration import Calibration, Scale, UncertaintyTable


def calibrate(
    dev: HeldOutPredictions,
    *,
    scale: Scale,
    coverage: float,
    out_of_fold: Sequence[HeldOutPredictions] = (),
) -> tuple[Calibration, UncertaintyTable]:
    """Fit calibration and uncertainty.

    Args:
        dev: essays that no training used; they alone determine the line and the intervals'
            coverage.
        scale: the raters' scale.
        coverage: the share of human scores that the intervals contain, 0 to 1.
        out_of_fold: training essays with out-of-fold predictions. They make the intervals'
            shape and the uncertainty less noisy.
    """
    slope, intercept = fit_line(dev.predictions, dev.human)
    parts = [part.scored(scale) for part in (dev, *out_of_fold)]
    together = HeldOutScores.concatenate(parts)
    bands = conformal_bands(parts[0], together, scale=scale, coverage=coverage)
    calibration = Calibration(slope=slope, intercept=intercept, coverage=coverage, bands=bands)
    return calibration, fit_uncertainty(together, scale=scale)
