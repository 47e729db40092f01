"""The blended head: base models, two blends of them, and how familiar an essay's prompt is.

Words that mark a good essay on a known prompt mislead on a new one. So there are two blends: all
base models for essays on the prompts of the training essays, and the prompt-independent ones for
other essays. The familiarity of the essay's prompt decides how much each counts.

Both blends are fitted on predictions for essays that the base models have not seen: the first on
out-of-fold predictions, the second on predictions for prompts that were left out. Essays of further
sources are only trained on: base models are fitted to them too, and nothing else is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

import keras
import numpy as np
import numpy.typing as npt
from sklearn.model_selection import KFold

from essay_scorer.lab.data.sources import PROMPT_MARK
from essay_scorer.lab.heads.base_models import (
    BaseModel,
    FitBaseModel,
    base_model_fitters,
    head_inputs,
)
from essay_scorer.lab.heads.blend import Blend
from essay_scorer.lab.heads.essay_features import Column, EssayFeatures, TrainingSet
from essay_scorer.lab.heads.familiarity import FAMILIARITY_GROUP, PromptFamiliarity
from essay_scorer.lab.heads.ngram_ridge import NGRAM_INPUTS
from essay_scorer.lab.recipe import BlendedHead, BlendRecipe

MIN_PROMPTS = 3  # with fewer, what they have in common is unknown

Fold = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]  # rows to fit on, rows to predict


@dataclass(frozen=True, kw_only=True)
class NewPromptBlend:
    """How essays on new prompts are scored.

    Attributes:
        blend: of the prompt-independent base models.
        familiarity: of an essay's prompt.
        left_out: predictions for the main file's essays, each by models of the other prompts,
            (essays,).
    """

    blend: Blend
    familiarity: PromptFamiliarity
    left_out: Column


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """The fitted base models and their blends: the content of ``aes_model.h5``.

    Attributes:
        base_models: by name.
        known_prompts: the blend for prompts of the main file's training essays.
        new_prompts: for other prompts; none if the training essays have too few prompts.
        out_of_fold: predictions of ``known_prompts`` for these essays, (essays,).
    """

    base_models: Mapping[str, BaseModel]
    known_prompts: Blend
    new_prompts: NewPromptBlend | None
    out_of_fold: Column

    @classmethod
    def fit(cls, recipe: BlendedHead, essays: TrainingSet) -> Self:
        """Fit base models and blends to the training essays."""
        fitters = base_model_fitters(recipe.base_models)
        essays = _merge_small_prompts(essays, recipe.blend.min_essays_per_prompt)
        out_of_fold = _predict_folds(fitters, essays, _random_folds(essays.is_main, recipe.blend))
        known_prompts = Blend.fit(out_of_fold, essays.targets[essays.is_main])
        return cls(
            base_models={name: fit(essays) for name, fit in fitters.items()},
            known_prompts=known_prompts,
            new_prompts=_fit_new_prompts(recipe, essays, known_prompts),
            out_of_fold=known_prompts.combine(out_of_fold),
        )

    def predict(self, features: EssayFeatures) -> Column:
        """Return a prediction for each essay, (essays,)."""
        predictions = {name: model.predict(features) for name, model in self.base_models.items()}
        known = self.known_prompts.combine(predictions)
        if self.new_prompts is None:
            return known
        new = self.new_prompts.blend.combine(predictions)
        return _mix(known, new, self.new_prompts.familiarity.of(features))

    def to_keras(self, features: EssayFeatures) -> keras.Model:
        """Return the same as one Keras model, which tells the familiarity too, if it is known.

        Args:
            features: of any essays; only their widths are used.
        """
        inputs = head_inputs(features, self._input_names())
        predictions = {name: model.to_keras(inputs) for name, model in self.base_models.items()}
        known = self.known_prompts.to_keras(predictions, name="known_prompts")
        if self.new_prompts is None:
            return keras.Model(inputs, known, name="head")
        new = self.new_prompts.blend.to_keras(predictions, name="new_prompts")
        gap = keras.layers.Subtract(name="gap")([known, new])
        familiarity = self.new_prompts.familiarity.to_keras(inputs)
        share = keras.layers.Multiply(name="share_of_gap")([familiarity, gap])
        prediction = keras.layers.Add(name="prediction")([new, share])
        return keras.Model(inputs, [prediction, familiarity], name="head")

    def _input_names(self) -> set[str]:
        names = {name for model in self.base_models.values() for name in model.input_names}
        return names | set(NGRAM_INPUTS[FAMILIARITY_GROUP] if self.new_prompts else ())

    def describe(self) -> str:
        """Return the weights of the base models in one line."""
        known = f"known prompts: {self.known_prompts}"
        return f"{known}; new prompts: {self.new_prompts.blend}" if self.new_prompts else known


def _fit_new_prompts(
    recipe: BlendedHead, essays: TrainingSet, known_prompts: Blend
) -> NewPromptBlend | None:
    independent = {
        name: base_model
        for name, base_model in recipe.base_models.items()
        if base_model.for_new_prompts
    }
    if not 0 < len(independent) < len(recipe.base_models):
        return None
    if len(np.unique(essays.prompt_ids)) < MIN_PROMPTS:
        return None
    is_alone = len(np.unique(essays.prompt_ids[essays.is_main])) == 1  # if left out, none is known
    fitters = base_model_fitters(independent if is_alone else recipe.base_models)
    predictions = _predict_folds(fitters, essays, _prompt_folds(essays))
    blend = Blend.fit(
        {name: predictions[name] for name in independent}, essays.targets[essays.is_main]
    )
    left_out = blend.combine(predictions)
    if not is_alone:
        familiarity = _familiarity_of_left_out(essays, recipe.blend)
        left_out = _mix(known_prompts.combine(predictions), left_out, familiarity)
    return NewPromptBlend(
        blend=blend, familiarity=_fit_familiarity(essays, recipe.blend), left_out=left_out
    )


def _mix(known: Column, new: Column, familiarity: Column) -> Column:
    """Return the predictions of both blends, each as much as the prompts are familiar."""
    return np.asarray(familiarity * known + (1 - familiarity) * new, float)


def _fit_familiarity(essays: TrainingSet, recipe: BlendRecipe) -> PromptFamiliarity:
    main = essays[np.flatnonzero(essays.is_main)]
    return PromptFamiliarity(
        main.features.token_ngrams, main.prompt_ids, unfamiliar_share=recipe.unfamiliar_share
    )


def _familiarity_of_left_out(essays: TrainingSet, recipe: BlendRecipe) -> Column:
    """Return how familiar each prompt of the main file is, if only the others are known."""
    familiarity = np.empty(len(essays))
    for rest, left_out in _prompt_folds(essays):
        familiarity[left_out] = _fit_familiarity(essays[rest], recipe).of(essays.features[left_out])
    return familiarity[essays.is_main]


def _merge_small_prompts(essays: TrainingSet, min_essays: int) -> TrainingSet:
    """Return the essays with one prompt ID for all prompts of few essays.

    It is the empty one for the main file, and another one for further sources.
    """
    ids, index, counts = np.unique(
        essays.prompt_ids.astype(str), return_inverse=True, return_counts=True
    )
    merged = np.where(essays.is_main, "", PROMPT_MARK)
    return replace(essays, prompt_ids=np.where(counts[index] < min_essays, merged, ids[index]))


def _random_folds(is_main: npt.NDArray[np.bool_], recipe: BlendRecipe) -> Iterable[Fold]:
    """Yield folds of the main file's essays; the other essays are never predicted."""
    main, further = np.flatnonzero(is_main), np.flatnonzero(~is_main)
    folds = KFold(recipe.folds, shuffle=True, random_state=recipe.seed)
    for rest, held_out in folds.split(main):
        yield np.concatenate([main[rest], further]), main[held_out]


def _prompt_folds(essays: TrainingSet) -> Iterable[Fold]:
    """Yield one fold per prompt of the main file, in which that prompt is predicted."""
    for prompt_id in np.unique(essays.prompt_ids[essays.is_main]):
        left_out = essays.prompt_ids == prompt_id
        yield np.flatnonzero(~left_out), np.flatnonzero(left_out)


def _predict_folds(
    fitters: Mapping[str, FitBaseModel], essays: TrainingSet, folds: Iterable[Fold]
) -> dict[str, Column]:
    """Return each base model's predictions for the main file's essays, by models of others."""
    predictions = {name: np.empty(len(essays)) for name in fitters}
    for rest, held_out in folds:
        for name, fit in fitters.items():
            model = fit(essays[rest])
            predictions[name][held_out] = model.predict(essays.features[held_out])
    return {name: column[essays.is_main] for name, column in predictions.items()}
