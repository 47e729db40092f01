"""Alarms: thresholds, the reserved concurrency, and drift from the bundle's baseline."""

import json
from pathlib import Path
from typing import Any

import pytest

from essay_scorer.contract import FLAGGED_METRIC, METRIC_NAMESPACE, SCORE_METRIC
from infra.baseline import Baseline
from infra.cdk_cli import ROOT
from infra.image import build_args
from infra.settings import Settings
from infra.tests.templates import Synthesize, Template, all_properties, properties


def test_alarms_have_thresholds_and_an_email_action(synthesize: Synthesize) -> None:
    template = synthesize(timeout=100, reserved_concurrency=10, alarm_email="head@school.example")
    alarms = all_properties(template, "AWS::CloudWatch::Alarm")
    assert len({alarm["AlarmDescription"] for alarm in alarms}) == len(alarms)
    thresholds = sorted(alarm["Threshold"] for alarm in alarms)
    assert thresholds == [0.1, 0.6, 1, 1, 8, 80_000]
    assert all(len(alarm["AlarmActions"]) == 1 for alarm in alarms)
    assert properties(template, "AWS::SNS::Subscription")["Endpoint"] == "head@school.example"
    unlimited = synthesize(reserved_concurrency="none")
    assert len(all_properties(unlimited, "AWS::CloudWatch::Alarm")) == 5


def test_reserved_concurrency_of_one_has_no_alarm(synthesize: Synthesize) -> None:
    assert len(all_properties(synthesize(reserved_concurrency=1), "AWS::CloudWatch::Alarm")) == 5
    of_two = all_properties(synthesize(reserved_concurrency=2), "AWS::CloudWatch::Alarm")
    assert sorted(alarm["Threshold"] for alarm in of_two)[4] == 1.6


def _drift_alarms(template: Template) -> dict[str, tuple[float, dict[str, Any]]]:
    """Return threshold and metrics of the alarms on a whole day, by their expressions."""
    found = {}
    for alarm in all_properties(template, "AWS::CloudWatch::Alarm"):
        metrics = {metric["Id"]: metric for metric in alarm.get("Metrics", [])}
        expressions = [
            metric["Expression"] for metric in metrics.values() if "Expression" in metric
        ]
        if expressions:
            found[expressions[0]] = (alarm["Threshold"], metrics)
    return found


def test_day_that_differs_from_the_baseline_raises_an_alarm(synthesize: Synthesize) -> None:
    alarms = _drift_alarms(synthesize(baseline=Baseline(mean=2.97, standard_deviation=1.15)))
    assert {expression: threshold for expression, (threshold, _) in alarms.items()} == {
        "IF(essays >= 100, ABS(mean - 2.97), 0)": 0.575,
        "IF(essays >= 100, flagged / essays, 0)": 0.1,
    }
    for _, metrics in alarms.values():
        stats = {
            name: metric["MetricStat"] for name, metric in metrics.items() if "MetricStat" in metric
        }
        assert {stat["Period"] for stat in stats.values()} == {86_400}
        assert {stat["Metric"]["Namespace"] for stat in stats.values()} == {"EssayScorer"}
        assert {stat["Metric"]["Dimensions"][0]["Name"] for stat in stats.values()} == {"function"}
        assert (stats["essays"]["Metric"]["MetricName"], stats["essays"]["Stat"]) == (
            "score",
            "SampleCount",
        )


def test_without_a_baseline_scores_have_no_alarm(synthesize: Synthesize) -> None:
    alarms = _drift_alarms(synthesize(baseline=None))
    assert list(alarms) == ["IF(essays >= 100, flagged / essays, 0)"]


def test_shipped_bundle_has_a_baseline() -> None:
    baseline = Baseline.of_image(build_args(Settings(), ROOT), ROOT)
    assert baseline is not None
    assert 1 < baseline.mean < 6
    assert 0 < baseline.standard_deviation < 3


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"1": {"essays": 30}, "3": {"essays": 10}}, Baseline(mean=1.5, standard_deviation=0.866)),
        ({}, None),
        ({"1": {"essays": 30}}, None),
    ],
)
def test_baseline_is_that_of_the_bundles_test_set(
    counts: dict[str, Any], expected: Baseline | None, tmp_path: Path
) -> None:
    test = {"coverage_by": {"machine score": counts}, "flags": {"any": 0.1}}
    (tmp_path / "bundle.json").write_text(json.dumps({"metrics": {"test": test}}))
    assert Baseline.read(tmp_path) == expected


def test_artifacts_have_no_baseline(tmp_path: Path) -> None:
    for name in ("bert-tokenizer", "bert-model", "aes_model.h5"):
        (tmp_path / "image" / "models" / name).mkdir(parents=True)
    assert Baseline.of_image(build_args(Settings(), tmp_path), tmp_path) is None


@pytest.mark.parametrize("manifest", ['{"metrics": {}}', "{}", "[]", "not JSON"])
def test_bundle_that_was_not_evaluated_has_no_baseline(manifest: str, tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_text(manifest)
    assert Baseline.read(tmp_path) is None


def test_metrics_are_those_of_the_request_log() -> None:
    assert (METRIC_NAMESPACE, SCORE_METRIC, FLAGGED_METRIC) == ("EssayScorer", "score", "flagged")
    source = (ROOT / "src/essay_scorer/serving/request_log.py").read_text(encoding="utf-8")
    assert '"Namespace": METRIC_NAMESPACE' in source
    for name in ("SCORE_METRIC", "FLAGGED_METRIC"):
        assert f"summary[{name}]" in source
