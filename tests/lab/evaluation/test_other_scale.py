"""Human scores on another scale are compared by r and by standardized scores, not by QWK."""

import json
from pathlib import Path

import pandas as pd
import pytest

from essay_scorer import FileError, Scorer
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
from essay_scorer.lab.evaluation.html_report import render_report
from essay_scorer.lab.evaluation.other_scale import OtherScaleReport, compare_with_other_scale

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def halves(scored_essays: pd.DataFrame) -> pd.DataFrame:
    """The essays with scores from 1 to 3.5 in halves, four fifths of them in split ``train``."""
    splits = ["train" if number % 12 < 2 else "test" for number in range(len(scored_essays))]
    return scored_essays.assign(score=scored_essays["score"] / 2 + 0.5, split=splits)


@pytest.fixture(scope="module")
def compared(halves: pd.DataFrame, scorer: Scorer) -> OtherScaleReport:
    return compare_with_other_scale(scorer, halves, groups=("gender", "prompt_id"))


def test_another_scale_gives_the_same_r_and_smd(
    compared: OtherScaleReport, report: EvaluationReport
) -> None:
    assert compared.human_scores == (1.0, 3.5)
    assert compared.length == report.length
    assert compared.fairness["gender"] == report.fairness["gender"]
    assert list(compared.fairness) == ["gender", "prompt_id"]
    assert "qwk" not in compared.to_dict()
    assert {criterion.name for criterion in compared.criteria} == {"Pearson's r with human scores"}


def test_its_page_claims_no_agreement_score_by_score(compared: OtherScaleReport) -> None:
    page = render_report(compared)
    assert page.count("<svg") == 1
    assert "human scores from 1.0 to 3.5" in page
    assert "Fairness: agreement by group" in page
    assert "exact + adjacent" not in page


def test_scores_that_never_vary_are_refused(halves: pd.DataFrame, scorer: Scorer) -> None:
    with pytest.raises(FileError, match="nothing to measure"):
        compare_with_other_scale(scorer, halves.assign(score=2.5))


def test_the_command_measures_the_splits_and_compares_with_length(
    halves: pd.DataFrame, tmp_path: Path, capsys: Capture
) -> None:
    data = tmp_path / "essays.csv"
    halves.to_csv(data, index=False)
    command = ["evaluate", "--data", str(data), "--other-scale", "--group", "gender"]
    assert main([*command, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["essays"] == 60
    assert report["length"]["ridge"] == {"qwk": None, "pearson": pytest.approx(1, abs=0.05)}
    assert main([*command, "--split", "test", "--split", "train", "--markdown"]) == 0
    table = capsys.readouterr().out
    assert "| gender | F | 36 |" in table
    assert "ridge regression" not in table  # there is nothing left to fit it on
    assert main(command) == 0
    assert "r, once log length is taken out" in capsys.readouterr().out


def test_fractions_need_the_option(halves: pd.DataFrame, tmp_path: Path, capsys: Capture) -> None:
    data = tmp_path / "essays.csv"
    halves.to_csv(data, index=False)
    assert main(["evaluate", "--data", str(data)]) == 1
    assert "not a whole number" in capsys.readouterr().err


def test_attacks_are_not_for_another_scale(tmp_path: Path, capsys: Capture) -> None:
    command = ["evaluate", "--data", str(tmp_path / "essays.csv"), "--other-scale"]
    assert main([*command, "--attacks", "3"]) == 1
    assert "leave out --other-scale" in capsys.readouterr().err
