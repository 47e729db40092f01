"""How familiar an essay's prompt is, by the words of the essay."""

import keras
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from essay_scorer.lab.base_model_recipes import NgramGroup
from essay_scorer.lab.heads.essay_features import Column, EssayFeatures, PromptIds
from essay_scorer.lab.heads.ngram_ridge import look_up, ngram_weights

FAMILIARITY_GROUP: NgramGroup = "token_ngrams"
_LOGIT_OF_MEDIAN = 4.0  # so that the median training essay has a familiarity of .98
_MIN_SPREAD = 1e-6


class PromptFamiliarity:
    """The probability, from 0 to 1, that an essay answers a prompt of the training essays.

    An essay's n-grams are compared with the mean of each prompt's essays by cosine similarity,
    both weighted by inverse document frequency (Salton & Buckley 1988, *Term-weighting
    approaches in automatic text retrieval*). A logistic curve maps the highest similarity to a
    probability.
    """

    def __init__(
        self, ngrams: csr_matrix, prompt_ids: PromptIds, *, unfamiliar_share: float
    ) -> None:
        """Fit to the training essays.

        Args:
            ngrams: their token n-grams, (essays, indices).
            prompt_ids: (essays,).
            unfamiliar_share: the share of them whose familiarity may be below one half.
        """
        document_counts = np.asarray((ngrams > 0).sum(axis=0)).ravel()
        self._idf = np.log((1 + ngrams.shape[0]) / (1 + document_counts))
        weighted = self._weigh(ngrams)
        means = [
            np.asarray(weighted[prompt_ids == prompt_id].mean(axis=0)).ravel()
            for prompt_id in np.unique(prompt_ids)
        ]
        self._centroids = normalize(np.array(means))
        similarity = self._similarity(ngrams)
        self._midpoint, median = np.quantile(similarity, [unfamiliar_share, 0.5])
        self._steepness = _LOGIT_OF_MEDIAN / max(median - self._midpoint, _MIN_SPREAD)

    def _weigh(self, ngrams: csr_matrix) -> csr_matrix:
        return normalize(ngrams.multiply(self._idf).tocsr())

    def _similarity(self, ngrams: csr_matrix) -> Column:
        """Return each essay's similarity to the most similar prompt, (essays,)."""
        return np.asarray((self._weigh(ngrams) @ self._centroids.T).max(axis=1), float)

    def of(self, features: EssayFeatures) -> Column:
        """Return the familiarity of each essay's prompt, (essays,)."""
        logit = self._steepness * (self._similarity(features.token_ngrams) - self._midpoint)
        return np.asarray(1 / (1 + np.exp(-logit)), float)

    def to_keras(self, inputs: dict[str, keras.KerasTensor]) -> keras.KerasTensor:
        """Return the same as Keras layers: (essays, 1)."""
        nearest = self._similarity_to_keras(inputs)
        curve = keras.layers.Dense(1, activation="sigmoid", name="familiarity")
        familiarity = curve(nearest)
        curve.set_weights(
            [np.array([[self._steepness]]), np.array([-self._steepness * self._midpoint])]
        )
        return familiarity

    def _similarity_to_keras(self, inputs: dict[str, keras.KerasTensor]) -> keras.KerasTensor:
        layers, name = keras.layers, "prompt"
        idf = look_up(inputs, FAMILIARITY_GROUP, self._idf[:, np.newaxis], name=f"{name}_idf")
        weights = ngram_weights(inputs, FAMILIARITY_GROUP, name=name)
        weighted = layers.Multiply(name=f"{name}_weighted")([idf, weights])
        unit = layers.UnitNormalization(axis=1, name=f"{name}_unit")(weighted)
        centroids = look_up(inputs, FAMILIARITY_GROUP, self._centroids.T, name=f"{name}_centroids")
        cosines = layers.Dot(axes=1, name=f"{name}_cosines")([centroids, unit])
        return layers.GlobalMaxPooling1D(name=f"{name}_nearest")(cosines)
