"""Alarms: metrics and thresholds, and drift from the bundle's baseline; the dashboard."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from essay_scorer.contract import (
    FAILED_METRIC,
    FLAGGED_METRIC,
    METRIC_DIMENSION,
    METRIC_NAMESPACE,
    SCORE_METRIC,
)
from infra.baseline import Baseline
from infra.cdk_cli import ROOT
from infra.image import build_args
from infra.settings import Settings
from infra.tests.templates import Synthesize, Template, all_properties, properties, resources


def _alarms(template: Template) -> dict[str, dict[str, Any]]:
    """Return the alarms by name, without the prefix of the deployment's name."""
    return {
        alarm["AlarmName"].removeprefix("essay-scorer-"): alarm
        for alarm in all_properties(template, "AWS::CloudWatch::Alarm")
    }


def test_alarms_have_thresholds_and_an_email_action(synthesize: Synthesize) -> None:
    template = synthesize(timeout=100, reserved_concurrency=10, alarm_email="head@school.example")
    alarms = _alarms(template)
    assert {name: alarm["Threshold"] for name, alarm in alarms.items()} == {
        "Errors": 1,
        "Failures": 1,
        "Throttles": 1,
        "Duration": 10_000,
        "Concurrency": 8,
        "Flagged": 0.1,
        "Scores": 0.6,
    }
    assert len({alarm["AlarmDescription"] for alarm in alarms.values()}) == len(alarms)
    assert all(len(alarm["AlarmActions"]) == 1 for alarm in alarms.values())
    assert properties(template, "AWS::SNS::Subscription")["Endpoint"] == "head@school.example"


def test_alarms_exist_without_an_address(synthesize: Synthesize) -> None:
    alarms = _alarms(synthesize(batch=True, api_gateway=True))
    assert len(alarms) == 12
    assert not any("AlarmActions" in alarm for alarm in alarms.values())


def test_no_alarm_goes_off_because_nobody_calls(synthesize: Synthesize) -> None:
    alarms = _alarms(synthesize(batch=True, api_gateway=True)).values()
    assert {alarm["TreatMissingData"] for alarm in alarms} == {"notBreaching"}


@pytest.mark.parametrize(("timeout", "milliseconds"), [(180, 10_000), (60, 10_000), (5, 4_000)])
def test_duration_is_limited_by_patience_and_by_the_timeout(
    synthesize: Synthesize, timeout: int, milliseconds: int
) -> None:
    alarm = _alarms(synthesize(timeout=timeout))["Duration"]
    assert (alarm["Threshold"], alarm["ExtendedStatistic"]) == (milliseconds, "p99")


def test_answers_with_status_500_raise_an_alarm(synthesize: Synthesize) -> None:
    """To Lambda they are successes; the request log counts them (``test_request_log.py``)."""
    template = synthesize()
    (function,) = resources(template, "AWS::Lambda::Function")
    alarm = _alarms(template)["Failures"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (METRIC_NAMESPACE, FAILED_METRIC)
    assert alarm["Dimensions"] == [{"Name": METRIC_DIMENSION, "Value": {"Ref": function}}]
    assert (alarm["Statistic"], alarm["Period"]) == ("Sum", 300)


def test_rest_api_has_an_alarm(synthesize: Synthesize) -> None:
    template = synthesize(api_gateway=True)
    (stage,) = resources(template, "AWS::ApiGateway::Stage")
    alarm = _alarms(template)["GatewayErrors"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/ApiGateway", "5XXError")
    assert alarm["Dimensions"] == [
        {"Name": "ApiName", "Value": "essay-scorer"},
        {"Name": "Stage", "Value": {"Ref": stage}},
    ]


def test_batches_have_alarms(synthesize: Synthesize) -> None:
    template = synthesize(batch=True)
    (machine,) = resources(template, "AWS::StepFunctions::StateMachine")
    alarms = _alarms(template)
    for name, metric in (
        ("BatchRunsFailed", "ExecutionsFailed"),
        ("BatchRunsTimedOut", "ExecutionsTimedOut"),
        ("BatchRunsAborted", "ExecutionsAborted"),
    ):
        assert (alarms[name]["Namespace"], alarms[name]["MetricName"]) == ("AWS/States", metric)
        (dimension,) = alarms[name]["Dimensions"]
        assert dimension["Name"] == "StateMachineArn"
        assert machine in json.dumps(dimension["Value"])
    (dimension,) = alarms["BatchErrors"]["Dimensions"]
    assert (alarms["BatchErrors"]["MetricName"], dimension["Name"]) == ("Errors", "FunctionName")
    assert dimension["Value"] != alarms["Errors"]["Dimensions"][0]["Value"]


def test_reserved_concurrency_has_an_alarm_if_it_can_be_partly_used(
    synthesize: Synthesize,
) -> None:
    assert "Concurrency" not in _alarms(synthesize(reserved_concurrency="none"))
    assert "Concurrency" not in _alarms(synthesize(reserved_concurrency=1))
    assert _alarms(synthesize(reserved_concurrency=2))["Concurrency"]["Threshold"] == 1.6


@pytest.mark.parametrize("page", ["deploy.md", "deploy.fr.md"])
def test_documentation_lists_every_alarm(synthesize: Synthesize, page: str) -> None:
    alarms = _alarms(synthesize(batch=True, api_gateway=True))
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| \*(\w+)\* \|.*\|$", text, re.MULTILINE)
    assert sorted(rows) == sorted(alarms)


def _dashboard(template: Template) -> tuple[list[str], str]:
    """Return the titles of the graphs, and the whole dashboard as text."""
    body = json.dumps(properties(template, "AWS::CloudWatch::Dashboard")["DashboardBody"])
    return re.findall(r'"title\\":\\"([^"\\]+)', body.replace("\\\\", "\\")), body


def test_dashboard_shows_drift(synthesize: Synthesize) -> None:
    titles, body = _dashboard(synthesize(baseline=Baseline(mean=2.97, standard_deviation=1.15)))
    assert {"Mean score of a day", "Flagged essays of a day (%)"} <= set(titles)
    assert "100 * flagged / essays" in body
    assert "2.97" in body
    assert not any(title.startswith(("Batch", "REST")) for title in titles)


def test_dashboard_shows_the_rest_api_and_batches(synthesize: Synthesize) -> None:
    titles, body = _dashboard(synthesize(batch=True, api_gateway=True, baseline=None))
    assert {"REST API: requests", "REST API: latency (ms)", "Batch: runs"} <= set(titles)
    assert {"Batch: invocations", "Batch: mean score of a day"} <= set(titles)
    for metric in ("Url5xxCount", "5XXError", "ExecutionsTimedOut", FAILED_METRIC):
        assert f'\\"{metric}\\"' in body


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


def test_metrics_are_those_of_the_request_log(synthesize: Synthesize) -> None:
    alarms = json.dumps(all_properties(synthesize(batch=True), "AWS::CloudWatch::Alarm"))
    names = re.findall(r'"MetricName": "([a-z]\w+)"', alarms)
    assert set(names) == {FAILED_METRIC, FLAGGED_METRIC, SCORE_METRIC}
