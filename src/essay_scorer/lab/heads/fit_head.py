"""Fit the head of a recipe to the training essays, and write the artifacts."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

from essay_scorer.errors import FileError
from essay_scorer.lab.data.essays import relative_scores
from essay_scorer.lab.export.artifacts import HEAD_FILE
from essay_scorer.lab.export.keras_head import save_head
from essay_scorer.lab.heads.ensemble import Ensemble
from essay_scorer.lab.heads.essay_features import Column, EssayFeatures, TrainingSet
from essay_scorer.lab.heads.frozen_encoder import FrozenEncoder
from essay_scorer.lab.heads.training import train_head
from essay_scorer.lab.recipe import BlendedHead, Recipe

# Predictions for the main file's training essays, (essays,): by models of other essays, and by
# models of other prompts.
OUT_OF_FOLD_FILE, LEFT_OUT_FILE = "out_of_fold.npy", "left_out.npy"


def fit_head(
    recipe: Recipe, essays: pd.DataFrame, out: Path, features: EssayFeatures | None = None
) -> None:
    """Fit a head, trained or blended, and write the three artifacts.

    Args:
        recipe: the recipe.
        essays: as ``lab.data.sources.training_essays`` returns them.
        out: the folder of the artifacts.
        features: of the essays, if they are known; computed by default.

    Raises:
        FileError: the essays cannot be learned from, or a file cannot be read or written.
    """
    scores = essays.loc[essays["source"] == 0, "score"]
    if scores.nunique() == 1:
        raise FileError(f"All essays have the score {scores.iloc[0]}; nothing to learn.")
    if isinstance(recipe.head, BlendedHead):
        _fit_blend(recipe, recipe.head, essays, out, features)
    else:
        train_head(recipe, essays, out, None if features is None else features.layer_means)


def _fit_blend(
    recipe: Recipe,
    head: BlendedHead,
    essays: pd.DataFrame,
    out: Path,
    features: EssayFeatures | None,
) -> None:
    is_main = (essays["source"] == 0).to_numpy()
    if is_main.sum() < head.blend.folds * 2:
        raise FileError(
            f"{is_main.sum()} training essays are too few for {head.blend.folds} folds."
        )
    encoder = FrozenEncoder(recipe, out)
    if features is None:
        features = EssayFeatures.compute(list(essays["text"]), encoder, out)
    ensemble = Ensemble.fit(
        head,
        TrainingSet(
            features=features,
            targets=relative_scores(essays),
            prompt_ids=essays["prompt_id"].astype(str).to_numpy(),
            weights=essays["weight"].to_numpy(float),
            is_main=is_main,
        ),
    )
    print(ensemble.describe(), file=sys.stderr)
    save_head(ensemble.to_keras(features), out / HEAD_FILE)
    np.save(out / OUT_OF_FOLD_FILE, ensemble.out_of_fold)
    (out / LEFT_OUT_FILE).unlink(missing_ok=True)
    if ensemble.new_prompts is not None:
        np.save(out / LEFT_OUT_FILE, ensemble.new_prompts.left_out)


@dataclass(frozen=True, kw_only=True)
class TrainingPredictions:
    """Predictions for the main file's training essays by models that did not see them.

    Attributes:
        out_of_fold: by models of other essays, (essays,); none if the head was trained whole.
        left_out: by models of other prompts, (essays,); none without a blend for new prompts.
    """

    out_of_fold: Column | None
    left_out: Column | None

    @classmethod
    def load(cls, artifacts: Path) -> Self:
        """Load those that training wrote beside the artifacts."""
        paths = artifacts / OUT_OF_FOLD_FILE, artifacts / LEFT_OUT_FILE
        out_of_fold, left_out = (np.load(path) if path.is_file() else None for path in paths)
        return cls(out_of_fold=out_of_fold, left_out=left_out)
