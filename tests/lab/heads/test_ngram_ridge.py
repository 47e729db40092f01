"""The base models on n-grams."""

from dataclasses import replace

import numpy as np
import pytest

from essay_scorer.lab.base_model_recipes import RidgeRecipe
from essay_scorer.lab.heads.essay_features import EssayFeatures, TrainingSet
from essay_scorer.lab.heads.ngram_ridge import NgramRidge
from essay_scorer.lab.recipe import BlendedHead


def test_without_common_ngrams_it_predicts_the_mean(
    training_set: TrainingSet, features: EssayFeatures
) -> None:
    one_prompt = replace(training_set, prompt_ids=np.zeros(60, str))
    # No n-gram is in more than all essays.
    recipe = RidgeRecipe(inputs="token_ngrams", alpha=1.0, min_essay_share=1.01)
    model = NgramRidge.fit(one_prompt, recipe, name="common_ngrams")
    mean = training_set.targets.mean()
    assert model.predict(features).tolist() == pytest.approx([mean] * 60)


def test_with_a_minimum_share_the_words_of_one_prompt_do_not_count(
    training_set: TrainingSet, features: EssayFeatures, blended_head: BlendedHead
) -> None:
    prompt_ids = np.array(["odd" if number % 2 else "even" for number in range(len(features))])
    table = features.token_ngrams.tolil()
    table[prompt_ids == "odd", -1] = 1.0  # an n-gram of the odd essays, which have high scores
    with_ngram = replace(features, token_ngrams=table.tocsr())
    targets = (prompt_ids == "odd").astype(float)
    essays = replace(training_set, features=with_ngram, targets=targets, prompt_ids=prompt_ids)
    table[:, -1] = 0.0
    without_ngram = replace(features, token_ngrams=table.tocsr())
    recipes = blended_head.base_models
    for name, counts in (("token_ngrams", True), ("common_ngrams", False)):
        recipe = recipes[name]
        assert isinstance(recipe, RidgeRecipe)
        model = NgramRidge.fit(essays, recipe, name="words")
        predictions = model.predict(with_ngram), model.predict(without_ngram)
        assert (not np.allclose(*predictions)) is counts


@pytest.mark.parametrize(("min_prompt_share", "counts"), [(0.9, True), (1.0, False)])
def test_an_ngram_may_be_missing_on_a_tenth_of_many_prompts(
    training_set: TrainingSet, features: EssayFeatures, min_prompt_share: float, *, counts: bool
) -> None:
    prompt_ids = np.array([f"prompt {number % 20}" for number in range(len(features))])
    table = features.token_ngrams.tolil()
    table[:, -1] = (prompt_ids != "prompt 7")[:, np.newaxis]  # an n-gram of all prompts but one
    table = table.tocsr()
    targets = np.where(prompt_ids == "prompt 7", 0.0, 1.0)
    essays = replace(
        training_set,
        features=replace(features, token_ngrams=table),
        targets=targets,
        prompt_ids=prompt_ids,
    )
    recipe = RidgeRecipe(
        inputs="token_ngrams", alpha=1.0, min_essay_share=0.1, min_prompt_share=min_prompt_share
    )
    coefficients = NgramRidge.fit(essays, recipe, name="common_ngrams").coefficients
    assert bool(coefficients[-1]) is counts
