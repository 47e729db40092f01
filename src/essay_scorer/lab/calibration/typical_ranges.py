"""The typical ranges of the observations: what essays of each score have in common."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from essay_scorer.explain.observations import MEASURES, measure
from essay_scorer.model.thresholds import TypicalRange

QUANTILES = (0.1, 0.9)  # the middle 80%
MIN_ESSAYS = 10  # with one score; with fewer, nothing is called typical


def typical_ranges(
    features: npt.NDArray[np.float32], scores: "pd.Series[float]"
) -> dict[float, dict[str, TypicalRange]]:
    """Return each measure's typical range, by the code of the measure, by score.

    Args:
        features: the training essays' writing features, (essays, features).
        scores: their human scores.
    """
    table = pd.DataFrame([measure(row) for row in features])
    return {
        float(str(score)): _ranges(rows)
        for score, rows in table.groupby(scores.to_numpy())
        if len(rows) >= MIN_ESSAYS
    }


def _ranges(rows: pd.DataFrame) -> dict[str, TypicalRange]:
    low, high = (rows.quantile(quantile).round(2) for quantile in QUANTILES)
    return {code: TypicalRange(low=float(low[code]), high=float(high[code])) for code in MEASURES}
