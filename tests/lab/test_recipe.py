"""Recipe files: the shipped ones are valid, and errors name the file."""

from pathlib import Path

import pytest

from essay_scorer import FileError
from essay_scorer.lab.recipe import RECIPES, Recipe


@pytest.mark.parametrize("name", sorted(path.stem for path in RECIPES.glob("*.toml")))
def test_a_shipped_recipe_is_valid(name: str) -> None:
    assert Recipe.load(name).name == name


def test_the_default_recipe_is_valid() -> None:
    assert Recipe.load("default").name == "default"


def test_an_unknown_recipe_lists_the_known_ones() -> None:
    with pytest.raises(FileError, match="known recipes are: classic, default"):
        Recipe.load("nonsense")


def test_a_recipe_of_notepad_is_read(tmp_path: Path) -> None:
    content = (RECIPES / "default.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_bytes(content.encode("utf-8-sig"))
    assert Recipe.load(str(tmp_path / "mine.toml")) == Recipe.load("default")


@pytest.mark.parametrize("content", ["name = ", "name = 'x'", "[training]\nspeed = 1"])
def test_an_invalid_recipe_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content)
    with pytest.raises(FileError, match=r"mine\.toml"):
        Recipe.load(str(path))


def test_a_base_model_without_a_feature_group_is_named(recipe_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(recipe_file.read_text().replace('inputs = "character_ngrams"', 'inputs = "x"'))
    with pytest.raises(FileError, match=r"inputs of \[base_models.character_ngrams\] is token_"):
        Recipe.load(str(path))
