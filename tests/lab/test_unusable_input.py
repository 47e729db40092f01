"""Training on input that it cannot use ends with one error message and no bundle."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from essay_scorer import FileError
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.export.encoder_folder import find_encoder

Capture = pytest.CaptureFixture[str]


def _write_csv(folder: Path, table: pd.DataFrame) -> Path:
    path = folder / "essays.csv"
    table.to_csv(path, index=False)
    return path


def _train(recipe: Path, data: Path, out: Path) -> int:
    return main(["train", "--recipe", str(recipe), "--data", str(data), "--out", str(out)])


@pytest.mark.parametrize("change", ["one score", "no dev"])
def test_essays_without_variety_or_without_a_split(
    essays: pd.DataFrame, recipe_file: Path, tmp_path: Path, change: str, capsys: Capture
) -> None:
    table = essays.assign(score=3) if change == "one score" else essays[essays["split"] != "dev"]
    data, out = _write_csv(tmp_path, table), tmp_path / "out"
    assert _train(recipe_file, data, out) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (out / "bundle").exists()


def test_too_few_essays(
    essays: pd.DataFrame, recipe_file: Path, tmp_path: Path, capsys: Capture
) -> None:
    data, out = _write_csv(tmp_path, essays.groupby("split").head(4)), tmp_path / "out"
    assert _train(recipe_file, data, out) == 1
    assert "are too few" in capsys.readouterr().err.splitlines()[-1]
    assert not (out / "bundle").exists()


def test_an_unknown_encoder() -> None:
    with pytest.raises(FileError, match="nonsense"):
        find_encoder("nonsense")


@pytest.mark.parametrize("kind", ["recipe_file", "trained_recipe_file"])
@pytest.mark.parametrize(
    ("missing", "message"),
    [("model.safetensors", "has no weights"), ("config.json", "no config.json")],
)
def test_an_encoder_without_one_of_its_files(
    kind: str,
    missing: str,
    message: str,
    encoder: Path,
    data: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: Capture,
) -> None:
    broken = Path(shutil.copytree(encoder, tmp_path / "encoder"))
    (broken / missing).unlink()
    recipe = tmp_path / "mine.toml"
    complete: Path = request.getfixturevalue(kind)
    recipe.write_text(complete.read_text().replace(str(encoder), str(broken)))
    assert _train(recipe, data, tmp_path / "out") == 1
    assert message in capsys.readouterr().err.splitlines()[-1]
