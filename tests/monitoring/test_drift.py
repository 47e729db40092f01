"""Whether a day's essays are like the usual ones, by a log alone."""

import io
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from essay_scorer import Manifest
from essay_scorer.serving.app import ERRORS
from essay_scorer.cli.entry_point import main
from essay_scorer.monitoring.drift import Drift, DistributionShift, ScoreCounts, parse_log
from essay_scorer.errors import FileError
from essay_scorer.serving.request_log import RequestLog

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def manifest(shipped: Path) -> Manifest:
    return Manifest.read(shipped)


def _log(
    manifest: Manifest,
    scores: Iterable[int],
    *,
    flagged: int = 0,
    name: str = "",
    version: str = "",
) -> str:
    """Return the log of these scores, as a server writes it; the first essays are flagged."""
    lines: list[str] = []
    journal = RequestLog(
        lines.append,
        name=name or manifest.model.name,
        version=version or manifest.model.version,
        codes=ERRORS,
        function="school",
    )
    for number, score in enumerate(scores):
        flags = ["repetitive", "too_long"] if number < flagged else []
        said = {"essay score": score, "flags": flags, "review": bool(flags)}
        journal.note([said], door="http", status=200, began=0)
    return "".join(lines)


def _usual(manifest: Manifest) -> list[int]:
    """Return scores that are spread as usual."""
    return list(ScoreCounts.measured(manifest.metrics).scores.elements())


def _file(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_index_is_the_books() -> None:
    """(0.25 - 0.5) ln(0.25 / 0.5) + (0.75 - 0.5) ln(0.75 / 0.5)."""
    by_hand = 0.25 * math.log(2) + 0.25 * math.log(1.5)
    assert DistributionShift.between([10**6, 10**6], [10**6, 3 * 10**6]).index == pytest.approx(
        by_hand
    )
    assert DistributionShift.between([10**6, 3 * 10**6], [10**6, 10**6]).index == pytest.approx(
        by_hand
    )
    assert DistributionShift.between([5, 5], [500, 500]).index == 0


@pytest.mark.parametrize(
    ("here", "verdict"),
    [((50, 50), "no_drift"), ((37, 63), "no_drift"), ((32, 68), "moved"), ((25, 75), "drift")],
)
def test_the_verdicts_are_the_rule_of_thumb(here: tuple[int, int], verdict: str) -> None:
    assert DistributionShift.between([5000, 5000], [100 * one for one in here]).verdict == verdict


def test_chance_is_what_the_chi_squared_distribution_says() -> None:
    for places in range(2, 12):
        chance = DistributionShift.between([10**6] * places, [10**6] * places).chance
        exact = stats.chi2.ppf(0.99, places - 1) * 2 / (places * 10**6)
        assert chance == pytest.approx(exact, rel=0.02)


def test_of_fewer_than_64_essays_chance_alone_gives_a_quarter() -> None:
    """The deployment's page says so."""
    usual = [104] * 6
    chances = [DistributionShift.between(usual, [n, 0, 0, 0, 0, 0]).chance for n in (63, 64)]
    assert chances[0] > 0.25 > chances[1]


@pytest.mark.parametrize("essays", [10, 40, 100, 1000])
def test_no_change_is_seldom_called_one(manifest: Manifest, essays: int) -> None:
    usual = ScoreCounts.measured(manifest.metrics).scores
    counts = [usual[score] for score in sorted(usual)]
    days = np.random.default_rng(7).multinomial(essays, np.array(counts) / sum(counts), 2000)
    false = [DistributionShift.between(counts, day.tolist()).verdict != "no_drift" for day in days]
    assert np.mean(false) < 0.02


def test_a_few_short_essays_are_no_drift_and_many_are(manifest: Manifest) -> None:
    usual = ScoreCounts.measured(manifest.metrics)
    few, many = (
        ScoreCounts(scores=Counter({1: 2, 2: 1})),
        ScoreCounts(scores=Counter({1: 200, 2: 100})),
    )
    assert Drift.between(usual, few).verdict == "no_drift"
    assert Drift.between(usual, many).verdict == "drift"


def test_many_flags_are_drift_where_the_scores_are_as_usual(manifest: Manifest) -> None:
    usual = ScoreCounts.measured(manifest.metrics)
    scores = Counter(usual.scores)
    drift = Drift.between(usual, ScoreCounts(scores=scores, flagged=usual.essays // 5))
    assert (drift.scores.verdict, drift.flagged.verdict) == ("no_drift", "drift")
    assert drift.verdict == "drift"


def test_a_bundle_that_nobody_measured_has_no_usual() -> None:
    unmeasured: list[dict[str, Any]] = [
        {},
        {"test": {}},
        {"test": {"coverage_by": [], "flags": {}}},
    ]
    for metrics in unmeasured:
        with pytest.raises(FileError, match=r"has no usual scores; name a log of usual days"):
            ScoreCounts.measured(metrics)


def _events(log: str) -> dict[str, Any]:
    return {"events": [{"timestamp": 1, "message": line} for line in log.splitlines()]}


@pytest.mark.parametrize("form", ["as it is", "tail", "short", "events", "list", "one line"])
def test_a_log_is_read_however_it_was_fetched(manifest: Manifest, form: str) -> None:
    log = _log(manifest, [3, 4, 5], flagged=1)
    platform = 'START RequestId: 1f0c {"score": [6]\nREPORT {"type": "platform.report"}\n'
    stream = "2026-11-25T10:00:00.123000+00:00 2026/11/25/[3]0123abcd "
    said = {
        "as it is": platform + log,
        "tail": "".join(stream + line for line in log.splitlines(keepends=True)),
        "short": "".join(f"2026-11-25T10:00:00 {line}\n" for line in log.splitlines()),
        "events": json.dumps(_events(platform + log), indent=4),
        "list": json.dumps(log.splitlines()),
        "one line": json.dumps(_events(log)),
    }
    tally = ScoreCounts.logged(parse_log(said[form]))
    assert tally.scores == Counter([3, 4, 5])
    assert (tally.flagged, tally.flags) == (1, Counter(repetitive=1, too_long=1))


@pytest.mark.parametrize(
    "text",
    ["", "no log", "{", "[" * 100_000, '{"score": 3, "flagged": 0, "time": 1}', '{"events": 7}',
     '{"score": ["x"], "flagged": 0, "time": 1}', '{"score": [3], "flagged": "x", "time": 1}'],
)  # fmt: skip
def test_what_is_no_line_of_ours_is_left_out(text: str) -> None:
    assert list(parse_log(text)) == []


def test_a_usual_day_is_status_0(manifest: Manifest, tmp_path: Path, capsys: Capture) -> None:
    log = _file(tmp_path / "log", _log(manifest, _usual(manifest), flagged=8))
    assert main(["drift", log]) == 0
    said = capsys.readouterr().out
    assert said.startswith("essays    usual 623   here 623\n")
    assert "scores    index 0.000" in said
    assert said.count("no drift") == 2


def test_another_day_is_status_4(
    manifest: Manifest, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    log = _log(manifest, [max(score - 1, 1) for score in _usual(manifest)])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(log.encode())))
    assert main(["drift", "--json"]) == 4
    said = json.loads(capsys.readouterr().out)
    assert (said["verdict"], said["essays"]) == ("drift", {"usual": 623, "here": 623})
    assert said["scores"]["index"] > 0.25
    assert said["scores"]["shares"]["6"] == {"usual": 0.0177, "here": 0.0}


def test_a_log_of_usual_days_can_stand_for_the_usual(manifest: Manifest, tmp_path: Path) -> None:
    low = _file(tmp_path / "low", _log(manifest, [1, 2, 2] * 100))
    assert main(["drift", low]) == 4
    assert main(["drift", low, "--usual", low]) == 0


def test_a_day_is_taken_out_of_a_log(manifest: Manifest, tmp_path: Path, capsys: Capture) -> None:
    log = _file(tmp_path / "log", _log(manifest, [3, 4]))
    today = datetime.now(UTC).date().isoformat()
    assert main(["drift", log, "--day", today, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["essays"]["here"] == 2
    assert main(["drift", log, "--day", "2020-02-29"]) == 1
    assert f"{log} has no score of essay-scorer-en" in capsys.readouterr().err


def test_what_another_model_said_is_not_compared(
    manifest: Manifest, tmp_path: Path, capsys: Capture
) -> None:
    for name, version in (("another", ""), ("", "0.0.1")):
        others = _log(manifest, [1] * 100, name=name, version=version)
        log = _file(tmp_path / "log", others)
        assert main(["drift", log]) == 1
        assert main(["drift", "--usual", log, _file(tmp_path / "own", _log(manifest, [3]))]) == 1
        assert capsys.readouterr().err.count("\n") == 2
