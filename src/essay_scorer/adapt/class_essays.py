"""The essays of a class, ready to be compared, and what is expected of them before any mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from essay_scorer.adapt.class_space import (
    FEATURES,
    LENGTH,
    RAW,
    ClassSpace,
    Column,
    Matrix,
    Vector,
    group_weights,
)
from essay_scorer.adapt.essay_vector import EssayVector, decode_floats
from essay_scorer.adapt.linear_model import LinearModel
from essay_scorer.errors import InvalidProfile

_DERIVED_WEIGHT = 0.1  # of length and prior in the kernel, beside the groups of values


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassEssays:
    """The essays of a class, ready to be compared.

    Attributes:
        space: of the class.
        standardized: vectors, (essays, values).
        order: what is expected of an essay before any is marked, standardized in the class:
            weights of a standardized vector and an intercept.
        raw: shipped scores, not clipped, (essays,).
        familiarity: of the prompt, the mean of the essays.
    """

    space: ClassSpace
    standardized: Matrix
    order: LinearModel
    raw: Column
    familiarity: float

    @classmethod
    def of(cls, vectors: Sequence[EssayVector]) -> Self:
        """Standardize the vectors of a class.

        Raises:
            InvalidProfile: they are of different bundles.
        """
        numbers = _stack(vectors)
        space = ClassSpace.of(numbers)
        # The file has them in float32, and must give the same suggestions.
        space = ClassSpace(means=_round(space.means), deviations=_round(space.deviations))
        standardized = space.standardize(numbers)
        familiarity = float(np.mean([vector.familiarity for vector in vectors]))
        weights = _prior_weights(standardized, decode_floats(vectors[0].prior), familiarity)
        prior = standardized @ weights
        deviation = float(prior.std()) or 1.0
        return cls(
            space=space,
            standardized=standardized,
            order=LinearModel(
                intercept=-float(prior.mean()) / deviation, weights=weights / deviation
            ),
            raw=np.array([vector.raw for vector in vectors]),
            familiarity=familiarity,
        )

    @cached_property
    def score_order(self) -> LinearModel:
        """The shipped score, standardized in the class, as a model of a standardized vector."""
        values = self.standardized[:, 0]
        deviation = float(values.std()) or 1.0
        return self._model_of_score(-float(values.mean()) / deviation, 1 / deviation)

    @cached_property
    def expected(self) -> Column:
        """The order of the essays as numbers, (essays,)."""
        return self.order.predict(self.standardized)

    @cached_property
    def compared(self) -> Matrix:
        """The vectors whose inner products are the kernel, (essays, values + 2)."""
        derived = np.column_stack([self.standardized[:, LENGTH], self.expected])
        weights = group_weights(self.standardized.shape[1])
        return np.hstack([self.standardized * weights, np.sqrt(_DERIVED_WEIGHT) * derived])

    @cached_property
    def score_line(self) -> LinearModel:
        """The shipped score as a model of a standardized vector."""
        standardized, raw = self.standardized[:, 0], self.raw
        centered = standardized - standardized.mean()
        slope = float(centered @ (raw - raw.mean())) / (float(centered @ centered) or 1.0)
        return self._model_of_score(float(raw.mean() - slope * standardized.mean()), slope)

    def _model_of_score(self, intercept: float, slope: float) -> LinearModel:
        weights = np.zeros(self.standardized.shape[1])
        weights[RAW] = slope
        return LinearModel(intercept=intercept, weights=weights)

    def kernel_model(self, dual: Column, compared: Matrix) -> LinearModel:
        """Return a weighted sum of inner products as a model of a standardized vector.

        Args:
            dual: the weights, (marks,).
            compared: the rows of ``compared`` of the marked essays, (marks, values + 2).
        """
        direct = dual @ compared
        values = self.standardized.shape[1]
        length, order = np.sqrt(_DERIVED_WEIGHT) * direct[values:]
        weights = direct[:values] * group_weights(values) + order * self.order.weights
        weights[LENGTH] += length
        return LinearModel(intercept=order * self.order.intercept, weights=weights)


def _stack(vectors: Sequence[EssayVector]) -> Matrix:
    if any(vector.bundle != vectors[0].bundle for vector in vectors):
        raise InvalidProfile("The essays were read with different bundles; read them again.")
    return np.array([vector.numbers() for vector in vectors])


def _round(values: Vector) -> Vector:
    return values.astype(np.float32).astype(np.float64)


def _prior_weights(standardized: Matrix, features: Vector, familiarity: float) -> Vector:
    """Return the prior as weights of a standardized vector, not yet standardized itself.

    Writing features order the essays of any assignment; the shipped score orders those of an
    assignment that it knows.
    """
    weights = np.zeros(standardized.shape[1])
    by_features = float((standardized[:, FEATURES] @ features).std()) or 1.0
    by_score = float(standardized[:, RAW].std()) or 1.0
    weights[FEATURES] = (1 - familiarity) * features / by_features
    weights[RAW] = familiarity / by_score
    return weights
