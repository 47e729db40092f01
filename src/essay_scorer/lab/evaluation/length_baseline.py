"""What a score that only counts words is worth: the bar that any model must clear."""

import numpy as np
import pandas as pd
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from essay_scorer.lab.calibration.conformal import fit_line
from essay_scorer.lab.evaluation.metrics import qwk
from essay_scorer.model.calibration import Scale
from essay_scorer.text.words import count_words


def length_ridge_qwk(essays: pd.DataFrame, scale: Scale) -> float:
    """QWK on split ``test`` of a ridge on word and character counts and their logarithms.

    It is fitted on ``train`` and brought to the scale on ``dev``, as the model is.
    """
    parts = dict(list(essays.groupby("split")))
    model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(-3, 3, 13)))
    model.fit(_lengths(parts["train"]), parts["train"]["score"])
    numbers = model.predict(_lengths(parts["dev"]))
    slope, intercept = fit_line(numbers, parts["dev"]["score"].to_numpy(float))
    raw = intercept + slope * model.predict(_lengths(parts["test"]))
    return qwk(
        parts["test"]["score"].to_numpy(), np.clip(np.floor(raw + 0.5), scale.min, scale.max), scale
    )


def _lengths(essays: pd.DataFrame) -> np.ndarray:
    words = essays["text"].map(count_words).to_numpy(float)
    characters = essays["text"].str.len().to_numpy(float)
    return np.column_stack([words, characters, np.log(words), np.log(characters)])
