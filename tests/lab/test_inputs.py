import shutil
from pathlib import Path

import pandas as pd
import pytest

from essay_scorer import FileError
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.export.artifacts import find_encoder
from essay_scorer.lab.recipe import Recipe


def _file(folder: Path, table: pd.DataFrame) -> Path:
    path = folder / "essays.csv"
    table.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("change", ["one score", "no dev"])
def test_a_training_that_cannot_work_ends_with_one_line(
    essays: pd.DataFrame,
    recipe_file: Path,
    tmp_path: Path,
    change: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = essays.assign(score=3) if change == "one score" else essays[essays["split"] != "dev"]
    data = _file(tmp_path, table)
    out = tmp_path / "out"
    command = ["train", "--recipe", str(recipe_file), "--data", str(data), "--out", str(out)]
    assert main(command) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (out / "bundle").exists()


def test_the_default_recipe_is_valid() -> None:
    assert Recipe.load("default").name == "default"


def test_an_unknown_recipe_lists_the_known_ones() -> None:
    with pytest.raises(FileError, match="known are: classic, default"):
        Recipe.load("nonsense")


@pytest.mark.parametrize("content", ["name = ", "name = 'x'", "[training]\nspeed = 1"])
def test_a_recipe_that_lacks_something_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content)
    with pytest.raises(FileError, match=r"mine\.toml"):
        Recipe.load(str(path))


def test_an_encoder_that_is_not_there_is_named() -> None:
    with pytest.raises(FileError, match="nonsense"):
        find_encoder("nonsense")


@pytest.mark.parametrize("kind", ["recipe_file", "taught_file"])
@pytest.mark.parametrize(
    ("lost", "sentence"),
    [("model.safetensors", "has no weights"), ("config.json", "no config.json")],
)
def test_an_encoder_that_lacks_a_file_is_named(
    kind: str,
    lost: str,
    sentence: str,
    encoder: Path,
    data: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = Path(shutil.copytree(encoder, tmp_path / "encoder"))
    (broken / lost).unlink()
    recipe = tmp_path / "mine.toml"
    whole: Path = request.getfixturevalue(kind)
    recipe.write_text(whole.read_text().replace(str(encoder), str(broken)))
    command = ["train", "--recipe", str(recipe), "--data", str(data), "--out", str(tmp_path / "o")]
    assert main(command) == 1
    assert sentence in capsys.readouterr().err.splitlines()[-1]


def test_ten_essays_are_too_few(
    essays: pd.DataFrame, recipe_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = _file(tmp_path, essays.groupby("split").head(4)), tmp_path / "out"
    command = ["train", "--recipe", str(recipe_file), "--data", str(data), "--out", str(out)]
    assert main(command) == 1
    assert "are too few" in capsys.readouterr().err.splitlines()[-1]
    assert not (out / "bundle").exists()
