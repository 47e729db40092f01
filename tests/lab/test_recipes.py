"""The recipes that ship can be read: the fast tests say so before any training does."""

import pytest

from essay_scorer.lab.recipe import RECIPES, Recipe


@pytest.mark.parametrize("name", sorted(path.stem for path in RECIPES.glob("*.toml")))
def test_a_shipped_recipe_is_valid(name: str) -> None:
    assert Recipe.load(name).name == name
