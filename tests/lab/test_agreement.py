"""The benchmarks' protocols: who teaches, who is measured, and that a kill loses nothing."""

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
    sys.modules["agreement"] = module  # its records are looked up there
    spec.loader.exec_module(module)
    return module


def test_a_left_out_prompt_is_only_measured_on_and_test_is_not_touched(
    bench: ModuleType, essays: pd.DataFrame
) -> None:
    runs = list(bench.unseen_runs(essays.astype({"prompt": str})))
    assert [run.prompt for run in runs] == ["0", "1", "2"]
    for run in runs:
        assert (essays.loc[run.essays.index, "split"] != "test").all()
        measured = run.essays[run.essays["split"] == "test"]
        assert set(measured["prompt"]) == {run.prompt}
        assert run.prompt not in set(run.essays.loc[run.essays["split"] != "test", "prompt"])


def test_every_essay_of_asap_keeps_its_prompts_scale(bench: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "asap.parquet"
    columns = ["essay_id", "essay_set", "text", "score", "score_min", "score_max", "rater1"]
    pd.DataFrame(
        [[1, 1, "One.", 8, 2, 12, 4], [2, 8, "Two.", 40, 0, 60, 20]], columns=columns
    ).to_parquet(path)
    read = bench.read_asap(path)
    assert list(read["prompt"]) == ["1", "8"]
    assert list(read["scale_min"]) == [2, 0]
    assert list(read["scale_max"]) == [12, 60]


def test_the_folds_are_the_files(bench: ModuleType, essays: pd.DataFrame, tmp_path: Path) -> None:
    numbered = essays.assign(essay_id=range(100, 160), prompt=essays["prompt"].astype(str))
    for fold in range(2):
        folder = tmp_path / f"fold_{fold}"
        folder.mkdir()
        for place, name in enumerate(("train", "dev", "test")):
            ids = numbered["essay_id"][(numbered.index // 3 + fold) % 3 == place]
            (folder / f"{name}_ids.txt").write_text("\n".join(map(str, ids)))
    runs = list(bench.asap_runs(numbered, tmp_path))
    assert [(run.name, run.prompt) for run in runs] == [
        (f"fold_{fold}", prompt) for fold in range(2) for prompt in "012"
    ]
    for run in runs:
        assert set(run.essays["prompt"]) == {run.prompt}
        for name, part in run.essays.groupby("split"):
            ids = (tmp_path / run.name / f"{name}_ids.txt").read_text().split()
            assert set(part["essay_id"].astype(str)) == {
                one for one in ids if numbered["prompt"][int(one) - 100] == run.prompt
            }


def test_a_benchmark_goes_on_where_it_was_killed(
    bench: ModuleType, essays: pd.DataFrame, recipe_file: Path, tmp_path: Path
) -> None:
    table = essays.astype({"prompt": str})
    runs = list(bench.unseen_runs(table))
    first = bench.measure(str(recipe_file), iter(runs[:1]), table, tmp_path / "work")
    both = bench.measure(str(recipe_file), iter(runs[:2]), table, tmp_path / "work")
    assert both[0] == first[0]
    assert [one["prompt"] for one in both] == ["0", "1"]
    page = bench.table({"tiny": both})
    assert f"| {both[0]['qwk']:.3f} | {both[1]['qwk']:.3f} |" in page
