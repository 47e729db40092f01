"""Ridge regression on the n-grams of an essay."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import keras
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge

from essay_scorer.lab.base_model_recipes import NgramGroup, RidgeRecipe
from essay_scorer.lab.heads.essay_features import Column, EssayFeatures, PromptIds, TrainingSet
from essay_scorer.model.graph import (
    CHARACTER_INDICES_INPUT,
    CHARACTER_WEIGHTS_INPUT,
    NGRAM_INDICES_INPUT,
    NGRAM_WEIGHTS_INPUT,
)

# The inputs of each group: the indices of an essay's n-grams, and their weights.
NGRAM_INPUTS: Mapping[NgramGroup, tuple[str, str]] = {
    "token_ngrams": (NGRAM_INDICES_INPUT, NGRAM_WEIGHTS_INPUT),
    "character_ngrams": (CHARACTER_INDICES_INPUT, CHARACTER_WEIGHTS_INPUT),
}


@dataclass(frozen=True, kw_only=True)
class NgramRidge:
    """Ridge regression on a bag of n-grams.

    Attributes:
        name: the base model's, for the names of its Keras layers.
        group: the feature group that it reads.
        coefficients: one for each index of an n-gram, 0 for those that are not used.
        intercept: the prediction for an essay without any of the n-grams.
    """

    name: str
    group: NgramGroup
    coefficients: Column
    intercept: float

    @classmethod
    def fit(cls, essays: TrainingSet, recipe: RidgeRecipe, *, name: str) -> Self:
        """Fit the regression; with no n-gram to use, it predicts the mean.

        With a minimum share, n-grams of single prompts are left out: an essay on a new prompt
        has none of them, and would always get a low score.
        """
        table: csr_matrix = getattr(essays.features, recipe.inputs)
        used = _common_indices(table, essays.prompt_ids, recipe)
        mean = float(np.average(essays.targets, weights=essays.sample_weights))
        coefficients, intercept = np.zeros(table.shape[1]), mean
        if len(used):
            ridge = Ridge(alpha=recipe.alpha, solver="sparse_cg")
            ridge.fit(table[:, used], essays.targets, essays.sample_weights)
            coefficients[used], intercept = ridge.coef_, float(ridge.intercept_)
        return cls(name=name, group=recipe.inputs, coefficients=coefficients, intercept=intercept)

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the head's inputs that it reads."""
        return NGRAM_INPUTS[self.group]

    def predict(self, features: EssayFeatures) -> Column:
        """Return a prediction for each essay, (essays,)."""
        table: csr_matrix = getattr(features, self.group)
        return np.asarray(table @ self.coefficients + self.intercept, float)

    def to_keras(self, inputs: dict[str, keras.KerasTensor]) -> keras.KerasTensor:
        """Return the same as Keras layers: the weighted sum of the n-grams' coefficients."""
        name = self.name
        coefficients = look_up(inputs, self.group, self.coefficients[:, np.newaxis], name=name)
        weights = ngram_weights(inputs, self.group, name=name)
        total = keras.layers.Dot(axes=1, name=f"{name}_dot")([coefficients, weights])
        flat = keras.layers.Reshape((1,), name=f"{name}_sum")(total)
        return keras.layers.Rescaling(1.0, offset=self.intercept, name=f"{name}_prediction")(flat)


def look_up(
    inputs: dict[str, keras.KerasTensor], group: NgramGroup, table: Column, *, name: str
) -> keras.KerasTensor:
    """Return the rows of a table for an essay's n-grams, as a Keras layer.

    Args:
        inputs: the head's.
        group: of the n-grams.
        table: (indices, columns).
        name: a prefix of the layer's name.

    Returns:
        (essays, n-grams, columns).
    """
    embedding = keras.layers.Embedding(*table.shape, name=f"{name}_table")
    rows = embedding(inputs[NGRAM_INPUTS[group][0]])
    embedding.set_weights([table])
    return rows


def ngram_weights(
    inputs: dict[str, keras.KerasTensor], group: NgramGroup, *, name: str
) -> keras.KerasTensor:
    """Return the weights of an essay's n-grams, (essays, n-grams, 1), as a Keras layer."""
    return keras.layers.Reshape((-1, 1), name=f"{name}_weights")(inputs[NGRAM_INPUTS[group][1]])


def _common_indices(
    table: csr_matrix, prompt_ids: PromptIds, recipe: RidgeRecipe
) -> npt.NDArray[np.int64]:
    """Return the indices of n-grams in more than a share of the essays of enough prompts.

    With a share of 0, those in any essay.
    """
    shares = [
        np.asarray((table[prompt_ids == prompt_id] > 0).mean(axis=0)).ravel()
        for prompt_id in np.unique(prompt_ids)
    ]
    if not recipe.min_essay_share:
        return np.flatnonzero(np.max(shares, axis=0))
    rare = 1 - recipe.min_prompt_share  # how large a share of the prompts may lack it
    share = np.quantile(shares, rare, axis=0, method="lower")
    return np.flatnonzero(share > recipe.min_essay_share)
