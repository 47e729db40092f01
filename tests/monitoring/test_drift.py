"""Drift of a day's scores from a baseline, computed from a request log."""

import io
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from essay_scorer import Interval, Manifest, Model, Scale, Score
from essay_scorer.cli.entry_point import main
from essay_scorer.errors import FileError
from essay_scorer.monitoring.drift import DistributionShift, Drift, ScoreCounts
from essay_scorer.monitoring.log_reader import parse_log
from essay_scorer.serving.request_log import RequestLog

SCORE = Score(
    value=3,
    raw=3.0,
    scale=Scale(min=1, max=6),
    interval=Interval(low=3, high=3, coverage=0.9),
    flags=(),
    uncertainty=0.0,
    review=False,
    model=Model(name="", version=""),
)

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
    """Return the request log of these scores; the first essays are flagged."""
    lines: list[str] = []
    model = Model(name=name or manifest.model.name, version=version or manifest.model.version)
    request_log = RequestLog(lines.append, model=model, function="school")
    for number, score in enumerate(scores):
        flags = ("repetitive", "too_long") if number < flagged else ()
        outcome = replace(SCORE, value=score, flags=flags, review=bool(flags))
        request_log.record([outcome], entry_point="http", status=200, started=0)
    return "".join(lines)


def _baseline_scores(manifest: Manifest) -> list[int]:
    """Return the scores that the bundle was measured on."""
    return list(ScoreCounts.from_metrics(manifest.metrics).scores.elements())


def _file(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_psi_is_as_published() -> None:
    """(0.25 - 0.5) ln(0.25 / 0.5) + (0.75 - 0.5) ln(0.75 / 0.5)."""
    by_hand = 0.25 * math.log(2) + 0.25 * math.log(1.5)
    assert DistributionShift.between([10**6, 10**6], [10**6, 3 * 10**6]).psi == pytest.approx(
        by_hand
    )
    assert DistributionShift.between([10**6, 3 * 10**6], [10**6, 10**6]).psi == pytest.approx(
        by_hand
    )
    assert DistributionShift.between([5, 5], [500, 500]).psi == 0


@pytest.mark.parametrize(
    ("current", "verdict"),
    [((50, 50), "no_drift"), ((37, 63), "no_drift"), ((32, 68), "moderate"), ((25, 75), "drift")],
)
def test_the_verdicts_follow_the_rule_of_thumb(current: tuple[int, int], verdict: str) -> None:
    assert (
        DistributionShift.between([5000, 5000], [100 * one for one in current]).verdict == verdict
    )


def test_the_critical_value_follows_the_chi_squared_distribution() -> None:
    for bins in range(2, 12):
        value = DistributionShift.between([10**6] * bins, [10**6] * bins).critical_value
        exact = stats.chi2.ppf(0.99, bins - 1) * 2 / (bins * 10**6)
        assert value == pytest.approx(exact, rel=0.02)


def test_below_64_essays_the_critical_value_exceeds_drift() -> None:
    """docs/deploy.md says so."""
    baseline = [104] * 6
    values = [
        DistributionShift.between(baseline, [n, 0, 0, 0, 0, 0]).critical_value for n in (63, 64)
    ]
    assert values[0] > 0.25 > values[1]


@pytest.mark.parametrize("essays", [10, 40, 100, 1000])
def test_false_alarms_are_rare(manifest: Manifest, essays: int) -> None:
    scores = ScoreCounts.from_metrics(manifest.metrics).scores
    counts = [scores[score] for score in sorted(scores)]
    days = np.random.default_rng(7).multinomial(essays, np.array(counts) / sum(counts), 2000)
    false = [DistributionShift.between(counts, day.tolist()).verdict != "no_drift" for day in days]
    assert np.mean(false) < 0.02


def test_a_few_essays_are_not_drift_and_many_are(manifest: Manifest) -> None:
    baseline = ScoreCounts.from_metrics(manifest.metrics)
    few, many = (
        ScoreCounts(scores=Counter({1: 2, 2: 1})),
        ScoreCounts(scores=Counter({1: 200, 2: 100})),
    )
    assert Drift.between(baseline, few).verdict == "no_drift"
    assert Drift.between(baseline, many).verdict == "drift"


def test_many_flags_are_drift_even_with_ordinary_scores(manifest: Manifest) -> None:
    baseline = ScoreCounts.from_metrics(manifest.metrics)
    scores = Counter(baseline.scores)
    drift = Drift.between(baseline, ScoreCounts(scores=scores, flagged=baseline.essays // 5))
    assert (drift.scores.verdict, drift.flagged.verdict) == ("no_drift", "drift")
    assert drift.verdict == "drift"


def test_an_unmeasured_bundle_has_no_baseline() -> None:
    unmeasured: list[dict[str, Any]] = [
        {},
        {"test": {}},
        {"test": {"coverage_by": [], "flags": {}}},
    ]
    for metrics in unmeasured:
        with pytest.raises(FileError, match=r"has no baseline; name the log of ordinary days"):
            ScoreCounts.from_metrics(metrics)


def _events(log: str) -> dict[str, Any]:
    return {"events": [{"timestamp": 1, "message": line} for line in log.splitlines()]}


@pytest.mark.parametrize("form", ["as it is", "tail", "short", "events", "list", "one line"])
def test_a_log_is_read_in_every_form(manifest: Manifest, form: str) -> None:
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
    counts = ScoreCounts.from_log(parse_log(said[form]))
    assert counts.scores == Counter([3, 4, 5])
    assert (counts.flagged, counts.flags) == (1, Counter(repetitive=1, too_long=1))


@pytest.mark.parametrize(
    "text",
    ["", "no log", "{", "[" * 100_000, '{"score": 3, "flagged": 0, "time": 1}', '{"events": 7}',
     '{"score": ["x"], "flagged": 0, "time": 1}', '{"score": [3], "flagged": "x", "time": 1}'],
)  # fmt: skip
def test_other_lines_are_skipped(text: str) -> None:
    assert list(parse_log(text)) == []


def test_an_ordinary_day_is_status_0(manifest: Manifest, tmp_path: Path, capsys: Capture) -> None:
    log = _file(tmp_path / "log", _log(manifest, _baseline_scores(manifest), flagged=8))
    assert main(["drift", log]) == 0
    said = capsys.readouterr().out
    assert said.startswith("essays    baseline 623   current 623\n")
    assert "scores    PSI 0.000" in said
    assert said.count("no drift") == 2


def test_drift_is_status_4(
    manifest: Manifest, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    log = _log(manifest, [max(score - 1, 1) for score in _baseline_scores(manifest)])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(log.encode())))
    assert main(["drift", "--json"]) == 4
    said = json.loads(capsys.readouterr().out)
    assert (said["verdict"], said["essays"]) == ("drift", {"baseline": 623, "current": 623})
    assert said["scores"]["psi"] > 0.25
    assert said["scores"]["shares"]["6"] == {"baseline": 0.0177, "current": 0.0}


def test_a_log_can_be_the_baseline(manifest: Manifest, tmp_path: Path) -> None:
    low = _file(tmp_path / "low", _log(manifest, [1, 2, 2] * 100))
    assert main(["drift", low]) == 4
    assert main(["drift", low, "--baseline", low]) == 0


def test_one_day_of_a_log_is_selected(manifest: Manifest, tmp_path: Path, capsys: Capture) -> None:
    log = _file(tmp_path / "log", _log(manifest, [3, 4]))
    today = datetime.now(UTC).date().isoformat()
    assert main(["drift", log, "--day", today, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["essays"]["current"] == 2
    assert main(["drift", log, "--day", "2020-02-29"]) == 1
    assert f"{log} has no score of essay-scorer-en" in capsys.readouterr().err


def test_scores_of_another_model_are_not_compared(
    manifest: Manifest, tmp_path: Path, capsys: Capture
) -> None:
    for name, version in (("another", ""), ("", "0.0.1")):
        others = _log(manifest, [1] * 100, name=name, version=version)
        log = _file(tmp_path / "log", others)
        assert main(["drift", log]) == 1
        assert main(["drift", "--baseline", log, _file(tmp_path / "own", _log(manifest, [3]))]) == 1
        assert capsys.readouterr().err.count("\n") == 2


def test_an_empty_standard_input_is_named(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert main(["drift"]) == 1
    assert "standard input has no score of essay-scorer-en" in capsys.readouterr().err
