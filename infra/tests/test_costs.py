"""The worst day's bill: what a setting does to it, in dollars that can be checked by hand."""

import pytest

from infra.costs import worst_day
from infra.settings import Settings


def test_one_environment_of_one_gigabyte_all_day() -> None:
    settings = Settings(reserved_concurrency=1, memory=1024, ephemeral_storage=512)
    day = worst_day(settings)
    assert day.running == pytest.approx(86_400 * 0.000_016_666_7)  # $1.44
    assert day.requests == pytest.approx(86_400 / 0.05 * 0.20 / 1e6)  # $0.35
    assert day.total == pytest.approx(day.running + day.requests)


def test_a_reservation_bounds_the_bill_and_the_sentence_says_how() -> None:
    free, bound = Settings(), Settings(reserved_concurrency=10)
    assert worst_day(bound).total == pytest.approx(worst_day(free).total / 100)
    assert "Set reserved_concurrency to bound it." in worst_day(free).sentence(free)
    assert "10 environments (your reservation)" in worst_day(bound).sentence(bound)


def test_arm_costs_a_fifth_less_and_waiting_environments_cost_without_callers() -> None:
    x86, arm = (Settings(architecture=name, ephemeral_storage=512) for name in ("x86_64", "arm64"))
    assert worst_day(arm).running == pytest.approx(0.8 * worst_day(x86).running, rel=1e-4)
    warm = Settings(provisioned_concurrency=2, memory=1024)
    assert worst_day(warm).waiting == pytest.approx(2 * 86_400 * 0.000_004_166_7)
    assert "kept warm ($0.72)" in worst_day(warm).sentence(warm)


def test_the_gateways_throttle_bounds_what_it_costs() -> None:
    one = Settings(api_gateway=True, requests_per_second=1, reserved_concurrency=1)
    without = Settings(reserved_concurrency=1)
    difference = worst_day(one).requests - worst_day(without).requests
    assert difference == pytest.approx(86_400 * 3.50 / 1e6)


def test_hours_and_pictures_are_counted() -> None:
    all_day = Settings(provisioned_concurrency=2)
    school = Settings(provisioned_concurrency=2, provisioned_hours="7-17")
    assert worst_day(school).waiting == pytest.approx(worst_day(all_day).waiting * 10 / 24)
    lean = Settings(snap_start=True, ephemeral_storage=512, memory=1024, reserved_concurrency=10)
    kept, started = 86_400 * 0.000_001_504_6, 10 * 24 * 0.000_139_799_8
    assert worst_day(lean).pictures == pytest.approx(kept + started)
    assert "SnapStart's pictures and what starts from them ($0.16)" in worst_day(lean).sentence(
        lean
    )
    assert worst_day(Settings()).pictures == 0
