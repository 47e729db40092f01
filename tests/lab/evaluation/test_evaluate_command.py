"""``essay-scorer evaluate``: which essays it measures, what it says of them, and of itself."""

import csv
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import essay_scorer
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.evaluation import provenance

Capture = pytest.CaptureFixture[str]
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, example: Callable[[str], str]) -> Write:
    """Write a file of beginnings of an example, with these scores in turn and further columns."""
    words = example("strong").split(" ")

    def write(essays: int, scores: Sequence[object], **columns: Sequence[object]) -> Path:
        path = tmp_path / "own.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["text", "score", *columns])
            for number in range(essays):
                text = f"Essay {number}. " + " ".join(words[: 30 + 35 * (number % 9)])
                further = [values[number % len(values)] for values in columns.values()]
                writer.writerow([text, scores[number % len(scores)], *further])
        return path

    return write


def _strict(text: str) -> dict[str, Any]:
    """Parse JSON as it is defined: without NaN and Infinity."""

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is not JSON")

    loaded = json.loads(text, parse_constant=refuse)
    assert isinstance(loaded, dict)
    return loaded


def _evaluate(capsys: Capture, *arguments: object) -> tuple[int, str, str]:
    status = main(["evaluate", *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_file_without_splits_is_measured_whole(write: Write, capsys: Capture) -> None:
    data = write(20, range(1, 7))
    status, out, err = _evaluate(capsys, "--data", data)
    assert (status, err) == (0, "")
    assert "20 of 20 essays" in out
    assert "none was left out" in out
    assert "too few to judge (20 of at least 100)" in out
    assert "met" not in out.replace("NOT MET", "met").split("In parentheses")[0].split()


def test_an_invented_split_is_used_only_if_asked_for(write: Write, capsys: Capture) -> None:
    data = write(20, range(1, 5))
    _, out, _ = _evaluate(capsys, "--data", data, "--split", "train")
    assert "of 20 essays (split train)" in out
    assert "of the split" in out
    assert "The file has no splits: these were made from the texts" in out
    _, out, _ = _evaluate(capsys, "--data", data, "--split", "all")
    assert "20 of 20 essays" in out
    assert "no splits" not in out


def test_a_file_with_splits_is_measured_on_test(write: Write, capsys: Capture) -> None:
    data = write(24, range(1, 6), split=["train", "dev", "test"])
    _, out, _ = _evaluate(capsys, "--data", data, "--json")
    report = _strict(out)
    assert report["sample"]["other_splits"] == {"train": 8, "dev": 8}
    assert (report["sample"]["essays"], report["sample"]["rows"]) == (8, 24)
    _, out, _ = _evaluate(capsys, "--data", data, "--split", "dev", "--markdown")
    assert "8 of 24 essays (split dev) were measured; left out: 8 of the split train; 8" in out
    data = write(24, range(1, 6), split=["train", "dev"])
    status, _, err = _evaluate(capsys, "--data", data)
    assert status == 1
    assert "no essay of the split test (train: 12, dev: 12)" in err


def test_unusable_rows_are_counted_with_their_reasons(write: Write, capsys: Capture) -> None:
    data = write(20, [1, 2, 3, 4, "absent"])
    status, _, err = _evaluate(capsys, "--data", data)
    assert status == 1
    assert "the score is not a number" in err
    _, out, _ = _evaluate(capsys, "--data", data, "--skip-bad-rows")
    assert "16 of 20 essays were measured; left out: 4 unusable: the score is not a number" in out


def test_every_figure_of_the_json_has_an_interval(write: Write, capsys: Capture) -> None:
    data = write(66, range(1, 7), prompt_id=["park", "intervals"], gender=["F", "M", "F"])
    _, out, _ = _evaluate(capsys, "--data", data, "--group", "gender", "--json")
    report = _strict(out)
    intervals = report["intervals"]
    for name in ("qwk", "pearson", "exact", "adjacent", "smd", "coverage", "review"):
        value, found = report["overall"][name], intervals["overall"].get(name)
        if found:  # none where every resample has the same
            assert found["low"] <= value <= found["high"], name
    assert set(intervals["by_prompt"]) == {"park", "intervals"}
    assert {"exact", "adjacent"} <= set(intervals["by_prompt"]["park"])
    assert set(intervals["by_group"]["gender"]) == {"F", "groups of fewer than 30"}
    assert set(intervals["flags"]) == set(report["flags"])
    assert len(intervals["review"]) == len(report["review"]) == 11
    assert {one["verdict"] for one in report["criteria"]} == {"too few to judge"}
    assert {one["met"] for one in report["criteria"]} == {None}


def test_what_is_undefined_is_said_to_be_not_measured(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    """Each prompt has one score, so that QWK, r and SMD by prompt are undefined."""
    data = write(12, [1, 2, 3], prompt_id=["a", "b", "c"])
    arguments = ("--data", data, "--out", tmp_path / "out", "--overwrite")
    _, text, err = _evaluate(capsys, *arguments)
    assert err == f"wrote {tmp_path / 'out' / 'report.html'}\n"
    _, markdown, _ = _evaluate(capsys, *arguments, "--markdown")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for output in (text, markdown, page):
        assert "not measured: all human scores are equal" in output
        assert "nan" not in output.lower().replace("nance", "")
    _, out, _ = _evaluate(capsys, *arguments, "--json")
    report = _strict(out)
    assert report["by_prompt"]["a"]["qwk"] is None
    assert report["unmeasured"]["by_prompt"]["a"] == "all human scores are equal"


@pytest.mark.parametrize("essays", [2, 3])
def test_the_fewest_essays_are_measured_without_warnings(
    write: Write, capsys: Capture, essays: int
) -> None:
    data = write(essays, [2, 4])
    for option in ("--json", "--other-scale"):
        status, out, err = _evaluate(capsys, "--data", data, option)
        assert (status, err) == (0, "")
        assert f"{essays} of {essays} essays" in out or _strict(out)["sample"]["rows"] == essays


def test_the_report_says_what_it_was_made_from(
    write: Write, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped: Path
) -> None:
    monkeypatch.setattr(provenance, "now", lambda: datetime(2026, 2, 3, 23, 59, tzinfo=UTC))
    data, out = write(12, [2, 3, 4], grade=["8"]), tmp_path / "out"
    what = ("--data", data, "--group", "grade", "--bundle", shipped)
    arguments = (*what, "--out", out, "--overwrite")
    outputs = [_evaluate(capsys, *arguments, *further)[1] for further in (("--markdown",), ())]
    outputs.append((out / "report.html").read_text(encoding="utf-8"))
    known = [
        "own.csv",
        hashlib.sha256(data.read_bytes()).hexdigest(),
        hashlib.sha256((shipped / "bundle.json").read_bytes()).hexdigest(),
        "text: text, score: score, group 1: grade",
        "2026-02-03",
        essay_scorer.__version__,
        "essay-scorer evaluate --out out",
        "--data own.csv --group grade --bundle default",
    ]
    for output in outputs:
        assert [one for one in known if one not in output] == []
        assert str(tmp_path) not in output
    report = _strict(_evaluate(capsys, *arguments, "--json")[1])["provenance"]
    assert report["data"] == {"name": "own.csv", "sha256": known[1]}
    assert (report["rows"], report["date"], report["profile"]) == (12, "2026-02-03", None)
    assert _evaluate(capsys, *arguments)[1] == outputs[1]
    assert (out / "report.html").read_text(encoding="utf-8") == outputs[2]


@pytest.mark.parametrize(
    "scores", [[8, 12, 15, 19], [1, 1.5, 2, 3.5], ["A", "B", "C"], ["12/20", "15/20"]]
)
def test_scores_on_another_scale_name_both_ways(
    write: Write, capsys: Capture, scores: list[object]
) -> None:
    status, _, err = _evaluate(capsys, "--data", write(20, scores))
    assert status == 1
    for way in ("`essay-scorer adapt`", "--profile", "--other-scale"):
        assert way in err


def test_a_profile_measures_marks_as_a_teacher_writes_them(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    data, profile = write(24, ["F", "D", "C", "B", "A"]), tmp_path / "profile.json"
    learn = ["adapt", str(data), "--scale", "A,B,C,D,F", "--out", str(profile)]
    assert main([*learn, "--mark", "score"]) == 0
    capsys.readouterr()
    out = tmp_path / "out"
    status, text, _ = _evaluate(capsys, "--data", data, "--profile", profile, "--out", out)
    assert status == 0
    assert "24 of 24 essays" in text
    assert hashlib.sha256(profile.read_bytes()).hexdigest() in text
    assert "The profile fits the essays that it was learned from best" in text
    page = (out / "report.html").read_text(encoding="utf-8")
    assert '<th scope="col">A</th>' in page


def test_other_scales_have_rank_correlations_and_say_what_does_not_exist(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    data = write(20, [8, 12, 15, 19])
    arguments = ("--data", data, "--other-scale", "--out", tmp_path / "out", "--overwrite")
    _, text, _ = _evaluate(capsys, *arguments)
    _, markdown, _ = _evaluate(capsys, *arguments, "--markdown")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for output in (text, markdown, page):
        assert "20 of 20 essays" in output
        assert "tau-b" in output
        assert "QWK, exact and adjacent agreement" in output
        assert "`essay-scorer adapt` learns your scale" in output
    report = _strict(_evaluate(capsys, *arguments, "--json")[1])
    for name in ("spearman", "kendall"):
        assert report[name]["low"] <= report[name]["value"] <= report[name]["high"]
