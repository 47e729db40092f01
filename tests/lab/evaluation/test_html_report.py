"""The report's page: one self-contained file, with a table beside every chart."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from essay_scorer.cli.entry_point import main
from essay_scorer.lab.evaluation.bootstrap import Estimate
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
from essay_scorer.lab.evaluation.faithfulness import Faithfulness, Omission
from essay_scorer.lab.evaluation.html_report import render_report
from essay_scorer.lab.evaluation.robustness import ChangeResult, OffTopicRates, Robustness


def test_the_page_is_one_file_with_tables_beside_charts(report: EvaluationReport) -> None:
    page = render_report(report)
    assert page.count("<svg") == 6
    assert page.count("<table") >= 7
    assert re.findall(r'(?:src|href)="(?!#|data:)', page) == []
    assert "<b>park</b>" not in page
    assert "&lt;b&gt;park&lt;/b&gt;" in page
    for criterion in report.criteria:
        assert f"{criterion.value:.3f}" in page


def test_the_page_shows_robustness(report: EvaluationReport) -> None:
    song = ChangeResult(
        name="song", purpose="attack", essays=9, change=0.2, flagged=0.1, within=0.5, passed=False
    )
    robustness = Robustness(
        attacks=[song, replace(song, name="one_typo", purpose="benign change", passed=True)],
        off_topic=OffTopicRates(own=0.01, other=0.9),
        explanations=Faithfulness(
            essays=3,
            helps=Omission(essays=3, highlighted=0.71, random=0.32),
            helps_least=Omission(essays=2, highlighted=0.13, random=0.34),
            correlation=0.89,
        ),
    )
    page = render_report(replace(report, robustness=robustness))
    assert page.count("<svg") == 7
    assert "not withstood" in page
    assert "one typo (benign change)" in page
    assert "r = 0.890" in page
    for loss in ("0.710", "0.320", "0.130", "0.340"):
        assert loss in page
    assert "90.0%" in page


def test_the_command_writes_the_page(
    scored_essays: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "essays.csv"
    scored_essays.to_csv(data, index=False)
    command = ["evaluate", "--data", str(data), "--split", "all", "--scale", "1-6"]
    groups = ["--group", "gender", "--group", "prompt_id"]
    assert main([*command, *groups, "--out", str(tmp_path / "out")]) == 0
    assert "72 essays" in capsys.readouterr().out
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "By gender" in page
    assert "By prompt_id" in page


def test_the_page_says_what_exceeds_the_threshold_and_what_to_do(
    report: EvaluationReport,
) -> None:
    assert "No group of 80 essays or more is beyond ±0.10." in render_report(report)
    harsh = replace(
        report.fairness["gender"]["F"], essays=90, smd=Estimate(value=-0.2, low=-0.3, high=-0.1)
    )
    page = render_report(replace(report, fairness={"gender": {"F": harsh}}))
    assert "For the group F (gender, 90 essays), the scorer is stricter" in page
    assert "What a school should do" in page
    assert '<td class="not-met">exceeds</td>' in page
