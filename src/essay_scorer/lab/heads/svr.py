"""Support vector regression on the dense feature groups of an essay."""

from dataclasses import dataclass
from typing import Literal, Self

import keras
import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA
from sklearn.svm import SVR

from essay_scorer.lab.export.keras_head import LAYER_MEANS_INPUT
from essay_scorer.lab.heads.essay_features import Column, EssayFeatures, TrainingSet
from essay_scorer.lab.recipe import SVRRecipe
from essay_scorer.model.graph import FEATURES_INPUT

DenseGroup = Literal["layer_means", "writing_features"]
Table = npt.NDArray[np.float64]  # (essays, columns)

_INPUTS = {"layer_means": LAYER_MEANS_INPUT, "writing_features": FEATURES_INPUT}
_MIN_SPREAD = 1e-6  # of a column that is (almost) constant


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """Standardizes and clips columns, and projects them to principal components.

    Attributes:
        mean: of each column.
        spread: the standard deviation of each column.
        clip: standard deviations at which a value is clipped.
        pca: the projection, if any.
    """

    mean: npt.NDArray[np.float32]
    spread: npt.NDArray[np.float32]
    clip: float
    pca: PCA | None = None

    @classmethod
    def fit(cls, table: npt.NDArray[np.float32], recipe: SVRRecipe) -> "Preprocessing":
        """Fit to the columns of a table."""
        mean, spread = table.mean(axis=0), np.maximum(table.std(axis=0), _MIN_SPREAD)
        clipped = cls(mean=mean, spread=spread, clip=recipe.clip)
        if recipe.pca_components is None:
            return clipped
        components = min(recipe.pca_components, len(table) - 1, table.shape[1])
        pca = PCA(components, svd_solver="randomized", random_state=0)
        pca.fit(clipped.transform(table))
        return cls(mean=mean, spread=spread, clip=recipe.clip, pca=pca)

    def transform(self, table: npt.NDArray[np.float32]) -> Table:
        """Return the preprocessed columns."""
        clipped = np.clip((table - self.mean) / self.spread, -self.clip, self.clip)
        clipped = np.asarray(clipped, float)
        return clipped if self.pca is None else np.asarray(self.pca.transform(clipped), float)

    def to_keras(self, tensor: keras.KerasTensor, *, name: str) -> keras.KerasTensor:
        """Return the same as Keras layers."""
        layers, clip = keras.layers, self.clip
        standard = layers.Normalization(
            mean=self.mean, variance=np.square(self.spread), name=f"{name}_standardized"
        )(tensor)
        # Keras has no layer that clips on both sides: shift, clip with a ReLU, shift back.
        shifted = layers.Rescaling(1.0, offset=clip, name=f"{name}_shifted")(standard)
        cut = layers.ReLU(max_value=2 * clip, name=f"{name}_cut")(shifted)
        clipped = layers.Rescaling(1.0, offset=-clip, name=f"{name}_clipped")(cut)
        return clipped if self.pca is None else _project(clipped, self.pca, name=name)


def _project(tensor: keras.KerasTensor, pca: PCA, *, name: str) -> keras.KerasTensor:
    axes = pca.components_
    projection = keras.layers.Dense(len(axes), name=f"{name}_pca")
    projected = projection(tensor)
    projection.set_weights([axes.T, -axes @ pca.mean_])
    return projected


@dataclass(frozen=True, kw_only=True)
class SupportVectorModel:
    """Support vector regression with a Gaussian kernel.

    Attributes:
        group: the feature group that it reads; also the base model's name.
        preprocessing: of the feature group.
        gamma: of the kernel.
        svr: the regression.
    """

    group: DenseGroup
    preprocessing: Preprocessing
    gamma: float
    svr: SVR

    @classmethod
    def fit(cls, essays: TrainingSet, recipe: SVRRecipe, *, group: DenseGroup) -> Self:
        """Fit preprocessing and regression."""
        table: npt.NDArray[np.float32] = getattr(essays.features, group)
        preprocessing, gamma = Preprocessing.fit(table, recipe), recipe.gamma / table.shape[1]
        svr = SVR(C=recipe.C, gamma=gamma, epsilon=recipe.epsilon)
        svr.fit(preprocessing.transform(table), essays.targets, essays.sample_weights)
        return cls(group=group, preprocessing=preprocessing, gamma=gamma, svr=svr)

    def predict(self, features: EssayFeatures) -> Column:
        """Return a prediction for each essay, (essays,)."""
        table = self.preprocessing.transform(getattr(features, self.group))
        return np.asarray(self.svr.predict(table), float)

    def to_keras(self, inputs: dict[str, keras.KerasTensor]) -> keras.KerasTensor:
        """Return the same as Keras layers.

        The prediction is Σ coefficient · exp(−γ|x − s|²) over the support vectors s; the
        exponent is computed as 2γ x·s − γ|s|² − γ|x|².
        """
        name = self.group
        x = self.preprocessing.to_keras(inputs[_INPUTS[name]], name=name)
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
        dense = keras.layers.Dense(len(support), name=f"{self.group}_support_vectors")
        products = dense(x)
        dense.set_weights([2 * gamma * support.T, -gamma * (support**2).sum(axis=1)])
        return products

    def _squared_length(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Return −γ|x|²: (essays, 1)."""
        square = keras.layers.Dot(axes=1, name=f"{self.group}_square")([x, x])
        return keras.layers.Rescaling(-self.gamma, name=f"{self.group}_squared_length")(square)
