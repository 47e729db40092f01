"""The feature groups of the small lab's essays, and a training set of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from essay_scorer.lab.data.essays import relative_scores
from essay_scorer.lab.heads.essay_features import EssayFeatures, TrainingSet
from essay_scorer.lab.heads.frozen_encoder import FrozenEncoder
from essay_scorer.lab.recipe import BlendedHead, Recipe


@pytest.fixture(scope="session")
def blended_head(recipe_file: Path) -> BlendedHead:
    head = Recipe.load(str(recipe_file)).head
    assert isinstance(head, BlendedHead)
    return head


@pytest.fixture(scope="session")
def features(
    recipe_file: Path, essays: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> EssayFeatures:
    out = tmp_path_factory.mktemp("features")
    encoder = FrozenEncoder(Recipe.load(str(recipe_file)), out)
    return EssayFeatures.compute(list(essays["text"]), encoder, out)


@pytest.fixture(scope="session")
def training_set(features: EssayFeatures, essays: pd.DataFrame) -> TrainingSet:
    return TrainingSet(
        features=features,
        targets=relative_scores(essays),
        prompt_ids=essays["prompt_id"].to_numpy(),
        weights=np.ones(len(essays)),
        is_main=np.ones(len(essays), bool),
    )
