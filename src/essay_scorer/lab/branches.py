"""The head's further branches, and the blend that joins them to the encoder's.

The encoder alone misses what is plain to see: how long and how varied the writing is,
and which words go with which score.  Two classical models see that, and fit in well
under a megabyte each.  Both are fitted on the split ``train``, each on its own; how
much each counts is fitted on ``dev``, which neither has seen.

All of it becomes layers of one Keras model, made of Keras' own layers only, so that
``aes_model.h5`` stays the whole head.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge
from sklearn.svm import SVR

from ..cleaning import WordCleaner
from ..features import NAMES, features
from ..graph import FEATURES, NGRAM_WEIGHTS, NGRAMS
from ..ngrams import BUCKETS, ngrams
from ..text import normalise
from ..tokens import WindowTokenizer
from .recipe import FeatureRecipe, NgramRecipe

ESSAY = "essay"

Column = npt.NDArray[np.float64]
Tensors = dict[str, keras.KerasTensor]


@dataclass(frozen=True, kw_only=True)
class Sides:
    """The side inputs of some essays: features (essays, figures), n-grams (essays, places)."""

    features: npt.NDArray[np.float32]
    ngrams: csr_matrix

    @classmethod
    def of(
        cls, texts: Sequence[str], tokenizer: WindowTokenizer, cleaner: WordCleaner | None = None
    ) -> "Sides":
        """Compute them as the runtime does, by the same code."""
        clean = [normalise(text) for text in texts]
        cut = [cleaner.clean(text) for text in clean] if cleaner else clean
        bags = [ngrams(tokenizer.tokens(text).ids, vocabulary=tokenizer.vocabulary) for text in cut]
        ends = np.cumsum([0, *(len(places) for places, _ in bags)])
        places, weights = (np.concatenate(parts) for parts in zip(*bags, strict=True))
        shape = len(bags), tokenizer.vocabulary + BUCKETS
        return cls(
            features=np.array([features(text) for text in clean]),
            ngrams=csr_matrix((weights, places, ends), shape=shape),
        )


class NgramBranch:
    """Ridge regression on which tokens and pairs an essay uses.

    Those that belong to one assignment are left out: on essays about another they
    would all be missing, and every score would sink.
    """

    def __init__(
        self, recipe: NgramRecipe, sides: Sides, targets: Column, prompts: Sequence[str]
    ) -> None:
        common = _common_places(sides.ngrams, np.asarray(prompts), recipe.common)
        ridge = Ridge(alpha=recipe.alpha).fit(sides.ngrams[:, common], targets)
        self._worth = np.zeros(sides.ngrams.shape[1])
        self._worth[common] = ridge.coef_
        self._intercept = float(ridge.intercept_)

    def predict(self, sides: Sides) -> Column:
        return np.asarray(sides.ngrams @ self._worth + self._intercept, float)

    def layers(self, inputs: Tensors) -> keras.KerasTensor:
        """Return the branch's number: the worth of each place, weighted and summed."""
        worth = self._worth.astype(np.float32)[:, np.newaxis]
        table = keras.layers.Embedding(len(worth), 1, name="ngram_worth")
        looked_up = table(inputs[NGRAMS])
        table.set_weights([worth])
        column = keras.layers.Reshape((-1, 1), name="ngram_column")(inputs[NGRAM_WEIGHTS])
        total = keras.layers.Dot(axes=1, name="ngram_sum")([looked_up, column])
        return _affine(
            keras.layers.Reshape((1,), name="ngram_number")(total),
            slope=1.0,
            intercept=self._intercept,
            name="ngrams",
        )


def _common_places(
    ngrams: csr_matrix, prompts: npt.NDArray[np.str_], share: float
) -> npt.NDArray[np.int64]:
    """Return the places used in more than this share of the essays of every prompt."""
    used = [
        np.asarray((ngrams[prompts == prompt] > 0).mean(axis=0)).ravel()
        for prompt in np.unique(prompts)
    ]
    return np.flatnonzero(np.min(used, axis=0) > share)


class FeatureBranch:
    """Support vector regression with a Gaussian kernel on the writing features."""

    def __init__(self, recipe: FeatureRecipe, sides: Sides, targets: Column) -> None:
        self._limit, self._gamma = recipe.limit, recipe.gamma
        self._mean = sides.features.mean(axis=0)
        self._spread = np.maximum(sides.features.std(axis=0), 1e-6)
        self._model = SVR(C=recipe.penalty, gamma=recipe.gamma, epsilon=recipe.tolerance)
        self._model.fit(self._standardise(sides), targets)

    def predict(self, sides: Sides) -> Column:
        return np.asarray(self._model.predict(self._standardise(sides)), float)

    def _standardise(self, sides: Sides) -> npt.NDArray[np.float64]:
        standard = (sides.features - self._mean) / self._spread
        return np.asarray(np.clip(standard, -self._limit, self._limit), float)

    def layers(self, inputs: Tensors) -> keras.KerasTensor:
        """Return the branch's number: exp(2γ·x·s − γ|s|² − γ|x|²), weighted and summed."""
        x = self._clipped(inputs[FEATURES])
        support = self._model.support_vectors_
        likeness = keras.layers.Dense(len(support), name="feature_likeness")
        pieces = [likeness(x)]
        likeness.set_weights([2 * self._gamma * support.T, -self._gamma * (support**2).sum(axis=1)])
        square = keras.layers.Dot(axes=1, name="feature_square")([x, x])
        pieces.append(_affine(square, slope=-self._gamma, intercept=0.0, name="feature_distance"))
        exponent = keras.layers.Add(name="feature_exponent")(pieces)
        kernel = keras.layers.Activation("exponential", name="feature_kernel")(exponent)
        worth = keras.layers.Dense(1, name="features")
        number = worth(kernel)
        worth.set_weights([self._model.dual_coef_.T, self._model.intercept_])
        return number

    def _clipped(self, figures: keras.KerasTensor) -> keras.KerasTensor:
        """Standardise and cut off at the limit on both sides."""
        standard = keras.layers.Normalization(
            mean=self._mean, variance=np.square(self._spread), name="feature_standard"
        )(figures)
        shifted = keras.layers.Rescaling(1.0, offset=self._limit, name="feature_shift")(standard)
        cut = keras.layers.ReLU(max_value=2 * self._limit, name="feature_cut")(shifted)
        return keras.layers.Rescaling(1.0, offset=-self._limit, name="feature_back")(cut)


Branch = NgramBranch | FeatureBranch


def _affine(
    number: keras.KerasTensor, *, slope: float, intercept: float, name: str
) -> keras.KerasTensor:
    return keras.layers.Rescaling(slope, offset=intercept, name=name)(number)


def fit_blend(numbers: Sequence[Column], targets: Column) -> tuple[Column, float]:
    """Return what each branch counts for, none below nothing, and the intercept.

    Least squares with non-negative weights (Lawson & Hanson 1974) on centred columns.
    """
    table = np.column_stack(numbers)
    weights, _ = nnls(table - table.mean(axis=0), targets - targets.mean())
    return weights, float(targets.mean() - table.mean(axis=0) @ weights)


def join(
    encoder_head: keras.Model,
    branches: Sequence[Branch],
    weights: Column,
    intercept: float,
) -> keras.Model:
    """Return one Keras model: the encoder's head and the branches, blended."""
    inputs: Tensors = {ESSAY: keras.Input(encoder_head.input_shape[1:], name=ESSAY)}
    if any(isinstance(branch, FeatureBranch) for branch in branches):
        inputs[FEATURES] = keras.Input((len(NAMES),), name=FEATURES)
    if any(isinstance(branch, NgramBranch) for branch in branches):
        inputs[NGRAMS] = keras.Input((None,), dtype="int64", name=NGRAMS)
        inputs[NGRAM_WEIGHTS] = keras.Input((None,), name=NGRAM_WEIGHTS)
    numbers = [encoder_head(inputs[ESSAY]), *(branch.layers(inputs) for branch in branches)]
    blend = keras.layers.Dense(1, name="blend")
    score = blend(keras.layers.Concatenate(name="branches")(numbers))
    blend.set_weights([np.asarray(weights)[:, np.newaxis], np.array([intercept])])
    return keras.Model(inputs, score, name="scorer")
