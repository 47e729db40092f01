"""Blends: weighted sums of the base models' predictions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import keras
import numpy as np
from scipy.optimize import nnls

from essay_scorer.lab.calibration.linear import fit_line
from essay_scorer.lab.heads.essay_features import Column


@dataclass(frozen=True, kw_only=True)
class Blend:
    """A weighted sum of predictions.

    Attributes:
        weights: of the base models, by name; none is negative.
        intercept: added to the sum.
    """

    weights: Mapping[str, float]
    intercept: float

    @classmethod
    def fit(cls, predictions: Mapping[str, Column], targets: Column) -> Self:
        """Fit the weights, and scale the sum to the targets' mean and standard deviation.

        Non-negative least squares (Lawson & Hanson 1974, *Solving least squares problems*) on
        centered columns.

        Args:
            predictions: out-of-fold predictions of each base model, (essays,).
            targets: (essays,).
        """
        table = np.column_stack([*predictions.values()])
        weights, _ = nnls(table - table.mean(axis=0), targets - targets.mean())
        slope, intercept = fit_line(table @ weights, targets)
        scaled = (slope * weights).tolist()
        return cls(weights=dict(zip(predictions, scaled, strict=True)), intercept=intercept)

    def combine(self, predictions: Mapping[str, Column]) -> Column:
        """Return the blend of predictions, (essays,)."""
        terms = (weight * predictions[name] for name, weight in self.weights.items())
        return np.asarray(sum(terms, start=self.intercept), float)

    def to_keras(
        self, predictions: Mapping[str, keras.KerasTensor], *, name: str
    ) -> keras.KerasTensor:
        """Return the same as a Keras layer: (essays, 1).

        Args:
            predictions: of all base models, (essays, 1); some may have no weight.
            name: the layer's.
        """
        columns = keras.layers.Concatenate(name=f"{name}_predictions")([*predictions.values()])
        dense = keras.layers.Dense(1, name=name)
        blended = dense(columns)
        weights = [[self.weights.get(base_model, 0.0)] for base_model in predictions]
        dense.set_weights([np.array(weights), np.array([self.intercept])])
        return blended

    def __str__(self) -> str:
        return ", ".join(f"{name} {weight:.2f}" for name, weight in self.weights.items())
