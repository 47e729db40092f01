"""Training by gradient descent can be interrupted at any time."""

from pathlib import Path

import pandas as pd
import pytest
import torch

from essay_scorer import FileError
from essay_scorer.lab.data.sources import training_essays
from essay_scorer.lab.heads.training import Training
from essay_scorer.lab.recipe import Recipe


@pytest.fixture
def recipe(trained_recipe_file: Path) -> Recipe:
    return Recipe.load(str(trained_recipe_file))


@pytest.fixture
def train(essays: pd.DataFrame) -> pd.DataFrame:
    return training_essays(essays[essays["split"] == "train"])


def test_an_interrupted_training_ends_with_the_same_weights(
    recipe: Recipe, train: pd.DataFrame, tmp_path: Path
) -> None:
    uninterrupted = Training(recipe, train, tmp_path / "uninterrupted")
    uninterrupted.run()

    interrupted = Training(recipe, train, tmp_path / "interrupted")
    interrupted.resume()
    batches = interrupted.batches(0)
    for batch in batches[:2]:
        interrupted.learn(batch)
    interrupted.save_checkpoint()
    interrupted.learn(batches[2])  # lost, because no checkpoint follows

    resumed = Training(recipe, train, tmp_path / "interrupted")
    resumed.run()
    for name, weight in uninterrupted.average.state_dict().items():
        assert torch.equal(weight, resumed.average.state_dict()[name]), name


def test_an_interrupted_checkpoint_leaves_the_last_one(
    recipe: Recipe, train: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(recipe, train, tmp_path)
    training.step = 4
    training.save_checkpoint()

    def fail(_state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(FileError, match="is the disk full"):
        training.save_checkpoint()
    assert [path.name for path in tmp_path.glob("checkpoint*")] == ["checkpoint.pt"]
    training.step = 0
    training.resume()
    assert training.step == 4


def test_a_checkpoint_of_other_essays_is_an_error(
    recipe: Recipe, train: pd.DataFrame, tmp_path: Path
) -> None:
    Training(recipe, train, tmp_path).save_checkpoint()
    Training(recipe, train, tmp_path).resume()
    with pytest.raises(FileError, match="give another --out"):
        Training(recipe, train.head(30), tmp_path).resume()
