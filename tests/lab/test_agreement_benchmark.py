"""The protocols of ``bench.agreement``: which essays train, which are measured."""

from pathlib import Path

import pandas as pd
from bench import agreement, agreement_protocols


def test_a_left_out_prompt_is_only_evaluated_and_test_is_not_used(essays: pd.DataFrame) -> None:
    runs = list(agreement_protocols.unseen_runs(essays.astype({"prompt_id": str})))
    assert [run.prompt_id for run in runs] == ["0", "1", "2"]
    for run in runs:
        assert (essays.loc[run.essays.index, "split"] != "test").all()
        evaluated = run.essays[run.essays["split"] == "test"]
        others = run.essays[run.essays["split"] != "test"]
        assert set(evaluated["prompt_id"]) == {run.prompt_id}
        assert run.prompt_id not in set(others["prompt_id"])


def test_every_essay_of_asap_has_its_prompts_scale(tmp_path: Path) -> None:
    path = tmp_path / "asap.parquet"
    columns = ["essay_id", "essay_set", "text", "score", "score_min", "score_max", "rater1"]
    pd.DataFrame(
        [[1, 1, "One.", 8, 2, 12, 4], [2, 8, "Two.", 40, 0, 60, 20]], columns=columns
    ).to_parquet(path)
    essays = agreement_protocols.read_asap(path)
    assert list(essays["prompt_id"]) == ["1", "8"]
    assert list(essays["scale_min"]) == [2, 0]
    assert list(essays["scale_max"]) == [12, 60]


def test_the_folds_are_those_of_the_files(essays: pd.DataFrame, tmp_path: Path) -> None:
    numbered = essays.assign(essay_id=range(100, 160), prompt_id=essays["prompt_id"].astype(str))
    for fold in range(2):
        folder = tmp_path / f"fold_{fold}"
        folder.mkdir()
        for place, split in enumerate(("train", "dev", "test")):
            ids = numbered["essay_id"][(numbered.index // 3 + fold) % 3 == place]
            (folder / f"{split}_ids.txt").write_text("\n".join(map(str, ids)))
    runs = list(agreement_protocols.asap_runs(numbered, tmp_path))
    assert [(run.fold, run.prompt_id) for run in runs] == [
        (f"fold_{fold}", prompt_id) for fold in range(2) for prompt_id in "012"
    ]
    for run in runs:
        assert set(run.essays["prompt_id"]) == {run.prompt_id}
        for name, part in run.essays.groupby("split"):
            listed = (tmp_path / run.fold / f"{name}_ids.txt").read_text().split()
            assert set(part["essay_id"].astype(str)) == {
                one for one in listed if numbered["prompt_id"][int(one) - 100] == run.prompt_id
            }


def test_an_interrupted_benchmark_resumes(
    essays: pd.DataFrame, recipe_file: Path, tmp_path: Path
) -> None:
    table = essays.astype({"prompt_id": str})
    runs = list(agreement_protocols.unseen_runs(table))
    first = agreement.evaluate_runs(str(recipe_file), runs[:1], table, tmp_path / "work")
    both = agreement.evaluate_runs(str(recipe_file), runs[:2], table, tmp_path / "work")
    assert both[0] == first[0]
    assert [result.prompt_id for result in both] == ["0", "1"]
    page = agreement.format_table({"tiny": both})
    assert f"| {both[0].qwk:.3f} | {both[1].qwk:.3f} |" in page
    lengths = agreement.format_table({"tiny": both}, agreement.PEARSON_ROWS)
    assert f"| `tiny` | {both[0].pearson:.3f} | {both[1].pearson:.3f} |" in lengths
    assert f"without length | {both[0].partial:.3f} | {both[1].partial:.3f} |" in lengths
    assert f"alone | {both[0].length_pearson:.3f} | {both[1].length_pearson:.3f} |" in lengths


def test_every_scorer_of_the_benchmark_is_trained_on_a_further_file(
    essays: pd.DataFrame, further: pd.DataFrame, further_recipe_file: Path, tmp_path: Path
) -> None:
    letters = tmp_path / "letters.parquet"
    further.to_parquet(letters)
    table = essays.astype({"prompt_id": str})
    runs = list(agreement_protocols.unseen_runs(table))[:1]
    recipe, work = str(further_recipe_file), tmp_path / "work"
    (alone,) = agreement.evaluate_runs(recipe, runs, table, work)
    (both,) = agreement.evaluate_runs(recipe, runs, table, work, [letters])
    assert (both.prompt_id, both.length_qwk) == (alone.prompt_id, alone.length_qwk)
    assert both.qwk != alone.qwk
