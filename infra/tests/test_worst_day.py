"""The highest possible cost of a day: the effect of each setting, in dollars checked by hand."""

import itertools

import pytest

from essay_scorer.aws.costs import MonitoringCost, log_cost
from essay_scorer.contract import (
    ALARM_METRICS,
    BATCH_ALARM_METRICS,
    CUSTOM_METRICS,
    DASHBOARDS,
    FREE_EPHEMERAL_STORAGE,
    GATEWAY_ALARM_METRICS,
    SECONDS_PER_DAY,
)
from infra.cdk_cli import ROOT
from infra.settings import Settings
from infra.tests.templates import Synthesize, Template, all_properties
from infra.worst_day import price, worst_day


def test_one_environment_of_one_gigabyte() -> None:
    settings = Settings(reserved_concurrency=1, memory=1024, ephemeral_storage=512)
    day = worst_day(settings)
    assert day.duration == pytest.approx(86_400 * 0.000_016_666_7)  # $1.44
    assert day.requests == pytest.approx(86_400 * 10 * 0.20 / 1e6)  # $0.17
    logs = 86_400 * 10 * 1000 / 1e9 * 0.50  # $0.43
    assert day.monitoring == pytest.approx(logs + (3.00 + 9 * 0.10 + 3 * 0.30) / 30)
    assert day.total == pytest.approx(day.duration + day.requests + day.monitoring)


def test_reserved_concurrency_limits_the_cost() -> None:
    unlimited, limited = Settings(reserved_concurrency=None), Settings()
    assert worst_day(limited).total == pytest.approx(49, abs=0.5)
    assert worst_day(limited).total == pytest.approx(worst_day(unlimited).total / 100, rel=0.01)
    assert "Set reserved_concurrency to lower it." in worst_day(unlimited).describe(unlimited)
    assert "10 execution environments (reserved_concurrency)" in worst_day(limited).describe(
        limited
    )


def test_batch_adds_the_environments_of_one_run() -> None:
    online = Settings(batch_memory=1024, batch_concurrency=3, batch_size=20)
    batch = online.model_copy(update={"batch": True})
    duration, batches = 3 * 86_400 * 0.000_016_666_7, 3 * 86_400 / (0.05 * 20)
    day = worst_day(batch)
    assert day.batch == pytest.approx(duration + batches * (0.20e-6 + 2 * 0.025e-3))  # $17.33
    watched = day.monitoring - worst_day(online).monitoring
    assert watched == pytest.approx((4 * 0.10 + 3 * 0.30) / 30)
    assert day.total == pytest.approx(worst_day(online).total + day.batch + watched)
    assert "back-to-back batch runs at a concurrency of 3 ($17.33)" in day.describe(batch)
    assert "batch" not in worst_day(online).describe(online)


def test_arm_costs_a_fifth_less() -> None:
    x86, arm = (
        Settings(ephemeral_storage=512),
        Settings(architecture="arm64", ephemeral_storage=512),
    )
    assert worst_day(arm).duration == pytest.approx(0.8 * worst_day(x86).duration, rel=1e-4)


def test_provisioned_concurrency_costs_without_requests() -> None:
    settings = Settings(provisioned_concurrency=2, memory=1024)
    day = worst_day(settings)
    assert day.provisioned == pytest.approx(2 * 86_400 * 0.000_004_166_7)
    assert "provisioned concurrency ($0.72)" in day.describe(settings)


def test_provisioned_hours_reduce_the_cost() -> None:
    always = Settings(provisioned_concurrency=2)
    school = Settings(provisioned_concurrency=2, provisioned_hours="7-17")
    assert worst_day(school).provisioned == pytest.approx(worst_day(always).provisioned * 10 / 24)


def test_gateway_throttle_limits_its_cost() -> None:
    throttled = Settings(api_gateway=True, requests_per_second=1, reserved_concurrency=1)
    without = Settings(reserved_concurrency=1)
    difference = worst_day(throttled).requests - worst_day(without).requests
    assert difference == pytest.approx(86_400 * 3.50 / 1e6)


def test_snapshots_are_stored_and_restored() -> None:
    lean = Settings(snap_start=True, ephemeral_storage=512, memory=1024, reserved_concurrency=10)
    day = worst_day(lean)
    stored, restored = 86_400 * 0.000_001_504_6, 10 * 24 * 0.000_139_799_8
    assert day.snap_start == pytest.approx(stored + restored)
    assert "SnapStart snapshots and restores ($0.16)" in day.describe(lean)
    assert worst_day(Settings()).snap_start == 0


def test_prices_in_the_docs() -> None:
    default, lean = Settings(), Settings(snap_start=True, ephemeral_storage=512, memory=1769)
    storage = (default.ephemeral_storage - FREE_EPHEMERAL_STORAGE) / 1024
    second = default.memory / 1024 * price("gb_second", "x86_64")
    second += storage * price("ephemeral_storage_gb_second")
    always = Settings(provisioned_concurrency=1)
    school = Settings(provisioned_concurrency=1, provisioned_hours="7-17")
    snapshot = lean.memory / 1024 * price("snapshot_gb_second")
    documented = {
        "0.005": 1000 * (0.1 * second + price("request")),
        "0.0035": 1000 * price("gateway_request"),
        "32": 30 * worst_day(always).provisioned,
        "9": 21 * worst_day(school).provisioned,
        "7": 30 * SECONDS_PER_DAY * snapshot,
        "0.24": 1000 * lean.memory / 1024 * price("snapshot_restore_gb"),
        "0.0005": log_cost(1000),
        "3.00": DASHBOARDS * price("dashboard_month"),
        "0.90": ALARM_METRICS * price("alarm_metric_month"),
        "0.10": GATEWAY_ALARM_METRICS * price("alarm_metric_month"),
        "0.40": BATCH_ALARM_METRICS * price("alarm_metric_month"),
        "0.30": price("custom_metric_month"),
        "0.03": price("log_gb_month"),
        "0.023": price("bucket_gb_month"),
    }
    assert price("image_gb_month") == price("alarm_metric_month")  # 0.10 in the same table
    for page, decimal_mark in (("deploy.md", "."), ("deploy.fr.md", ",")):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        for shown, computed in documented.items():
            assert f" | {shown.replace('.', decimal_mark)} |" in text, (page, shown)
            digits = len(shown.partition(".")[2])
            assert f"{computed:.{digits}f}" == shown


def _alarm_metrics(template: Template) -> int:
    """Return how many metrics the alarms of a template have, which is what AWS bills."""
    return sum(
        sum("MetricStat" in metric for metric in alarm["Metrics"]) if "Metrics" in alarm else 1
        for alarm in all_properties(template, "AWS::CloudWatch::Alarm")
    )


def test_costs_count_what_the_templates_have(synthesize: Synthesize) -> None:
    for api_gateway, batch in itertools.product((False, True), repeat=2):
        template = synthesize(api_gateway=api_gateway, batch=batch)
        cost = MonitoringCost.of_deployment(api_gateway=api_gateway, batch=batch)
        assert cost.alarm_metrics == _alarm_metrics(template)
        assert cost.dashboards == len(all_properties(template, "AWS::CloudWatch::Dashboard"))
        functions = all_properties(template, "AWS::Lambda::Function")
        assert cost.custom_metrics == CUSTOM_METRICS * len(functions)


def test_worst_days_in_the_docs() -> None:
    default, batch = f"{worst_day(Settings()).total:.0f}", worst_day(Settings(batch=True)).batch
    assert worst_day(Settings(reserved_concurrency=None)).total > 4000
    english, french = (
        (ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("deploy.md", "deploy.fr.md")
    )
    for shown in (default, f"{batch:.0f}"):
        assert f"${shown}" in english
        assert f"{shown} $" in french
