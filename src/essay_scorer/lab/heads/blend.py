"""The branches become one head: two blends, and how familiar an essay's assignment is.

The words that mark a good essay on a known assignment mislead on another one.  So there
are two blends: one for essays on the assignments of the training, by all branches, and
one for any other essay, by those that do not depend on the assignment.  How an essay's
words compare with those of each known assignment decides between the two.

Each blend is fitted on numbers that the branches gave to essays they had not seen: for
the first, parts of ``train`` held out in turn; for the second, whole assignments.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls
from scipy.sparse import csr_matrix
from sklearn.model_selection import KFold
from sklearn.preprocessing import normalize

from essay_scorer.lab.calibration.conformal import fit_line
from essay_scorer.lab.heads.base_models import (
    Branch,
    Column,
    Fit,
    Prompts,
    Tensors,
    column,
    fits,
    head_inputs,
    rows,
)
from essay_scorer.lab.heads.inputs import Inputs
from essay_scorer.lab.recipe import Blended, BlendRecipe

TRAVELS = ("common", "features")  # the branches that do not depend on the assignment
ENOUGH = 3  # assignments; with fewer there is no telling what is common to them

Split = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


@dataclass(frozen=True, kw_only=True)
class Blend:
    """A weighted sum of branches."""

    weights: Mapping[str, float]
    intercept: float

    @classmethod
    def fit(cls, numbers: Mapping[str, Column], targets: Column) -> "Blend":
        """Fit weights, none below nothing, and bring the sum to the targets' spread.

        Least squares with non-negative weights (Lawson & Hanson 1974) on centred columns.
        """
        table = np.column_stack([*numbers.values()])
        weights, _ = nnls(table - table.mean(axis=0), targets - targets.mean())
        slope, intercept = fit_line(table @ weights, targets)
        return cls(
            weights=dict(zip(numbers, (slope * weights).tolist(), strict=True)),
            intercept=intercept,
        )

    def of(self, numbers: Mapping[str, Column]) -> Column:
        """Return the blend of the branches' numbers."""
        parts = (weight * numbers[name] for name, weight in self.weights.items())
        return np.asarray(sum(parts, start=self.intercept), float)

    def layers(self, numbers: Mapping[str, keras.KerasTensor], *, name: str) -> keras.KerasTensor:
        """Return the same as a Keras layer over all branches."""
        layer = keras.layers.Dense(1, name=name)
        number = layer(keras.layers.Concatenate(name=f"{name}_branches")([*numbers.values()]))
        column = [[self.weights.get(branch, 0.0)] for branch in numbers]
        layer.set_weights([np.array(column), np.array([self.intercept])])
        return number


class Familiarity:
    """How sure it is that an essay answers one of the known assignments, from 0 to 1.

    The cosine between the essay's n-grams and the mean of each assignment's, both weighted
    by inverse document frequency; the largest one goes through a logistic curve.
    """

    def __init__(self, ngrams: csr_matrix, prompts: Prompts, unfamiliar: float) -> None:
        used = np.asarray((ngrams > 0).sum(axis=0)).ravel()
        self._rarity = np.log((1 + ngrams.shape[0]) / (1 + used))
        weighed = self._weigh(ngrams)
        means = [
            np.asarray(weighed[prompts == prompt].mean(axis=0)).ravel()
            for prompt in np.unique(prompts)
        ]
        self._centres = normalize(np.array(means))
        likeness = self._likeness(ngrams)
        self._middle, usual = np.quantile(likeness, [unfamiliar, 0.5])
        self._steepness = 4.0 / max(usual - self._middle, 1e-6)  # .98 at the usual likeness

    def _weigh(self, ngrams: csr_matrix) -> csr_matrix:
        return normalize(ngrams.multiply(self._rarity).tocsr())

    def _likeness(self, ngrams: csr_matrix) -> Column:
        return np.asarray((self._weigh(ngrams) @ self._centres.T).max(axis=1), float)

    def of(self, inputs: Inputs) -> Column:
        """Return it for each essay."""
        distance = self._steepness * (self._likeness(inputs.ngrams) - self._middle)
        return np.asarray(1 / (1 + np.exp(-distance)), float)

    def layers(self, inputs: Tensors) -> keras.KerasTensor:
        """Return the same as Keras layers: (essays, 1)."""
        name = "assignment"
        rarity = rows(inputs, "ngrams", self._rarity[:, np.newaxis], name=f"{name}_rarity")
        weights = column(inputs, "ngrams", name=name)
        weighed = keras.layers.Multiply(name=f"{name}_weighed")([rarity, weights])
        unit = keras.layers.UnitNormalization(axis=1, name=f"{name}_unit")(weighed)
        centres = rows(inputs, "ngrams", self._centres.T, name=f"{name}_centres")
        cosines = keras.layers.Dot(axes=1, name=f"{name}_cosines")([centres, unit])
        nearest = keras.layers.GlobalMaxPooling1D(name=f"{name}_nearest")(cosines)
        curve = keras.layers.Dense(1, activation="sigmoid", name="familiarity")
        familiar = curve(nearest)
        curve.set_weights(
            [np.array([[self._steepness]]), np.array([-self._steepness * self._middle])]
        )
        return familiar


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """The fitted branches with their blends: all that is in ``aes_model.h5``."""

    branches: Mapping[str, Branch]
    known: Blend
    held_out: Column  # the known blend's numbers for the training essays, by models of the others
    other: Blend | None  # none where the training knew too few assignments
    familiarity: Familiarity | None

    @classmethod
    def fit(cls, recipe: Blended, inputs: Inputs, targets: Column, prompts: Prompts) -> "Ensemble":
        """Fit everything on the training essays.

        Args:
            recipe: which branches, and how they are joined.
            inputs: what the branches read, a row an essay.
            targets: human scores as shares of the scale's range, shape (essays,).
            prompts: the assignment of each, shape (essays,).
        """
        makers = fits(recipe.branches)
        prompts = _assignments_of(prompts, recipe.blend.fewest)
        held_out = _numbers(makers, inputs, targets, prompts, _parts(len(inputs), recipe.blend))
        known, other, familiarity = Blend.fit(held_out, targets), None, None
        if len(np.unique(prompts)) >= ENOUGH:
            travelling = {name: makers[name] for name in TRAVELS}
            numbers = _numbers(travelling, inputs, targets, prompts, _assignments(prompts))
            other = Blend.fit(numbers, targets)
            familiarity = Familiarity(inputs.ngrams, prompts, recipe.blend.unfamiliar)
        return cls(
            branches={name: fit(inputs, targets, prompts) for name, fit in makers.items()},
            known=known,
            held_out=known.of(held_out),
            other=other,
            familiarity=familiarity,
        )

    def predict(self, inputs: Inputs) -> Column:
        """Return the head's number for each essay."""
        numbers = {name: branch.predict(inputs) for name, branch in self.branches.items()}
        known = self.known.of(numbers)
        if self.other is None or self.familiarity is None:
            return known
        familiar = self.familiarity.of(inputs)
        return np.asarray(familiar * known + (1 - familiar) * self.other.of(numbers), float)

    def head(self, inputs: Inputs) -> keras.Model:
        """Return the same as one Keras model."""
        tensors = head_inputs(inputs)
        numbers = {name: branch.layers(tensors) for name, branch in self.branches.items()}
        score = self.known.layers(numbers, name="known")
        if self.other is not None and self.familiarity is not None:
            other = self.other.layers(numbers, name="other")
            gap = keras.layers.Subtract(name="gap")([score, other])
            share = keras.layers.Multiply(name="share")([self.familiarity.layers(tensors), gap])
            score = keras.layers.Add(name="score")([other, share])
        return keras.Model(tensors, score, name="scorer")

    def describe(self) -> str:
        """Return one line: how much each branch counts."""
        lines = [f"known assignments: {_list(self.known)}"]
        if self.other is not None:
            lines.append(f"others: {_list(self.other)}")
        return "; ".join(lines)


def _list(blend: Blend) -> str:
    return ", ".join(f"{name} {weight:.2f}" for name, weight in blend.weights.items())


def _assignments_of(prompts: Prompts, fewest: int) -> Prompts:
    """Return the prompts as names, with one name for all those of few essays."""
    names, places, counts = np.unique(prompts.astype(str), return_inverse=True, return_counts=True)
    return np.where(counts < fewest, "", names)[places]


def _parts(essays: int, recipe: BlendRecipe) -> Iterator[Split]:
    yield from KFold(recipe.folds, shuffle=True, random_state=recipe.seed).split(np.empty(essays))


def _assignments(prompts: Prompts) -> Iterator[Split]:
    for prompt in np.unique(prompts):
        yield np.flatnonzero(prompts != prompt), np.flatnonzero(prompts == prompt)


def _numbers(
    makers: Mapping[str, Fit],
    inputs: Inputs,
    targets: Column,
    prompts: Prompts,
    splits: Iterator[Split],
) -> dict[str, Column]:
    """Return each branch's numbers for essays that were held out when it was fitted."""
    numbers = {name: np.empty(len(inputs)) for name in makers}
    for rest, held_out in splits:
        for name, fit in makers.items():
            branch = fit(inputs[rest], targets[rest], prompts[rest])
            numbers[name][held_out] = branch.predict(inputs[held_out])
    return numbers
