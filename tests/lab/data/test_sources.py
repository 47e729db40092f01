"""Further sources: which of their essays are trained on, and on which scores."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from essay_scorer import FileError
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.data.essays import relative_scores
from essay_scorer.lab.data.sources import FurtherSource, read_source, training_essays
from essay_scorer.lab.input_recipes import SourceRecipe, find_source

TWO_SCALES = pd.DataFrame(
    {
        "text": ["A park is quiet.", "A park is green.", "A pond is deep.", "A pond is wide."],
        "score": [2, 12, 0, 3],
        "prompt_id": ["park", "park", "pond", "pond"],
        "score_min": [2, 2, 0, 0],
        "score_max": [12, 12, 3, 3],
    }
)


@pytest.fixture
def train(essays: pd.DataFrame) -> pd.DataFrame:
    return essays[essays["split"] == "train"]


@pytest.fixture
def path(further: pd.DataFrame, tmp_path: Path) -> Path:
    further.to_parquet(tmp_path / "letters.parquet")
    return tmp_path / "letters.parquet"


@pytest.fixture
def source(path: Path, further_recipe: SourceRecipe, essays: pd.DataFrame) -> FurtherSource:
    return FurtherSource.select(read_source(path, further_recipe).usable(), further_recipe, essays)


def test_only_the_training_essays_of_a_source_are_used(
    source: FurtherSource, further: pd.DataFrame
) -> None:
    expected = further[further["split"] == "train"]
    assert source.table["text"].tolist() == expected["essay"].tolist()
    assert source.table["score"].tolist() == expected["overall"].tolist()  # in halves


def test_without_splits_of_its_own_all_essays_of_a_source_are_used(
    path: Path, further: pd.DataFrame, further_recipe: SourceRecipe, essays: pd.DataFrame
) -> None:
    further.drop(columns="split").to_parquet(path)
    read = read_source(path, further_recipe)
    assert read.splits_from == "its use"
    assert len(FurtherSource.select(read.usable(), further_recipe, essays).table) == len(further)


def test_aligned_scores_have_the_recipes_mean_and_spread(
    source: FurtherSource, train: pd.DataFrame
) -> None:
    own, chosen = source, replace(source.recipe, mean=2.75, spread=0.75)
    for recipe, mean, spread in (
        (own.recipe, train["score"].mean(), train["score"].std(ddof=0)),
        (chosen, 2.75, 0.75),
    ):
        table = training_essays(train, [replace(source, recipe=recipe)])
        aligned = table.loc[table["source"] == 1, "score"]
        assert (aligned.mean(), aligned.std(ddof=0)) == pytest.approx((mean, spread))
        assert np.corrcoef(aligned, source.table["score"])[0, 1] == pytest.approx(1)


def test_the_main_files_essays_stay_as_they_are(source: FurtherSource, train: pd.DataFrame) -> None:
    table = training_essays(train, [source, source])
    main_essays = table[table["source"] == 0]
    for column in ("text", "score", "prompt_id"):
        assert main_essays[column].tolist() == train[column].tolist()
    assert main_essays["weight"].eq(1).all()
    assert table.loc[table["source"] > 0, "weight"].eq(source.recipe.weight).all()
    relative = relative_scores(main_essays)
    assert (relative.min(), relative.max()) == (0, 1)


def test_equal_prompt_ids_of_two_files_are_two_prompts(
    source: FurtherSource, train: pd.DataFrame
) -> None:
    prompt_ids = set(train["prompt_id"].astype(str))
    assert prompt_ids == set(source.table["prompt_id"])
    table = training_essays(train, [source, source])
    by_source = table.astype({"prompt_id": str}).groupby("source")["prompt_id"].unique().map(set)
    assert by_source[0] == prompt_ids
    assert len(by_source[0] | by_source[1] | by_source[2]) == 3 * len(prompt_ids)


def test_each_prompt_of_a_source_may_have_its_own_scale(
    tmp_path: Path, train: pd.DataFrame
) -> None:
    TWO_SCALES.to_csv(tmp_path / "two.csv", index=False)
    recipe = SourceRecipe(file="two.csv", mean=2, spread=1)
    source = FurtherSource.select(read_source(tmp_path / "two.csv", recipe).usable(), recipe, train)
    aligned = training_essays(train, [source])["score"].tail(4)
    assert aligned.tolist() == pytest.approx([1, 3, 1, 3])


def test_copies_of_the_main_files_essays_are_left_out(
    source: FurtherSource, essays: pd.DataFrame
) -> None:
    held_out = essays[essays["split"] == "test"].head(2)
    copies = pd.DataFrame({"text": held_out["text"] + "\n", "score": 3.5, "split": "train"})
    table = pd.concat([source.table, copies])
    selected = FurtherSource.select(table, source.recipe, essays)
    assert selected.copies == 2
    assert selected.table["text"].tolist() == source.table["text"].tolist()


def test_a_source_that_adds_nothing_is_an_error(essays: pd.DataFrame) -> None:
    recipe = SourceRecipe(file="same.csv")
    with pytest.raises(FileError, match=r"same\.csv has no training essays"):
        FurtherSource.select(essays, recipe, essays)


def test_scores_outside_the_scale_of_a_source_are_bad_rows(
    path: Path, further_recipe: SourceRecipe
) -> None:
    recipe = replace(further_recipe, scale=(1, 4.5))
    read = read_source(path, recipe)
    assert read.table["score"].max() == 4.5
    assert "outside the scale" in read.problems[0].reason


def test_a_file_is_used_as_the_recipe_says_of_its_name() -> None:
    letters, notes = SourceRecipe(file="letters.csv"), SourceRecipe(file="notes.csv", role="main")
    assert find_source([notes, letters], Path("data/letters.csv"), "prompts") is letters
    assert find_source([notes, letters], Path("data/other.csv"), "prompts").weight == 1
    with pytest.raises(FileError, match=r"notes\.csv has the role main .* give it with --data"):
        find_source([notes, letters], Path("notes.csv"), "prompts")
    assert find_source([notes, letters], Path("letters.csv"), "main").role == "main"


def test_data_check_reports_every_file_and_the_alignment(
    data: Path,
    path: Path,
    further_recipe_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["data", "check", str(data), "--also", str(path), "--recipe"]
    assert main([*command, str(further_recipe_file), "--json"]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    (further,) = report["further"]
    assert (report["usable"], further["file"]["usable"], further["trained_on"]) == (60, 36, 24)
    assert further["file"]["prompts"]["0"]["scores"]["2.5"] > 0
    assert further["aligned"] == {"mean": 2.75, "spread": 0.75}
    assert main([*command, str(further_recipe_file)]) == 0
    assert "trained on   24 essays of weight 0.5; 0 copies" in capsys.readouterr().out


def test_many_different_scores_are_listed_rounded(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soft = pd.DataFrame({"text": [f"Words number {n}." for n in range(50)]})
    soft.assign(score=np.linspace(1, 5.9, 50)).to_csv(tmp_path / "soft.csv", index=False)
    assert main(["data", "check", str(data), "--also", str(tmp_path / "soft.csv"), "--json"]) == 0
    (further,) = json.loads(capsys.readouterr().out)["further"]
    assert set(further["file"]["prompts"][""]["scores"]) == {"1", "2", "3", "4", "5", "6"}
    assert further["file"]["splits_from"] == "its use"
