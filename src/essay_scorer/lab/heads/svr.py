"""Support vector regression on the dense feature groups of an essay, in one kernel."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import keras
import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA
from sklearn.svm import SVR

from essay_scorer.lab.base_model_recipes import DenseGroup, KernelInputRecipe, SVRRecipe
from essay_scorer.lab.export.keras_head import LAYER_MEANS_INPUT
from essay_scorer.lab.heads.essay_features import Column, EssayFeatures, TrainingSet
from essay_scorer.model.graph import FEATURES_INPUT

Table = npt.NDArray[np.float64]  # (essays, columns)

_INPUTS: Mapping[DenseGroup, str] = {
    "layer_means": LAYER_MEANS_INPUT,
    "writing_features": FEATURES_INPUT,
}
_MIN_SPREAD = 1e-6  # of a column that is (almost) constant


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """Standardizes, clips and scales columns, and projects them to principal components.

    Attributes:
        mean: of each column.
        spread: the standard deviation of each column.
        clip: standard deviations at which a value is clipped.
        scale: the factor of the standardized columns.
        pca: the projection, if any.
    """

    mean: npt.NDArray[np.float32]
    spread: npt.NDArray[np.float32]
    clip: float
    scale: float
    pca: PCA | None = None

    @classmethod
    def fit(cls, table: npt.NDArray[np.float32], recipe: KernelInputRecipe) -> "Preprocessing":
        """Fit to the columns of a table.

        The scale makes the squared distance of two essays a mean over the columns, times the
        recipe's weight, however many columns there are.
        """
        scale = float(np.sqrt(recipe.weight / table.shape[1]))
        mean, spread = table.mean(axis=0), np.maximum(table.std(axis=0), _MIN_SPREAD)
        unprojected = cls(mean=mean, spread=spread, clip=recipe.clip, scale=scale)
        if recipe.pca_components is None:
            return unprojected
        components = min(recipe.pca_components, len(table) - 1, table.shape[1])
        pca = PCA(components, svd_solver="randomized", random_state=0)
        pca.fit(unprojected.transform(table))
        return replace(unprojected, pca=pca)

    def transform(self, table: npt.NDArray[np.float32]) -> Table:
        """Return the preprocessed columns."""
        clipped = np.clip((table - self.mean) / self.spread, -self.clip, self.clip)
        scaled = np.asarray(clipped * self.scale, float)
        return scaled if self.pca is None else np.asarray(self.pca.transform(scaled), float)

    def to_keras(self, tensor: keras.KerasTensor, *, name: str) -> keras.KerasTensor:
        """Return the same as Keras layers."""
        layers, clip = keras.layers, self.clip
        standard = layers.Normalization(
            mean=self.mean, variance=np.square(self.spread), name=f"{name}_standardized"
        )(tensor)
        # Keras has no layer that clips on both sides: shift, clip with a ReLU, shift back.
        shifted = layers.Rescaling(1.0, offset=clip, name=f"{name}_shifted")(standard)
        cut = layers.ReLU(max_value=2 * clip, name=f"{name}_cut")(shifted)
        # The offset is added after the factor.
        scaled = layers.Rescaling(self.scale, offset=-clip * self.scale, name=f"{name}_scaled")(cut)
        return scaled if self.pca is None else _project(scaled, self.pca, name=name)


def _project(tensor: keras.KerasTensor, pca: PCA, *, name: str) -> keras.KerasTensor:
    axes = pca.components_
    projection = keras.layers.Dense(len(axes), name=f"{name}_pca")
    projected = projection(tensor)
    projection.set_weights([axes.T, -axes @ pca.mean_])
    return projected


@dataclass(frozen=True, kw_only=True)
class SupportVectorModel:
    """Support vector regression with a Gaussian kernel over several feature groups.

    Attributes:
        name: the base model's, for the names of its Keras layers.
        preprocessing: of each feature group that it reads.
        gamma: of the kernel.
        svr: the regression.
    """

    name: str
    preprocessing: Mapping[DenseGroup, Preprocessing]
    gamma: float
    svr: SVR

    @classmethod
    def fit(cls, essays: TrainingSet, recipe: SVRRecipe, *, name: str) -> Self:
        """Fit preprocessing and regression."""
        preprocessing = {
            group: Preprocessing.fit(getattr(essays.features, group), group_recipe)
            for group, group_recipe in recipe.inputs.items()
        }
        svr = SVR(C=recipe.C, gamma=recipe.gamma, epsilon=recipe.epsilon)
        inputs = _transform(preprocessing, essays.features)
        svr.fit(inputs, essays.targets, essays.sample_weights)
        return cls(name=name, preprocessing=preprocessing, gamma=recipe.gamma, svr=svr)

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the head's inputs that it reads."""
        return tuple(_INPUTS[group] for group in self.preprocessing)

    def predict(self, features: EssayFeatures) -> Column:
        """Return a prediction for each essay, (essays,)."""
        return np.asarray(self.svr.predict(_transform(self.preprocessing, features)), float)

    def to_keras(self, inputs: dict[str, keras.KerasTensor]) -> keras.KerasTensor:
        """Return the same as Keras layers.

        The prediction is Σ coefficient · exp(−γ|x − s|²) over the support vectors s; the
        exponent is computed as 2γ x·s − γ|s|² − γ|x|².
        """
        name = self.name
        groups = [
            preprocessing.to_keras(inputs[_INPUTS[group]], name=f"{name}_{group}")
            for group, preprocessing in self.preprocessing.items()
        ]
        x = keras.layers.Concatenate(name=f"{name}_inputs")(groups) if groups[1:] else groups[0]
        exponent = keras.layers.Add(name=f"{name}_exponent")(
            [self._products(x), self._squared_length(x)]
        )
        kernel = keras.layers.Activation("exponential", name=f"{name}_kernel")(exponent)
        coefficients = keras.layers.Dense(1, name=f"{name}_prediction")
        prediction = coefficients(kernel)
        coefficients.set_weights([self.svr.dual_coef_.T, self.svr.intercept_])
        return prediction

    def _products(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return 2γ x·s − γ|s|² for each support vector s: (essays, support vectors)."""
        support, gamma = self.svr.support_vectors_, self.gamma
        dense = keras.layers.Dense(len(support), name=f"{self.name}_support_vectors")
        products = dense(x)
        dense.set_weights([2 * gamma * support.T, -gamma * (support**2).sum(axis=1)])
        return products

    def _squared_length(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return −γ|x|²: (essays, 1)."""
        square = keras.layers.Dot(axes=1, name=f"{self.name}_square")([x, x])
        return keras.layers.Rescaling(-self.gamma, name=f"{self.name}_squared_length")(square)


def _transform(preprocessing: Mapping[DenseGroup, Preprocessing], features: EssayFeatures) -> Table:
    """Return the preprocessed columns of all groups beside each other."""
    groups = [one.transform(getattr(features, group)) for group, one in preprocessing.items()]
    return np.hstack(groups)
