"""The evaluation's page: complete, one file, and judged by the published bars."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from essay_scorer import FileError, Scorer
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.evaluation.evaluate import bars, evaluate
from essay_scorer.lab.evaluation.html_report import render


@pytest.fixture(scope="module")
def scored(example: Callable[[str], str]) -> pd.DataFrame:
    """Beginnings of an example as essays of the shipped scale, with two raters and a group."""
    words = example("strong").split(" ")
    rows = [
        {
            "text": f"Number {number}. " + " ".join(words[: 40 + 75 * score]),
            "score": score,
            "prompt": ("library", "<b>park</b>")[number % 2],
            "rater1": score,
            "rater2": min(score + number % 2, 6),
            "gender": ("F", "M")[number // 6 % 2],
            "scale_min": 1,
            "scale_max": 6,
        }
        for number in range(72)
        for score in [number % 6 + 1]
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def report(scored: pd.DataFrame, scorer: Scorer) -> dict[str, Any]:
    return evaluate(scorer, scored, groups=("gender",))


def test_every_count_adds_up(report: dict[str, Any]) -> None:
    assert sum(map(sum, report["confusion"])) == report["essays"] == 72
    assert sum(point["essays"] for point in report["calibration"]) == 72
    assert {name: part["essays"] for name, part in report["by_prompt"].items()} == {
        "library": 36,
        "<b>park</b>": 36,
    }


def test_the_raters_are_compared_with_each_other(report: dict[str, Any]) -> None:
    human = report["human"]
    assert human["essays"] == 72
    assert human["exact"] == pytest.approx(0.5, abs=0.2)
    assert human["qwk_degradation"] == pytest.approx(
        human["qwk"] - report["overall"]["qwk"], abs=1e-3
    )
    assert "prmse" in human


def test_each_bar_is_met_or_not(report: dict[str, Any]) -> None:
    good = {
        "overall": {"qwk": 0.70, "pearson": 0.71, "smd": -0.15},
        "human": {"qwk_degradation": 0.10, "pearson_degradation": 0.11},
        "by_group": {"gender": {"F": {"dsm": 0.05, "essays": 40}, "M": {"dsm": 0.5, "essays": 9}}},
    }
    assert [bar["met"] for bar in bars(good)] == [True, True, True, True, False, True]
    assert len(report["bars"]) == 6


def test_the_page_is_one_file_with_tables_beside_charts(report: dict[str, Any]) -> None:
    page = render(report)
    assert page.count("<svg") == 5
    assert page.count("<table") >= 7
    assert re.findall(r'(?:src|href)="(?!#|data:)', page) == []
    assert "<b>park</b>" not in page
    assert "&lt;b&gt;park&lt;/b&gt;" in page
    for bar in report["bars"]:
        assert f"{bar['value']:.3f}" in page


def test_the_command_writes_it(
    scored: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "essays.csv"
    scored.to_csv(data, index=False)
    command = ["evaluate", "--data", str(data), "--split", "all", "--scale", "1-6"]
    assert main([*command, "--group", "gender", "--out", str(tmp_path / "out")]) == 0
    assert "72 essays" in capsys.readouterr().out
    assert "By gender" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"score": 3}, "nothing to measure"), ({"score": range(7, 79)}, "not on the bundle's scale")],
)
def test_scores_that_cannot_be_compared_are_refused(
    scored: pd.DataFrame, scorer: Scorer, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(FileError, match=sentence):
        evaluate(scorer, scored.assign(**change))
