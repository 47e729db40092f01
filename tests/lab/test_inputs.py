from pathlib import Path

import pandas as pd
import pytest

from essay_scorer import FileError
from essay_scorer.cli import main
from essay_scorer.lab.artefacts import find_encoder
from essay_scorer.lab.data import read_essays
from essay_scorer.lab.recipe import Recipe


def _file(folder: Path, table: pd.DataFrame) -> Path:
    path = folder / "essays.csv"
    table.to_csv(path, index=False)
    return path


def test_csv_and_parquet_read_alike(essays: pd.DataFrame, tmp_path: Path) -> None:
    essays.to_parquet(tmp_path / "essays.parquet")
    left, right = read_essays(_file(tmp_path, essays)), read_essays(tmp_path / "essays.parquet")
    pd.testing.assert_frame_equal(left, right, check_dtype=False)


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("text", None, "row 3 has no text"),
        ("text", " ", "row 3 has no text"),
        ("score", "high", "row 3 is not a whole number"),
        ("score", 2.5, "row 3 is not a whole number"),
        ("split", "exam", "row 3 is not train, dev or test"),
    ],
)
def test_a_bad_row_is_named(
    essays: pd.DataFrame, tmp_path: Path, column: str, value: object, sentence: str
) -> None:
    values = list(essays[column])
    values[2] = value
    broken = essays.assign(**{column: values})
    with pytest.raises(FileError, match=sentence):
        read_essays(_file(tmp_path, broken))


def test_a_missing_column_is_named(essays: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no column score"):
        read_essays(_file(tmp_path, essays.drop(columns="score")))


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "essays.parquet"
    path.write_bytes(b"not a table")
    with pytest.raises(FileError, match=r"essays\.parquet"):
        read_essays(path)


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
    with pytest.raises(FileError, match="known are: default"):
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
