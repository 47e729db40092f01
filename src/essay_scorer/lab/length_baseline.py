"""The baseline that any model must exceed: a score from the essay's length alone."""

from collections.abc import Sequence
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
from essay_scorer.lab.evaluation.metrics import Agreement, agreement
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
    needed = ("train",) if scale is None else ("train", "dev")
    if any(name not in parts or _is_uniform(parts[name]) for name in needed):
        return None
    model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(-3, 3, 13)))
    model.fit(_lengths(parts["train"]), parts["train"]["score"])
    predictions, human = model.predict(_lengths(evaluated)), evaluated["score"].to_numpy(float)
    if scale is None:
        measured = agreement(human, human, predictions, Scale(min=human.min(), max=human.max()))
        return _ridge_agreement(measured, "pearson")
    scores = _scores(model, parts["dev"], predictions, scale)
    return _ridge_agreement(agreement(human, scores, predictions, scale), "qwk", "pearson")


def _ridge_agreement(measured: Agreement, *names: str) -> RidgeAgreement:
    known = {name: measured.intervals[name] for name in names if name in measured.intervals}
    values = {name: getattr(measured, name) for name in names}
    rounded = {name: value and round(value, _DIGITS) for name, value in values.items()}
    return RidgeAgreement(**{"qwk": None, **rounded}, intervals=known)


def _scores(model: RidgeCV, dev: pd.DataFrame, predictions: Column, scale: Scale) -> list[float]:
    slope, intercept = fit_line(model.predict(_lengths(dev)), dev["score"].to_numpy(float))
    return [scale.nearest(value) for value in (intercept + slope * predictions).tolist()]


def _is_uniform(essays: pd.DataFrame) -> bool:
    """Say whether all essays have one score or one length, so that nothing can be fitted."""
    return essays["score"].nunique() < 2 or len(np.unique(_lengths(essays), axis=0)) < 2


def _lengths(essays: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the inputs of the regression, (essays, 4)."""
    words = essays["text"].map(count_words).clip(lower=1).to_numpy(float)
    characters = essays["text"].str.len().to_numpy(float)
    return np.column_stack([words, characters, np.log(words), np.log(characters)])
