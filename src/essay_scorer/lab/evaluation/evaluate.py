"""Measure a scorer against human scores, through the bytes that ship."""

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from essay_scorer.errors import FileError
from essay_scorer.lab.evaluation.metrics import agreement, group_differences, prmse
from essay_scorer.model.calibration import Scale
from essay_scorer.scorer import Score, Scorer

SMALL = 30  # essays; fewer say too little about a group

REVIEW_SHARES = tuple(step / 20 for step in range(11))  # from none to half

# Williamson, Xi & Breyer (2012), "A framework for evaluation and use of automated scoring".
QWK_BAR = PEARSON_BAR = 0.70
DEGRADATION_BAR = 0.10
SMD_BAR = 0.15
GROUP_BAR = 0.10


def evaluate(
    scorer: Scorer, essays: pd.DataFrame, *, groups: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Score a table as ``read_essays`` gives it, and return every measure of the report.

    Args:
        scorer: the bundle to measure.
        essays: the essays, with ``rater1`` and ``rater2`` where they have them.
        groups: names of columns that part the writers into groups.

    Raises:
        FileError: there is nothing to measure, or on another scale than the bundle's.
    """
    scale = scorer.manifest.scale
    _check(essays, scale)
    scored = _score(scorer, essays)
    report: dict[str, Any] = {
        "model": asdict(scorer.manifest.model),
        "essays": len(scored),
        "scale": asdict(scale),
        "overall": _overall(scored, scale),
        "by_prompt": _by(scored, "prompt", scale),
        "by_group": {name: _by_group(scored, name, scale) for name in groups},
        "human": _human(scored),
        "confusion": _confusion(scored, scale),
        "calibration": _calibration(scored),
        "coverage": _coverage(scored),
        "review": review_curve(scored, scale),
        "flags": _flags(scored),
    }
    return {**report, "bars": bars(report)}


def _check(essays: pd.DataFrame, scale: Scale) -> None:
    if len(essays) < 2 or essays["score"].nunique() < 2:
        raise FileError("There are too few essays, or they all have one score: nothing to measure.")
    if not essays["score"].between(scale.min, scale.max).all():
        raise FileError(f"Some human scores are not on the bundle's scale {scale.min}-{scale.max}.")


def _score(scorer: Scorer, essays: pd.DataFrame) -> pd.DataFrame:
    scores: list[Score] = scorer.score_many(essays["text"])
    return essays.reset_index(drop=True).assign(
        value=[score.value for score in scores],
        raw=[score.raw for score in scores],
        low=[score.interval.low for score in scores],
        high=[score.interval.high for score in scores],
        review=[score.review for score in scores],
        doubt=[score.doubt for score in scores],
        flags=pd.Series([score.flags for score in scores], dtype=object),
    )


def _inside(scored: pd.DataFrame) -> "pd.Series[bool]":
    return scored["score"].between(scored["low"], scored["high"])


def _coverage(scored: pd.DataFrame) -> dict[str, dict[str, dict[str, float]]]:
    """Return how often the interval held the human score: by prompt, human and machine score."""
    columns = {"prompt": "prompt", "human score": "score", "machine score": "value"}
    return {
        title: {
            str(name): {
                "essays": len(part),
                "coverage": round(float(_inside(part).mean()), 4),
                "scores": round(float((part["high"] - part["low"] + 1).mean()), 4),
            }
            for name, part in scored.groupby(column)
        }
        for title, column in columns.items()
    }


def review_curve(scored: pd.DataFrame, scale: Scale) -> list[dict[str, float]]:
    """Return how the rest agrees where the most doubtful essays go to a person."""
    surest = scored.sort_values("doubt", kind="stable")
    curve = []
    for share in REVIEW_SHARES:
        rest = surest.head(len(surest) - round(share * len(surest)))
        curve.append({"share": share, "essays": len(rest), **_agreement(rest, scale)})
    return curve


def _flags(scored: pd.DataFrame) -> dict[str, float]:
    """Return the share of essays with each flag, and with any of them."""
    counts = scored["flags"].explode().dropna().value_counts() / len(scored)
    shares = {str(name): round(float(share), 4) for name, share in counts.items()}
    return {"any": round(float(scored["flags"].map(bool).mean()), 4), **shares}


def _agreement(scored: pd.DataFrame, scale: Scale) -> dict[str, float]:
    human, value, raw = (scored[name].to_numpy() for name in ("score", "value", "raw"))
    return {name: round(size, 4) for name, size in agreement(human, value, raw, scale).items()}


def _overall(scored: pd.DataFrame, scale: Scale) -> dict[str, float]:
    return {
        **_agreement(scored, scale),
        "coverage": round(float(_inside(scored).mean()), 4),
        "interval_scores": round(float((scored["high"] - scored["low"] + 1).mean()), 4),
        "review": round(float(scored["review"].mean()), 4),
    }


def _by(scored: pd.DataFrame, column: str, scale: Scale) -> dict[str, dict[str, float]]:
    return {
        str(name): {"essays": len(part), **_agreement(part, scale)}
        for name, part in scored.groupby(column)
    }


def _by_group(scored: pd.DataFrame, column: str, scale: Scale) -> dict[str, dict[str, float]]:
    differences = group_differences(
        scored["score"].to_numpy(), scored["raw"].to_numpy(), scored[column].astype(str).tolist()
    )
    return {
        name: {**measures, "dsm": round(differences[name], 4)}
        for name, measures in _by(scored, column, scale).items()
    }


def _human(scored: pd.DataFrame) -> dict[str, float] | None:
    """Return how two human raters agree with each other, where two are given."""
    if not {"rater1", "rater2"} <= set(scored.columns):
        return None
    pairs = scored.dropna(subset=["rater1", "rater2"])
    if len(pairs) < 2:
        return None
    first, second = pairs["rater1"].to_numpy(), pairs["rater2"].to_numpy()
    scale = Scale(min=int(min(first.min(), second.min())), max=int(max(first.max(), second.max())))
    measures = agreement(first, second, second, scale)
    scale_of_score = Scale(min=int(pairs["scale_min"].min()), max=int(pairs["scale_max"].max()))
    machine = _agreement(pairs, scale_of_score)
    result = {"essays": len(pairs), **measures}
    result["qwk_degradation"] = measures["qwk"] - machine["qwk"]
    result["pearson_degradation"] = measures["pearson"] - machine["pearson"]
    lower, upper = np.minimum(first, second), np.maximum(first, second)
    if pairs["score"].between(lower, upper).mean() > 0.99:  # the raters used the score's scale
        result["prmse"] = prmse(pairs["raw"].to_numpy(), first, second)
    return {name: round(float(value), 4) for name, value in result.items()}


def _confusion(scored: pd.DataFrame, scale: Scale) -> list[list[int]]:
    """Return how often each human score (row) got each machine score (column)."""
    labels = range(scale.min, scale.max + 1)
    table = pd.crosstab(scored["score"], scored["value"])
    counts = table.reindex(index=labels, columns=labels, fill_value=0)
    return [[int(count) for count in row] for row in counts.to_numpy()]


def _calibration(scored: pd.DataFrame) -> list[dict[str, float]]:
    """Return, for tenths of the essays by raw score, the mean raw and the mean human score."""
    tenth = pd.qcut(scored["raw"].rank(method="first"), min(10, len(scored)), labels=False)
    return [
        {
            "essays": len(part),
            "raw": round(float(part["raw"].mean()), 4),
            "human": round(float(part["score"].mean()), 4),
        }
        for _, part in scored.groupby(tenth)
    ]


def bars(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each bar of Williamson, Xi & Breyer (2012) as met or not, with the figure."""
    overall, human = report["overall"], report["human"]
    found = [
        _bar(
            "QWK with human scores", overall["qwk"], f"≥ {QWK_BAR:.2f}", overall["qwk"] >= QWK_BAR
        ),
        _bar(
            "Pearson's r with human scores",
            overall["pearson"],
            f"≥ {PEARSON_BAR:.2f}",
            overall["pearson"] >= PEARSON_BAR,
        ),
        _bar("SMD", overall["smd"], f"within ± {SMD_BAR:.2f}", abs(overall["smd"]) <= SMD_BAR),
    ]
    if human is not None:
        for name, key in (("QWK", "qwk_degradation"), ("Pearson's r", "pearson_degradation")):
            loss = human[key]
            aim = f"≤ {DEGRADATION_BAR:.2f}"
            found.append(
                _bar(f"{name}: human-human − human-machine", loss, aim, loss <= DEGRADATION_BAR)
            )
    for column, groups in report["by_group"].items():
        large = {name: part["dsm"] for name, part in groups.items() if part["essays"] >= SMALL}
        gaps = {name: gap for name, gap in large.items() if not math.isnan(gap)}
        if gaps:
            worst = max(gaps, key=lambda name: abs(gaps[name]))
            aim, met = f"within ± {GROUP_BAR:.2f}", abs(gaps[worst]) <= GROUP_BAR
            found.append(_bar(f"DSM by {column}, the largest: {worst}", gaps[worst], aim, met))
    return found


def _bar(name: str, value: float, aim: str, met: object) -> dict[str, Any]:
    return {"name": name, "value": value, "aim": aim, "met": bool(met)}


def summarise(report: dict[str, Any]) -> str:
    """Return the report as a few lines for a terminal."""
    lines = [f"{report['model']['name']} {report['model']['version']}, {report['essays']} essays"]
    lines += [f"{name:<16} {value:.3f}" for name, value in report["overall"].items()]
    lines += ["", f"{'prompt':<16} essays    qwk"]
    for name, part in report["by_prompt"].items():
        lines.append(f"{name or '(none)':<16} {part['essays']:>6} {part['qwk']:>6.3f}")
    lines += [""]
    for bar in report["bars"]:
        met = "met    " if bar["met"] else "NOT MET"
        lines.append(f"{met}  {bar['name']}: {bar['value']:.3f} ({bar['aim']})")
    return "\n".join(lines)
