"""Essays of further sources: their weight in the base models, and their absence from the blends."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from essay_scorer.lab.data.sources import training_essays
from essay_scorer.lab.heads.base_models import base_model_fitters
from essay_scorer.lab.heads.ensemble import Ensemble
from essay_scorer.lab.heads.essay_features import TrainingSet
from essay_scorer.lab.heads.training import Training
from essay_scorer.lab.recipe import BlendedHead, Recipe

FURTHER = np.arange(60) >= 45
BASE_MODELS = ("layers_and_features", "token_ngrams", "character_ngrams", "common_ngrams")


def _with_further(essays: TrainingSet, *, weight: float, targets: float) -> TrainingSet:
    """Return the essays, the last fifteen of them of a further source with other targets."""
    return replace(
        essays,
        targets=np.where(FURTHER, targets, essays.targets),
        weights=np.where(FURTHER, weight, 1.0),
        is_main=~FURTHER,
    )


@pytest.mark.parametrize("name", BASE_MODELS)
def test_an_essay_counts_as_much_as_it_weighs(
    name: str, training_set: TrainingSet, blended_head: BlendedHead
) -> None:
    fit = base_model_fitters(blended_head.base_models)[name]

    def distance(weight: float) -> float:
        low, high = (
            fit(_with_further(training_set, weight=weight, targets=targets))
            for targets in (0.0, 1.0)
        )
        features = training_set.features
        return float(np.abs(low.predict(features) - high.predict(features)).mean())

    assert distance(1e-6) < 1e-3 < distance(0.3) < distance(1.0)


def test_a_base_model_need_not_read_further_files(
    training_set: TrainingSet, blended_head: BlendedHead
) -> None:
    recipe = replace(blended_head.base_models["token_ngrams"], further_files=False)
    fit = base_model_fitters({"x": recipe})["x"]
    low, high = (
        fit(_with_further(training_set, weight=1.0, targets=targets)) for targets in (0.0, 1.0)
    )
    features = training_set.features
    assert low.predict(features).tolist() == high.predict(features).tolist()


def test_a_ridge_reads_an_essay_of_weight_two_as_two_essays(
    training_set: TrainingSet, blended_head: BlendedHead
) -> None:
    fit = base_model_fitters(blended_head.base_models)["token_ngrams"]
    weighted = fit(_with_further(training_set, weight=2.0, targets=0.9))
    once = _with_further(training_set, weight=1.0, targets=0.9)
    twice = fit(once[np.concatenate([np.arange(60), np.flatnonzero(FURTHER)])])
    features = training_set.features
    assert weighted.predict(features) == pytest.approx(twice.predict(features), abs=1e-3)


def test_blends_and_familiarity_are_fitted_to_the_main_files_essays(
    training_set: TrainingSet, blended_head: BlendedHead
) -> None:
    further = _with_further(training_set, weight=1e-9, targets=40.0)  # nothing else reads these
    ensemble = Ensemble.fit(blended_head, further)
    assert ensemble.out_of_fold.shape == (45,)
    targets = training_set.targets[~FURTHER]
    moments = ensemble.out_of_fold.mean(), ensemble.out_of_fold.std()
    assert moments == pytest.approx((targets.mean(), targets.std()))
    prompts_of_main = replace(further, prompt_ids=np.where(FURTHER, "x", training_set.prompt_ids))
    with_other_prompts = Ensemble.fit(blended_head, prompts_of_main)
    assert ensemble.new_prompts is not None
    assert with_other_prompts.new_prompts is not None
    familiarity = [
        each.new_prompts.familiarity.of(training_set.features)
        for each in (ensemble, with_other_prompts)
        if each.new_prompts is not None
    ]
    assert familiarity[0].tolist() == familiarity[1].tolist()


def test_further_prompts_make_a_blend_for_new_prompts_possible(
    training_set: TrainingSet, blended_head: BlendedHead
) -> None:
    one_prompt = np.where(FURTHER, (np.arange(60) % 2).astype(str), "main")
    essays = replace(training_set, is_main=~FURTHER)
    few = replace(essays, prompt_ids=np.where(FURTHER, "other", "main"))
    assert Ensemble.fit(blended_head, few).new_prompts is None
    enough = replace(essays, prompt_ids=one_prompt)
    assert Ensemble.fit(blended_head, enough).new_prompts is not None


def test_gradient_descent_weighs_errors(
    trained_recipe_file: str, essays: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    recipe, table = Recipe.load(str(trained_recipe_file)), training_essays(essays)

    def first_weights(weight: float, score: float) -> torch.Tensor:
        weights = np.where(FURTHER, weight, 1.0)
        scores = np.where(FURTHER, score, table["score"])
        training = Training(
            recipe, table.assign(weight=weights, score=scores), tmp_path_factory.mktemp("out")
        )
        for batch in training.batches(0):
            training.learn(batch)
        return torch.cat([weight.flatten() for weight in training.network.head.parameters()])

    assert torch.allclose(first_weights(1e-9, 1.0), first_weights(1e-9, 4.0), atol=1e-5)
    assert not torch.allclose(first_weights(1.0, 1.0), first_weights(1.0, 4.0), atol=1e-3)
