"""The baseline that any model must exceed: a score from the essay's length alone."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from essay_scorer.lab.calibration.linear import fit_line
from essay_scorer.lab.evaluation.metrics import qwk
from essay_scorer.model.calibration import Scale
from essay_scorer.text.words import count_words


def length_ridge_qwk(essays: pd.DataFrame, scale: Scale) -> float:
    """Return QWK on split ``test`` of a ridge regression on lengths.

    It is fitted on split ``train`` and calibrated on ``dev``, as the model is. Its inputs are
    the counts of words and characters, and their logarithms.

    Args:
        essays: columns ``text``, ``score`` and ``split``.
        scale: the raters' scale.
    """
    parts = dict(list(essays.groupby("split")))
    model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(-3, 3, 13)))
    model.fit(_lengths(parts["train"]), parts["train"]["score"])
    predictions = model.predict(_lengths(parts["dev"]))
    slope, intercept = fit_line(predictions, parts["dev"]["score"].to_numpy(float))
    raw = intercept + slope * model.predict(_lengths(parts["test"]))
    whole = np.clip(np.floor(raw + 0.5), scale.min, scale.max)
    return qwk(parts["test"]["score"].to_numpy(), whole, scale)


def _lengths(essays: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the inputs of the regression, (essays, 4)."""
    words = essays["text"].map(count_words).to_numpy(float)
    characters = essays["text"].str.len().to_numpy(float)
    return np.column_stack([words, characters, np.log(words), np.log(characters)])
