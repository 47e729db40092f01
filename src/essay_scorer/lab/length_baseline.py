"""The baseline that any model must exceed: a score from the essay's length alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from essay_scorer.lab.calibration.linear import Column, fit_line
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
from essay_scorer.lab.evaluation.length_dependence import RidgeAgreement
from essay_scorer.lab.evaluation.metrics import qwk
from essay_scorer.lab.evaluation.other_scale import OtherScaleReport
from essay_scorer.model.scale import Scale
from essay_scorer.text.words import count_words

_DIGITS = 4

_Report = TypeVar("_Report", EvaluationReport, OtherScaleReport)


def add_length_ridge(
    report: _Report, essays: pd.DataFrame, splits: Sequence[str], *, scale: Scale | None
) -> _Report:
    """Return a report with the agreement of the length baseline.

    Args:
        report: of the essays of the splits.
        essays: all essays: the columns ``text``, ``score`` and ``split``.
        splits: the evaluated splits; the baseline is fitted on the others.
        scale: of the human scores; None if they need not be on one.
    """
    evaluated = essays["split"].isin(splits)
    ridge = length_ridge(essays[~evaluated], essays[evaluated], scale)
    return replace(report, length=replace(report.length, ridge=ridge))


def length_ridge(
    training: pd.DataFrame, evaluated: pd.DataFrame, scale: Scale | None
) -> RidgeAgreement | None:
    """Return the agreement of a ridge regression on lengths.

    It is fitted on split ``train`` and calibrated on ``dev``, as the model is. Its inputs are
    the counts of words and characters, and their logarithms.

    Args:
        training: columns ``text``, ``score`` and ``split``.
        evaluated: columns ``text`` and ``score``.
        scale: of the human scores; None if they need not be whole, so that there is no QWK.

    Returns:
        None if there is nothing to fit it on.
    """
    parts = {str(split): part for split, part in training.groupby("split")}
    if "train" not in parts or (scale is not None and "dev" not in parts):
        return None
    model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(-3, 3, 13)))
    model.fit(_lengths(parts["train"]), parts["train"]["score"])
    predictions, human = model.predict(_lengths(evaluated)), evaluated["score"].to_numpy(float)
    pearson = round(float(np.corrcoef(predictions, human)[0, 1]), _DIGITS)
    if scale is None:
        return RidgeAgreement(qwk=None, pearson=pearson)
    agreement = _qwk(model, parts, predictions, human, scale)
    return RidgeAgreement(qwk=round(agreement, _DIGITS), pearson=pearson)


def _qwk(
    model: RidgeCV,
    parts: Mapping[str, pd.DataFrame],
    predictions: Column,
    human: Column,
    scale: Scale,
) -> float:
    dev = parts["dev"]
    slope, intercept = fit_line(model.predict(_lengths(dev)), dev["score"].to_numpy(float))
    scores = [scale.nearest(value) for value in (intercept + slope * predictions).tolist()]
    return qwk(human, scores, scale)


def _lengths(essays: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the inputs of the regression, (essays, 4)."""
    words = essays["text"].map(count_words).to_numpy(float)
    characters = essays["text"].str.len().to_numpy(float)
    return np.column_stack([words, characters, np.log(words), np.log(characters)])
