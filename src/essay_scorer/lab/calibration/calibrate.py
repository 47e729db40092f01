"""Calibrate a scorer: line, prediction intervals and uncertainty."""

from dataclasses import replace

from essay_scorer.lab.calibration.conformal import conformal_bands
from essay_scorer.lab.calibration.fit_uncertainty import fit_uncertainty
from essay_scorer.lab.calibration.held_out import HeldOutPredictions, HeldOutScores
from essay_scorer.lab.calibration.linear import fit_line
from essay_scorer.model.calibration import Calibration, UncertaintyTable
from essay_scorer.model.scale import Scale


def calibrate(
    dev: HeldOutPredictions,
    *,
    scale: Scale,
    coverage: float,
    out_of_fold: HeldOutPredictions | None = None,
    left_out: HeldOutPredictions | None = None,
) -> tuple[Calibration, UncertaintyTable]:
    """Fit calibration and uncertainty.

    Args:
        dev: essays that no training used; they alone determine the line and the intervals'
            coverage.
        scale: the raters' scale.
        coverage: the share of human scores that the intervals contain, 0 to 1.
        out_of_fold: training essays with out-of-fold predictions. They make the intervals'
            shape and the uncertainty less noisy.
        left_out: training essays, each predicted by models of other prompts. They determine
            the intervals of essays on new prompts.
    """
    slope, intercept = fit_line(dev.predictions, dev.human)
    parts = [part.scored(scale) for part in (dev, out_of_fold) if part is not None]
    together = HeldOutScores.concatenate(parts)
    calibration = Calibration(
        slope=slope,
        intercept=intercept,
        coverage=coverage,
        bands=conformal_bands(parts[0], together, scale=scale, coverage=coverage),
    )
    if left_out is not None:
        # By the line of known prompts: the level of a new prompt is unknown, which is an error too.
        new = left_out.scored(scale, line=(slope, intercept))
        bands = conformal_bands(new, new, scale=scale, coverage=coverage)
        calibration = replace(calibration, new_prompt_bands=bands)
    return calibration, fit_uncertainty(together, scale=scale)
