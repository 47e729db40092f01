"""The blended head: its Keras layers, and how it scores essays on known and new prompts."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

from essay_scorer.lab.base_model_recipes import SVRRecipe
from essay_scorer.lab.heads.ensemble import Ensemble
from essay_scorer.lab.heads.essay_features import EssayFeatures, TrainingSet
from essay_scorer.lab.heads.frozen_encoder import FrozenEncoder
from essay_scorer.lab.heads.svr import SupportVectorModel
from essay_scorer.lab.recipe import BlendedHead, Recipe


@pytest.fixture(scope="module")
def ensemble(blended_head: BlendedHead, training_set: TrainingSet) -> Ensemble:
    return Ensemble.fit(blended_head, training_set)


def _keras_outputs(
    head: keras.Model, features: EssayFeatures, rows: list[int]
) -> list[list[float]]:
    """Return the head's outputs for each row: the prediction, and the familiarity if any."""
    found = []
    for row in rows:
        tokens, characters = features.token_ngrams[[row]], features.character_ngrams[[row]]
        outputs = head(
            {
                "layer_means": features.layer_means[[row]],
                "writing_features_1": features.writing_features[[row]],
                "ngram_places_1": tokens.indices[np.newaxis].astype(np.int64),
                "ngram_weights_1": tokens.data[np.newaxis],
                "character_places_1": characters.indices[np.newaxis].astype(np.int64),
                "character_weights_1": characters.data[np.newaxis],
            }
        )
        columns = outputs if isinstance(outputs, list) else [outputs]
        found.append([float(column[0, 0].detach()) for column in columns])
    return found


def test_keras_layers_predict_what_the_fitted_models_predict(
    ensemble: Ensemble, features: EssayFeatures
) -> None:
    rows = [*range(0, 60, 4)]
    assert ensemble.new_prompts is not None
    found = _keras_outputs(ensemble.to_keras(features), features, rows)
    predictions, familiarity = zip(*found, strict=True)
    some = features[np.array(rows)]
    assert predictions == pytest.approx(ensemble.predict(some), abs=1e-4)
    assert familiarity == pytest.approx(ensemble.new_prompts.familiarity.of(some), abs=1e-4)


def test_left_out_predictions_do_not_know_the_level_of_their_prompt(
    ensemble: Ensemble, blended_head: BlendedHead, training_set: TrainingSet
) -> None:
    strict = training_set.prompt_ids == training_set.prompt_ids[0]  # its raters are stricter
    targets = training_set.targets - 0.5 * strict
    with_strict = Ensemble.fit(blended_head, replace(training_set, targets=targets))
    assert ensemble.new_prompts is not None
    assert with_strict.new_prompts is not None
    errors = (
        ensemble.new_prompts.left_out - training_set.targets,
        with_strict.new_prompts.left_out - targets,
    )
    before, after = (float(error[strict].mean()) for error in errors)
    assert abs(before) < 0.1
    assert after > 0.4


def test_an_essay_on_a_new_prompt_is_scored_by_prompt_independent_models(
    ensemble: Ensemble, essays: pd.DataFrame, recipe_file: Path, tmp_path: Path
) -> None:
    texts = ["Zebras graze on warm savannas; lions hunt them at dusk.", essays["text"][0]]
    encoder = FrozenEncoder(Recipe.load(str(recipe_file)), tmp_path)
    features = EssayFeatures.compute(texts, encoder, tmp_path)
    assert ensemble.new_prompts is not None
    new, known = ensemble.new_prompts.familiarity.of(features)
    assert new < 0.5 < known
    assert set(ensemble.new_prompts.blend.weights) == {"common_ngrams", "layers_and_features"}
    base = {name: model.predict(features) for name, model in ensemble.base_models.items()}
    blends = ensemble.known_prompts.combine(base), ensemble.new_prompts.blend.combine(base)
    distance_to_known, distance_to_new = (
        np.abs(ensemble.predict(features) - blend) for blend in blends
    )
    assert (distance_to_known < distance_to_new).tolist() == [False, True]


def test_with_one_prompt_there_is_one_blend(
    blended_head: BlendedHead, training_set: TrainingSet, features: EssayFeatures
) -> None:
    one_prompt = replace(training_set, prompt_ids=np.zeros(len(training_set), str))
    ensemble = Ensemble.fit(blended_head, one_prompt)
    assert ensemble.new_prompts is None
    rows = [0, 7]
    expected = ensemble.predict(features[np.array(rows)])
    found = _keras_outputs(ensemble.to_keras(features), features, rows)
    assert found == [[pytest.approx(prediction, abs=1e-4)] for prediction in expected]


def test_prompts_of_few_essays_count_as_one(
    blended_head: BlendedHead, training_set: TrainingSet
) -> None:
    rows = np.arange(60)
    own_prompts = replace(training_set, prompt_ids=rows)
    assert Ensemble.fit(blended_head, own_prompts).new_prompts is None
    two_prompts_and_ten = replace(training_set, prompt_ids=np.where(rows < 50, rows % 2, rows))
    assert Ensemble.fit(blended_head, two_prompts_and_ten).new_prompts is not None


def test_with_base_models_for_all_prompts_there_is_one_blend(
    blended_head: BlendedHead, training_set: TrainingSet, features: EssayFeatures
) -> None:
    """Such a head reads no n-grams, so none are computed for an essay."""
    name = "layers_and_features"
    one = replace(blended_head, base_models={name: blended_head.base_models[name]})
    ensemble = Ensemble.fit(one, training_set)
    assert ensemble.new_prompts is None
    head = ensemble.to_keras(features)
    assert set(head.input) == {"layer_means", "writing_features_1"}
    rows = np.array([0, 7])
    inputs = {
        "layer_means": features.layer_means[rows],
        "writing_features_1": features.writing_features[rows],
    }
    predictions = head(inputs)[:, 0].detach().tolist()
    assert predictions == pytest.approx(ensemble.predict(features[rows]), abs=1e-4)


def test_the_weight_of_a_group_scales_its_distances(
    blended_head: BlendedHead, training_set: TrainingSet
) -> None:
    recipe = blended_head.base_models["layers_and_features"]
    assert isinstance(recipe, SVRRecipe)
    without = replace(
        recipe,
        inputs={
            **recipe.inputs,
            "writing_features": replace(recipe.inputs["writing_features"], weight=1e-9),
        },
    )
    alone = replace(recipe, inputs={"layer_means": recipe.inputs["layer_means"]})
    fitted = [SupportVectorModel.fit(training_set, one, name="x") for one in (without, alone)]
    predictions = [model.predict(training_set.features) for model in fitted]
    assert predictions[0] == pytest.approx(predictions[1], abs=2e-3)  # the solver stops early
