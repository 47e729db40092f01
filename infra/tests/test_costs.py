"""The worst day's bill: what a setting does to it, in dollars that can be checked by hand."""

import pytest

from infra.cdk import ROOT
from infra.costs import DAY, FREE_DISK, PRICES, worst_day
from infra.settings import Settings


def test_one_environment_of_one_gigabyte_all_day() -> None:
    settings = Settings(reserved_concurrency=1, memory=1024, ephemeral_storage=512)
    day = worst_day(settings)
    assert day.running == pytest.approx(86_400 * 0.000_016_666_7)  # $1.44
    assert day.requests == pytest.approx(86_400 / 0.05 * 0.20 / 1e6)  # $0.35
    assert day.total == pytest.approx(day.running + day.requests)


def test_a_reservation_bounds_the_bill_and_the_sentence_says_how() -> None:
    free, bound = Settings(reserved_concurrency=None), Settings()
    assert worst_day(bound).total == pytest.approx(46, abs=0.5)
    assert worst_day(bound).total == pytest.approx(worst_day(free).total / 100)
    assert "Set reserved_concurrency to bound it." in worst_day(free).sentence(free)
    assert "10 environments (reserved_concurrency)" in worst_day(bound).sentence(bound)


def test_a_batch_adds_the_environments_of_one_run() -> None:
    alone = Settings(memory=1024, batch_concurrency=3, batch_size=20)
    batch = alone.model_copy(update={"batch": True})
    running, batches = 3 * 86_400 * 0.000_016_666_7, 3 * 86_400 / (0.05 * 20)
    day = worst_day(batch)
    assert day.batch == pytest.approx(running + batches * (0.20e-6 + 2 * 0.025e-3))  # $17.33
    assert day.total == pytest.approx(worst_day(alone).total + day.batch)
    assert "one batch after the other in 3 environments ($17.33)" in day.sentence(batch)
    assert "batch" not in worst_day(alone).sentence(alone)


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


def test_the_prices_that_the_pages_name_are_these() -> None:
    usual, lean = Settings(), Settings(snap_start=True, ephemeral_storage=512, memory=1769)
    disk = (usual.ephemeral_storage - FREE_DISK) / 1024 * PRICES["disk_gb_second"]
    a_second = usual.memory / 1024 * PRICES["gb_second"]["x86_64"] + disk
    warm = Settings(provisioned_concurrency=1)
    school = Settings(provisioned_concurrency=1, provisioned_hours="7-17")
    picture = lean.memory / 1024 * PRICES["picture_gb_second"]
    named = {
        "0.005": 1000 * (0.1 * a_second + PRICES["request"]),
        "0.0035": 1000 * PRICES["gateway_request"],
        "32": 30 * worst_day(warm).waiting,
        "9": 21 * worst_day(school).waiting,
        "7": 30 * DAY * picture,
        "0.24": 1000 * lean.memory / 1024 * PRICES["restored_gb"],
    }
    for page, comma in (("deploy.md", "."), ("deploy.fr.md", ",")):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        for shown, computed in named.items():
            assert f" | {shown.replace('.', comma)} |" in text, (page, shown)
            digits = len(shown.partition(".")[2])
            assert f"{computed:.{digits}f}" == shown


def test_the_worst_days_that_the_pages_name_are_these() -> None:
    default, batch = f"{worst_day(Settings()).total:.0f}", worst_day(Settings(batch=True)).batch
    assert worst_day(Settings(reserved_concurrency=None)).total > 4000
    english, french = (
        (ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("deploy.md", "deploy.fr.md")
    )
    for shown in (default, f"{batch:.0f}"):
        assert f"${shown}" in english
        assert f"{shown} $" in french
