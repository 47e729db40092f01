"""Progress of long work: a bar on a terminal, a line a minute in a log."""

import sys

import pytest

from essay_scorer import progress
from essay_scorer.progress import format_duration, report_rows, report_steps


class Source:
    """A source of a thousand units."""

    size: int | None = 1000
    read = 200

    def position(self) -> int:
        return self.read


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A list with the current time as its only element."""
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_a_log_gets_a_line_a_minute(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with report_steps("training", 1000, done=100) as report:
        for step in range(101, 400):
            clock[0] += 1
            report(step, "loss 0.5")
    assert capsys.readouterr().err.splitlines() == [
        "training: 160 of 1,000, loss 0.5, about 14 min left",
        "training: 220 of 1,000, loss 0.5, about 13 min left",
        "training: 280 of 1,000, loss 0.5, about 12 min left",
        "training: 340 of 1,000, loss 0.5, about 11 min left",
    ]


def test_rows_have_a_rate_and_the_time_left(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    source = Source()
    with report_rows("scoring", source) as report:
        clock[0], source.read = 61, 600
        report(1220)
    assert capsys.readouterr().err == "scoring: 1,220 rows, 20.0 per second, about 61 s left\n"


def test_a_source_of_unknown_size_has_no_time_left(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    source = Source()
    source.size = None
    with report_rows("scoring", source) as report:
        clock[0] = 100
        report(50)
    assert capsys.readouterr().err == "scoring: 50 rows, 0.5 per second\n"


@pytest.mark.parametrize("has_rich", [True, False])
def test_a_terminal_gets_a_bar_if_rich_is_installed(
    has_rich: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(progress, "find_spec", lambda _name: has_rich or None)
    with report_steps("training", 10) as report:
        report(10, "done")
    shown = capsys.readouterr().err
    assert ("training" in shown and "10 of 10, done" in shown) == has_rich


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (5400, "1 h 30 min")]
)
def test_durations_are_in_units_that_people_use(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text
