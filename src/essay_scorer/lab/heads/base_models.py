"""The head's branches: small models, each of one view of an essay.

How long and how varied the writing is, which words and characters it uses, what each
layer of the encoder makes of it: a model of each sees what the others miss.  All are
classical, so that each is fitted in seconds and always to the same result.

Each becomes layers of one Keras model, made of Keras' own layers only, so that
``aes_model.h5`` stays the whole head.
"""

from collections.abc import Callable
from typing import Any, Literal, Protocol

import keras
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.svm import SVR

from essay_scorer.lab.export.artifacts import LAYER_MEANS
from essay_scorer.lab.heads.inputs import Inputs
from essay_scorer.lab.recipe import BranchRecipes, KernelRecipe, RidgeRecipe
from essay_scorer.model.graph import (
    CHARACTER_INDICES_INPUT,
    CHARACTER_WEIGHTS_INPUT,
    FEATURES_INPUT,
    NGRAM_INDICES_INPUT,
    NGRAM_WEIGHTS_INPUT,
)

Column = npt.NDArray[np.float64]
Prompts = npt.NDArray[Any]  # names
Tensors = dict[str, keras.KerasTensor]

Bag = Literal["ngrams", "characters"]
_PLACES = {"ngrams": NGRAM_INDICES_INPUT, "characters": CHARACTER_INDICES_INPUT}
_WEIGHTS = {"ngrams": NGRAM_WEIGHTS_INPUT, "characters": CHARACTER_WEIGHTS_INPUT}


class Branch(Protocol):
    """A fitted model of one view."""

    def predict(self, inputs: Inputs) -> Column:
        """Return a number for each essay, as a share of the scale's range."""

    def layers(self, inputs: Tensors) -> keras.KerasTensor:
        """Return the same number, (essays, 1), as Keras layers over the head's inputs."""


Fit = Callable[[Inputs, Column, Prompts], Branch]


def fits(recipes: BranchRecipes) -> dict[str, Fit]:
    """Return the function that fits each of a recipe's branches."""
    return {
        "layers": lambda inputs, targets, _: KernelBranch(
            "layers", recipes.layers, inputs, targets
        ),
        "features": lambda inputs, targets, _: KernelBranch(
            "features", recipes.features, inputs, targets
        ),
        "ngrams": lambda inputs, targets, prompts: RidgeBranch(
            "ngrams", "ngrams", recipes.ngrams, inputs, targets, prompts
        ),
        "characters": lambda inputs, targets, prompts: RidgeBranch(
            "characters", "characters", recipes.characters, inputs, targets, prompts
        ),
        "common": lambda inputs, targets, prompts: RidgeBranch(
            "common", "ngrams", recipes.common, inputs, targets, prompts
        ),
    }


class RidgeBranch:
    """Ridge regression on which n-grams, or runs of characters, an essay uses.

    With a share, those that belong to one assignment are left out: on essays about
    another they would all be missing, and every score would sink.
    """

    def __init__(
        self,
        name: str,
        view: Bag,
        recipe: RidgeRecipe,
        inputs: Inputs,
        targets: Column,
        prompts: Prompts,
    ) -> None:
        self._name, self._view = name, view
        table: csr_matrix = getattr(inputs, view)
        used = _common_places(table, prompts, recipe.share)
        self._worth, self._intercept = np.zeros(table.shape[1]), float(targets.mean())
        if len(used):
            ridge = Ridge(alpha=recipe.alpha, solver="sparse_cg").fit(table[:, used], targets)
            self._worth[used], self._intercept = ridge.coef_, float(ridge.intercept_)

    def predict(self, inputs: Inputs) -> Column:
        return np.asarray(getattr(inputs, self._view) @ self._worth + self._intercept, float)

    def layers(self, inputs: Tensors) -> keras.KerasTensor:
        name = self._name
        worth = rows(inputs, self._view, self._worth[:, np.newaxis], name=name)
        weights = column(inputs, self._view, name=name)
        total = keras.layers.Dot(axes=1, name=f"{name}_sum")([worth, weights])
        number = keras.layers.Reshape((1,), name=f"{name}_number")(total)
        return keras.layers.Rescaling(1.0, offset=self._intercept, name=name)(number)


def rows(inputs: Tensors, view: Bag, table: Column, *, name: str) -> keras.KerasTensor:
    """Return the table's rows for the places that an essay uses: (essays, places, columns)."""
    layer = keras.layers.Embedding(*table.shape, name=f"{name}_table")
    found = layer(inputs[_PLACES[view]])
    layer.set_weights([table])
    return found


def column(inputs: Tensors, view: Bag, *, name: str) -> keras.KerasTensor:
    """Return the weights of those places: (essays, places, 1)."""
    return keras.layers.Reshape((-1, 1), name=f"{name}_column")(inputs[_WEIGHTS[view]])


def _common_places(table: csr_matrix, prompts: Prompts, share: float) -> npt.NDArray[np.int64]:
    """Return the places used in more than this share of the essays of every prompt."""
    used = [
        np.asarray((table[prompts == prompt] > 0).mean(axis=0)).ravel()
        for prompt in np.unique(prompts)
    ]
    least = np.min(used, axis=0) if share else np.max(used, axis=0)
    return np.flatnonzero(least > share)


class KernelBranch:
    """Support vector regression with a Gaussian kernel on figures of every essay."""

    def __init__(
        self,
        view: Literal["layers", "features"],
        recipe: KernelRecipe,
        inputs: Inputs,
        targets: Column,
    ) -> None:
        self._view, self._limit = view, recipe.limit
        table = getattr(inputs, view)
        self._mean = table.mean(axis=0)
        self._spread = np.maximum(table.std(axis=0), 1e-6)
        self._gamma = recipe.gamma / table.shape[1]
        self._components: PCA | None = None
        if recipe.components is not None:
            components = min(recipe.components, len(table) - 1, table.shape[1])
            self._components = PCA(components, svd_solver="randomized", random_state=0)
            self._components.fit(self._clipped(table))
        self._model = SVR(C=recipe.penalty, gamma=self._gamma, epsilon=recipe.tolerance)
        self._model.fit(self._figures(inputs), targets)

    def predict(self, inputs: Inputs) -> Column:
        return np.asarray(self._model.predict(self._figures(inputs)), float)

    def _clipped(self, table: npt.NDArray[np.float32]) -> Column:
        standard = (table - self._mean) / self._spread
        return np.asarray(np.clip(standard, -self._limit, self._limit), float)

    def _figures(self, inputs: Inputs) -> Column:
        clipped = self._clipped(getattr(inputs, self._view))
        if self._components is None:
            return clipped
        return np.asarray(self._components.transform(clipped), float)

    def layers(self, inputs: Tensors) -> keras.KerasTensor:
        """Return Σ worth · exp(2γ x·s − γ|s|² − γ|x|²) over the support vectors s."""
        name, gamma = self._view, self._gamma
        x = self._figure_layers(inputs[{"layers": LAYER_MEANS, "features": FEATURES_INPUT}[name]])
        support = self._model.support_vectors_
        likeness = keras.layers.Dense(len(support), name=f"{name}_likeness")
        pieces = [likeness(x)]
        likeness.set_weights([2 * gamma * support.T, -gamma * (support**2).sum(axis=1)])
        square = keras.layers.Dot(axes=1, name=f"{name}_square")([x, x])
        pieces.append(keras.layers.Rescaling(-gamma, name=f"{name}_distance")(square))
        exponent = keras.layers.Add(name=f"{name}_exponent")(pieces)
        kernel = keras.layers.Activation("exponential", name=f"{name}_kernel")(exponent)
        worth = keras.layers.Dense(1, name=name)
        number = worth(kernel)
        worth.set_weights([self._model.dual_coef_.T, self._model.intercept_])
        return number

    def _figure_layers(self, figures: keras.KerasTensor) -> keras.KerasTensor:
        """Standardise, cut off at the limit on both sides, turn to the components."""
        name = self._view
        standard = keras.layers.Normalization(
            mean=self._mean, variance=np.square(self._spread), name=f"{name}_standard"
        )(figures)
        shifted = keras.layers.Rescaling(1.0, offset=self._limit, name=f"{name}_shift")(standard)
        cut = keras.layers.ReLU(max_value=2 * self._limit, name=f"{name}_cut")(shifted)
        clipped = keras.layers.Rescaling(1.0, offset=-self._limit, name=f"{name}_back")(cut)
        if self._components is None:
            return clipped
        axes, mean = self._components.components_, self._components.mean_
        turn = keras.layers.Dense(len(axes), name=f"{name}_components")
        turned = turn(clipped)
        turn.set_weights([axes.T, -axes @ mean])
        return turned


def head_inputs(inputs: Inputs) -> Tensors:
    """Return the inputs of a head that is made of branches."""
    bag = {"dtype": "int64"}
    return {
        LAYER_MEANS: keras.Input((inputs.layers.shape[1],), name=LAYER_MEANS),
        FEATURES_INPUT: keras.Input((inputs.features.shape[1],), name=FEATURES_INPUT),
        NGRAM_INDICES_INPUT: keras.Input((None,), **bag, name=NGRAM_INDICES_INPUT),
        NGRAM_WEIGHTS_INPUT: keras.Input((None,), name=NGRAM_WEIGHTS_INPUT),
        CHARACTER_INDICES_INPUT: keras.Input((None,), **bag, name=CHARACTER_INDICES_INPUT),
        CHARACTER_WEIGHTS_INPUT: keras.Input((None,), name=CHARACTER_WEIGHTS_INPUT),
    }
