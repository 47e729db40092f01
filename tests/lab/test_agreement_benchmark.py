"""The protocols of ``bench/agreement.py``: which essays train, which are measured."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def bench(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("agreement", root / "bench" / "agreement.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["agreement"] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


def test_a_left_out_prompt_is_only_evaluated_and_test_is_not_used(
    bench: ModuleType, essays: pd.DataFrame
) -> None:
    runs = list(bench.unseen_runs(essays.astype({"prompt_id": str})))
    assert [run.prompt_id for run in runs] == ["0", "1", "2"]
    for run in runs:
        assert (essays.loc[run.essays.index, "split"] != "test").all()
        evaluated = run.essays[run.essays["split"] == "test"]
        others = run.essays[run.essays["split"] != "test"]
        assert set(evaluated["prompt_id"]) == {run.prompt_id}
        assert run.prompt_id not in set(others["prompt_id"])


def test_every_essay_of_asap_has_its_prompts_scale(bench: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "asap.parquet"
    columns = ["essay_id", "essay_set", "text", "score", "score_min", "score_max", "rater1"]
    pd.DataFrame(
        [[1, 1, "One.", 8, 2, 12, 4], [2, 8, "Two.", 40, 0, 60, 20]], columns=columns
    ).to_parquet(path)
    essays = bench.read_asap(path)
    assert list(essays["prompt_id"]) == ["1", "8"]
    assert list(essays["scale_min"]) == [2, 0]
    assert list(essays["scale_max"]) == [12, 60]


def test_the_folds_are_those_of_the_files(
    bench: ModuleType, essays: pd.DataFrame, tmp_path: Path
) -> None:
    numbered = essays.assign(essay_id=range(100, 160), prompt_id=essays["prompt_id"].astype(str))
    for fold in range(2):
        folder = tmp_path / f"fold_{fold}"
        folder.mkdir()
        for place, split in enumerate(("train", "dev", "test")):
            ids = numbered["essay_id"][(numbered.index // 3 + fold) % 3 == place]
            (folder / f"{split}_ids.txt").write_text("\n".join(map(str, ids)))
    runs = list(bench.asap_runs(numbered, tmp_path))
    assert [(run.fold, run.prompt_id) for run in runs] == [
        (f"fold_{fold}", prompt_id) for fold in range(2) for prompt_id in "012"
    ]
    for run in runs:
        assert set(run.essays["prompt_id"]) == {run.prompt_id}
        for split, part in run.essays.groupby("split"):
            ids = (tmp_path / run.fold / f"{split}_ids.txt").read_text().split()
            assert set(part["essay_id"].astype(str)) == {
                one for one in ids if numbered["prompt_id"][int(one) - 100] == run.prompt_id
            }


def test_an_interrupted_benchmark_resumes(
    bench: ModuleType, essays: pd.DataFrame, recipe_file: Path, tmp_path: Path
) -> None:
    table = essays.astype({"prompt_id": str})
    runs = list(bench.unseen_runs(table))
    first = bench.evaluate_runs(str(recipe_file), runs[:1], table, tmp_path / "work")
    both = bench.evaluate_runs(str(recipe_file), runs[:2], table, tmp_path / "work")
    assert both[0] == first[0]
    assert [result.prompt_id for result in both] == ["0", "1"]
    page = bench.format_table({"tiny": both})
    assert f"| {both[0].qwk:.3f} | {both[1].qwk:.3f} |" in page
