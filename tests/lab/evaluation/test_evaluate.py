"""The evaluation report: complete, consistent, and judged by published criteria."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from essay_scorer import FileError, Scorer
from essay_scorer.lab.evaluation.bootstrap import Estimate
from essay_scorer.lab.evaluation.criteria import MIN_ESSAYS, apply_criteria
from essay_scorer.lab.evaluation.evaluate import evaluate
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport


def test_every_table_counts_all_essays(report: EvaluationReport) -> None:
    assert sum(map(sum, report.confusion)) == report.essays == 72
    assert sum(point.essays for point in report.calibration) == 72
    assert {name: part.essays for name, part in report.by_prompt.items()} == {
        "library": 36,
        "<b>park</b>": 36,
    }


def test_two_raters_are_compared_with_each_other(report: EvaluationReport) -> None:
    human = report.human
    assert human is not None
    assert human.essays == 72
    assert human.exact == pytest.approx(0.5, abs=0.2)
    assert human.qwk is not None
    assert report.overall.qwk is not None
    assert human.qwk_degradation == pytest.approx(human.qwk - report.overall.qwk, abs=1e-3)
    assert human.prmse is not None


def test_groups_and_length_are_measured_beside_the_agreement(report: EvaluationReport) -> None:
    groups = report.fairness["gender"]
    assert {name: part.essays for name, part in report.by_group["gender"].items()} == {
        name: group.essays for name, group in groups.items()
    }
    for name, group in groups.items():
        assert group.pearson is not None
        assert group.pearson.value == pytest.approx(
            report.by_group["gender"][name].pearson, abs=1e-3
        )
    assert report.length.pearson is not None
    assert report.length.pearson.value == pytest.approx(report.overall.pearson, abs=1e-3)


def test_each_criterion_is_met_or_not(report: EvaluationReport) -> None:
    assert report.human is not None
    group = report.fairness["gender"]["F"]
    criteria = apply_criteria(
        replace(report.overall, essays=MIN_ESSAYS, qwk=0.70, pearson=0.71, smd=-0.15),
        replace(report.human, essays=MIN_ESSAYS, qwk_degradation=0.10, pearson_degradation=0.11),
        {
            "gender": {
                "F": replace(group, smd=Estimate(value=0.05, low=0, high=0.1), essays=80),
                "M": replace(group, smd=Estimate(value=0.5, low=-0.1, high=1.1), essays=40),
            }
        },
    )
    assert [one.met for one in criteria] == [True, True, True, True, False, True]
    assert len(report.criteria) == 5  # neither group is large enough to judge


def test_the_manifest_records_the_same_numbers(report: EvaluationReport) -> None:
    metrics, table = report.manifest_metrics(), report.to_dict()
    assert list(metrics) == [
        "essays", "qwk", "pearson", "exact", "adjacent", "smd", "coverage", "interval_scores",
        "review", "length", "qwk_by_prompt", "coverage_by", "review_curve", "flags",
    ]  # fmt: skip
    assert list(metrics["coverage_by"]) == ["prompt", "human score", "machine score"]
    assert metrics["review_curve"] == table["review"]
    assert list(metrics["review_curve"][0])[:3] == ["share", "essays", "qwk"]
    assert metrics["qwk"] == table["overall"]["qwk"]


@pytest.mark.parametrize(
    ("change", "message"),
    [({"score": 3}, "nothing to measure"), ({"score": range(7, 79)}, "add --other-scale")],
)
def test_scores_that_cannot_be_compared_are_refused(
    scored_essays: pd.DataFrame, scorer: Scorer, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(FileError, match=message):
        evaluate(scorer, scored_essays.assign(**change))
