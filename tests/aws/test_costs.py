"""Monthly costs, checked by hand."""

import json

import pytest

from essay_scorer.aws import costs
from essay_scorer.aws.costs import (
    MeasuredTimes,
    MonitoringCost,
    MonthlyCost,
    cold_starts,
    monthly_costs,
)
from essay_scorer.cli.entry_point import main

SECOND = MeasuredTimes(first=2.0, warm=1.0)


def _month(per_day: float, mode: str, architecture: str = "x86_64") -> MonthlyCost:
    found = monthly_costs(per_day=per_day, memory=1024, times=SECOND)
    (one,) = [month for month in found if (month.mode, month.architecture) == (mode, architecture)]
    return one


def test_on_demand_every_rare_essay_is_a_cold_start() -> None:
    month = _month(100, "on demand")
    assert month.startup == pytest.approx(30 * 100 * 2.0 * 0.000_016_666_7)
    assert (month.duration, month.idle) == (0.0, 0.0)
    assert month.requests == pytest.approx(30 * 100 * 0.20 / 1e6)
    assert month.logs == pytest.approx(30 * 100 * 1000 / 1e9 * 0.50)
    assert month.total == pytest.approx(month.startup + month.requests + month.logs)


def test_a_busy_function_has_few_cold_starts() -> None:
    assert (cold_starts(287), cold_starts(289), cold_starts(1e6)) == (287, 24, 24)


def test_idle_environments_and_snapshots_cost_without_requests() -> None:
    assert _month(0, "on demand").total == 0
    assert _month(0, "provisioned").total == pytest.approx(30 * 86_400 * 0.000_004_166_7)
    assert _month(0, "SnapStart").total == pytest.approx(30 * 86_400 * 0.000_001_504_6)


def test_arm64_costs_a_fifth_less() -> None:
    x86, arm = (_month(1e6, "on demand", name).duration for name in ("x86_64", "arm64"))
    assert arm == pytest.approx(0.8 * x86, rel=1e-4)


def test_monitoring_costs_without_requests() -> None:
    default, all_features = (
        MonitoringCost.of_deployment(api_gateway=more, batch=more) for more in (False, True)
    )
    assert default.fixed == pytest.approx(3.00 + 9 * 0.10)
    assert all_features.fixed == pytest.approx(3.00 + 14 * 0.10)
    assert (default.metrics, all_features.metrics) == pytest.approx((3 * 0.30, 6 * 0.30))


def test_the_command_prints_what_monitoring_costs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cost", "--per-day", "500"]) == 0
    assert "fixed 3.90 (1 dashboard, 9 alarm metrics)" in capsys.readouterr().out
    assert main(["cost", "--per-day", "500", "--api-gateway", "--batch", "--json"]) == 0
    monitoring = json.loads(capsys.readouterr().out)["monitoring"]
    assert (monitoring["alarm_metrics"], monitoring["fixed"]) == (14, pytest.approx(4.40))


def test_the_command_prints_every_mode(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cost", "--per-day", "500"]) == 0
    table = capsys.readouterr().out
    assert all(word in table for word in ("on demand", "provisioned", "SnapStart", "arm64"))
    assert costs.load_prices()["date"] in table
    assert main(["cost", "--per-day", "500", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["months"]) == 6
