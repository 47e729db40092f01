"""The base models of a blended head: how each is fitted, and what all of them read."""

from collections.abc import Callable, Mapping, Set
from typing import Protocol

import keras
import numpy as np

from essay_scorer.lab.base_model_recipes import BaseModelRecipe, RidgeRecipe
from essay_scorer.lab.export.keras_head import LAYER_MEANS_INPUT
from essay_scorer.lab.heads.essay_features import Column, EssayFeatures, TrainingSet
from essay_scorer.lab.heads.ngram_ridge import NgramRidge
from essay_scorer.lab.heads.svr import SupportVectorModel
from essay_scorer.model.graph import (
    CHARACTER_INDICES_INPUT,
    CHARACTER_WEIGHTS_INPUT,
    FEATURES_INPUT,
    NGRAM_INDICES_INPUT,
    NGRAM_WEIGHTS_INPUT,
)


class BaseModel(Protocol):
    """A fitted model of some feature groups.

    It becomes layers of one Keras model. These are layers of Keras itself, so ``aes_model.h5``
    contains the whole head and loads without our code.
    """

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the head's inputs that it reads."""

    def predict(self, features: EssayFeatures) -> Column:
        """Return a prediction for each essay, as a share of the scale's range."""

    def to_keras(self, inputs: dict[str, keras.KerasTensor]) -> keras.KerasTensor:
        """Return the same prediction, (essays, 1), as Keras layers over the head's inputs."""


FitBaseModel = Callable[[TrainingSet], BaseModel]


def base_model_fitters(recipes: Mapping[str, BaseModelRecipe]) -> dict[str, FitBaseModel]:
    """Return the function that fits each base model, by the base model's name.

    All of them are deterministic, and fit thousands of essays in seconds.
    """
    return {name: _fitter(name, recipe) for name, recipe in recipes.items()}


def _fitter(name: str, recipe: BaseModelRecipe) -> FitBaseModel:
    def fit(essays: TrainingSet) -> BaseModel:
        if not recipe.further_files:
            essays = essays[np.flatnonzero(essays.is_main)]
        if isinstance(recipe, RidgeRecipe):
            return NgramRidge.fit(essays, recipe, name=name)
        return SupportVectorModel.fit(essays, recipe, name=name)

    return fit


def head_inputs(features: EssayFeatures, names: Set[str]) -> dict[str, keras.KerasTensor]:
    """Return the inputs of a blended head, by name.

    Args:
        features: of any essays; only their widths are used.
        names: of the inputs that the head reads.
    """
    layer_means, writing_features = features.layer_means, features.writing_features
    possible = {
        LAYER_MEANS_INPUT: keras.Input((layer_means.shape[1],), name=LAYER_MEANS_INPUT),
        FEATURES_INPUT: keras.Input((writing_features.shape[1],), name=FEATURES_INPUT),
        NGRAM_INDICES_INPUT: keras.Input((None,), dtype="int64", name=NGRAM_INDICES_INPUT),
        NGRAM_WEIGHTS_INPUT: keras.Input((None,), name=NGRAM_WEIGHTS_INPUT),
        CHARACTER_INDICES_INPUT: keras.Input((None,), dtype="int64", name=CHARACTER_INDICES_INPUT),
        CHARACTER_WEIGHTS_INPUT: keras.Input((None,), name=CHARACTER_WEIGHTS_INPUT),
    }
    return {name: tensor for name, tensor in possible.items() if name in names}
