"""How many essays keep their score when a graph is quantized."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from essay_scorer.lab.calibration.linear import fit_line
from essay_scorer.model.calibration import Calibration
from essay_scorer.model.reader import Reader
from essay_scorer.model.scale import Scale
from essay_scorer.text.normalize import normalize

MIN_UNCHANGED_SCORES = 0.99  # share of essays; below it, a bundle stays in float32

_MAX_ESSAYS = 1000


def unchanged_score_share(
    reference: Reader, quantized: Reader, essays: pd.DataFrame, *, scale: Scale
) -> float:
    """Return the share of essays that get the same whole score from both graphs.

    Each graph is calibrated on split ``dev``, as a bundle is. Scores of split ``train`` would
    say little about new essays, because the model was trained on them.

    Args:
        reference: reads with the float32 graph.
        quantized: reads with the quantized graph.
        essays: those of ``dev`` and ``test`` are compared, a thousand at most.
        scale: the raters' scale.
    """
    ordered = essays.sort_values("split", kind="stable")
    sample = ordered[ordered["split"].isin(["dev", "test"])].head(_MAX_ESSAYS)
    scores = [_calibrated_scores(reader, sample, scale) for reader in (reference, quantized)]
    return float(np.mean(scores[0] == scores[1]))


def _calibrated_scores(
    reader: Reader, essays: pd.DataFrame, scale: Scale
) -> npt.NDArray[np.float64]:
    """Return scores, (essays,), after a calibration on the essays of split ``dev``."""
    dev, human = (essays["split"] == "dev").to_numpy(), essays["score"].to_numpy(float)
    predictions = np.array([reader.predict(normalize(text)) for text in essays["text"]])
    slope, intercept = fit_line(predictions[dev], human[dev])
    line = Calibration(slope=slope, intercept=intercept, coverage=0.0, bands=())
    return np.array(
        [scale.nearest(line.raw_score(prediction, scale)) for prediction in predictions]
    )
