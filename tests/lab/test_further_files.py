"""``essay-scorer train --also``: a scorer that is trained on further files, too."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from essay_scorer import Scorer
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.heads.frozen_encoder import FrozenEncoder
from essay_scorer.model.bundle import verify_bundle
from essay_scorer.model.files import GIBBERISH, WEIGHTS


@pytest.fixture(scope="module")
def letters(further: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("further") / "letters.parquet"
    further.to_parquet(path)
    return path


@pytest.fixture(scope="module")
def command(further_recipe_file: Path, data: Path, letters: Path) -> list[str]:
    files = ["--data", str(data), "--also", str(letters)]
    return ["train", "--recipe", str(further_recipe_file), *files]


@pytest.fixture(scope="module")
def made(command: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    assert main([*command, "--out", str(out), "--credit", "Our essays"]) == 0
    return out


def test_scores_are_on_the_main_files_scale_and_measured_on_it_alone(made: Path) -> None:
    manifest = verify_bundle(made / "bundle")
    assert (manifest.scale.min, manifest.scale.max) == (1, 4)
    assert manifest.metrics["test"]["essays"] == 12
    assert len(np.load(made / "out_of_fold.npy")) == 36
    assert set(manifest.typical_ranges) <= {1, 2, 3, 4}


def test_manifest_and_card_name_all_files(made: Path) -> None:
    manifest = verify_bundle(made / "bundle")
    assert manifest.credit == "Our essays"
    (data,) = manifest.further_data
    assert (data.credit, data.essays, data.weight) == ("Some letters", 24, 0.5)
    card = (made / "bundle" / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^\| trained on \| 36 essays .*: Our essays \|$", card, re.MULTILINE)
    assert re.search(r"^\| also trained on \| 24 .* 0\.5 .*: Some letters \|$", card, re.MULTILINE)


def test_the_further_essays_change_the_scores(
    made: Path, trained: Path, essays: pd.DataFrame
) -> None:
    both, alone = (
        Scorer.load(folder / "bundle").score_many(essays["text"]) for folder in (made, trained)
    )
    assert [score.raw for score in both] != pytest.approx([score.raw for score in alone], abs=0.01)
    assert np.corrcoef([score.raw for score in both], essays["score"])[0, 1] > 0.5


def test_the_name_of_a_file_is_not_an_input(
    made: Path, further_recipe_file: Path, data: Path, letters: Path, tmp_path: Path
) -> None:
    renamed, recipe = tmp_path / "zzz.parquet", tmp_path / "renamed.toml"
    renamed.write_bytes(letters.read_bytes())
    recipe.write_text(further_recipe_file.read_text().replace(letters.name, renamed.name))
    files = ["--data", str(data), "--also", str(renamed), "--out", str(tmp_path / "out")]
    assert main(["train", "--recipe", str(recipe), *files]) == 0
    for name in (WEIGHTS, GIBBERISH):
        bundles = made / "bundle" / name, tmp_path / "out" / "bundle" / name
        assert bundles[0].read_bytes() == bundles[1].read_bytes()


def test_a_training_on_several_files_resumes(
    made: Path, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, layer_means = list[str](), FrozenEncoder.layer_means

    def interrupt_in_the_further_file(self: object, text: str) -> object:
        read.append(text)
        if len(read) == 40:
            raise KeyboardInterrupt
        return layer_means(self, text)  # type: ignore[arg-type]

    monkeypatch.setattr(FrozenEncoder, "layer_means", interrupt_in_the_further_file)
    assert main([*command, "--out", str(tmp_path)]) == 130
    assert main([*command, "--out", str(tmp_path)]) == 0
    assert len(read) == 36 + 24 + 1
    weights = [folder / "bundle" / WEIGHTS for folder in (made, tmp_path)]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_a_head_is_trained_by_gradient_descent_on_further_files_too(
    trained_recipe_file: Path,
    data: Path,
    letters: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    recipe = tmp_path / "trained.toml"
    entry = (
        f'[[data]]\nfile = "{letters.name}"\ncolumns = {{ text = "essay", score = "overall" }}\n'
    )
    recipe.write_text(trained_recipe_file.read_text() + entry)
    command = ["train", "--recipe", str(recipe), "--data", str(data), "--out", str(tmp_path / "o")]
    assert main([*command, "--also", str(letters)]) == 0
    (data_record,) = verify_bundle(tmp_path / "o" / "bundle").further_data
    assert (data_record.credit, data_record.essays) == ("letters.parquet", 24)
    capsys.readouterr()
    assert main([*command, "--overwrite"]) == 1  # the checkpoint is of both files
    assert "other essays; give another --out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"topic"', '"theme"', "no column theme"),
        ("[1, 5]", "[5, 1]", "a scale is like [1, 6]"),
        ("[1, 5]", "5", "a scale is like [1, 6]"),
        ("weight = 0.5", "weight = 0", "weight and spread are above 0"),
        ("weight = 0.5", 'weight = "half"', "weight, mean and spread are numbers"),
        ("weight = 0.5", 'role = "extra"', "the role is main or prompts, not extra"),
        ("weight = 0.5", 'role = "main"', "the main file has no weight, mean or spread"),
        ("score =", "mark =", "no column has the role mark"),
        ("weight", "wait", "wait"),
        ('file = "letters.parquet"', "", "file"),
        ("[[data]]", "[data]", "with two brackets"),
        ("[[data]]", "[[source]]", "source is unknown"),
    ],
)
def test_a_wrong_entry_is_one_error(
    old: str,
    new: str,
    message: str,
    command: list[str],
    further_recipe_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    recipe = tmp_path / "wrong.toml"
    text = further_recipe_file.read_text(encoding="utf-8")
    head, entry = text[: text.index("[[data]]")], text[text.index("[[data]]") :]
    recipe.write_text(head + entry.replace(old, new, 1), encoding="utf-8")
    wrong = [*command, "--out", str(tmp_path / "out"), "--recipe", str(recipe)]
    assert main(wrong) == 1
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_bad_rows_of_a_further_file_are_reported_with_their_lines(
    command: list[str], further: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "letters.parquet"
    further.assign(overall=[99.0, *further["overall"][1:]]).to_parquet(path)
    wrong = [*command[:-1], str(path), "--out", str(tmp_path / "out")]
    assert main(wrong) == 1
    assert "line 1: the score is outside the scale" in capsys.readouterr().err
    assert main([*wrong, "--skip-bad-rows"]) == 0
    assert f"left out 1 unusable rows of {path}" in capsys.readouterr().err
