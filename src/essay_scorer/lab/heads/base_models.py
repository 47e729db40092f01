"""The base models of a blended head: which there are, and how each is fitted."""

from collections.abc import Callable
from typing import Protocol

import keras

from essay_scorer.lab.export.keras_head import LAYER_MEANS_INPUT
from essay_scorer.lab.heads.essay_features import Column, EssayFeatures, TrainingSet
from essay_scorer.lab.heads.ngram_ridge import NgramRidge
from essay_scorer.lab.heads.svr import SupportVectorModel
from essay_scorer.lab.recipe import BaseModelRecipes
from essay_scorer.model.graph import (
    CHARACTER_INDICES_INPUT,
    CHARACTER_WEIGHTS_INPUT,
    FEATURES_INPUT,
    NGRAM_INDICES_INPUT,
    NGRAM_WEIGHTS_INPUT,
)

# Base models that need not have seen an essay's prompt. The order is that of the blend's columns.
PROMPT_INDEPENDENT = ("common_ngrams", "writing_features")


class BaseModel(Protocol):
    """A fitted model of one feature group.

    It becomes layers of one Keras model. These are layers of Keras itself, so ``aes_model.h5``
    contains the whole head and loads without our code.
    """

    def predict(self, features: EssayFeatures) -> Column:
        """Return a prediction for each essay, as a share of the scale's range."""

    def to_keras(self, inputs: dict[str, keras.KerasTensor]) -> keras.KerasTensor:
        """Return the same prediction, (essays, 1), as Keras layers over the head's inputs."""


FitBaseModel = Callable[[TrainingSet], BaseModel]


def base_model_fitters(recipes: BaseModelRecipes) -> dict[str, FitBaseModel]:
    """Return the function that fits each base model, by the base model's name.

    All of them are deterministic, and fit thousands of essays in seconds.
    """
    return {
        "layer_means": lambda essays: SupportVectorModel.fit(
            essays, recipes.layer_means, group="layer_means"
        ),
        "writing_features": lambda essays: SupportVectorModel.fit(
            essays, recipes.writing_features, group="writing_features"
        ),
        "token_ngrams": lambda essays: NgramRidge.fit(
            essays, recipes.token_ngrams, name="token_ngrams", group="token_ngrams"
        ),
        "character_ngrams": lambda essays: NgramRidge.fit(
            essays, recipes.character_ngrams, name="character_ngrams", group="character_ngrams"
        ),
        "common_ngrams": lambda essays: NgramRidge.fit(
            essays, recipes.common_ngrams, name="common_ngrams", group="token_ngrams"
        ),
    }


def head_inputs(features: EssayFeatures) -> dict[str, keras.KerasTensor]:
    """Return the inputs of a blended head, by name.

    Args:
        features: of any essays; only their widths are used.
    """
    layer_means, writing_features = features.layer_means, features.writing_features
    return {
        LAYER_MEANS_INPUT: keras.Input((layer_means.shape[1],), name=LAYER_MEANS_INPUT),
        FEATURES_INPUT: keras.Input((writing_features.shape[1],), name=FEATURES_INPUT),
        NGRAM_INDICES_INPUT: keras.Input((None,), dtype="int64", name=NGRAM_INDICES_INPUT),
        NGRAM_WEIGHTS_INPUT: keras.Input((None,), name=NGRAM_WEIGHTS_INPUT),
        CHARACTER_INDICES_INPUT: keras.Input((None,), dtype="int64", name=CHARACTER_INDICES_INPUT),
        CHARACTER_WEIGHTS_INPUT: keras.Input((None,), name=CHARACTER_WEIGHTS_INPUT),
    }
