"""Write ``docs/performance.md`` and its charts from the measurements.

    .venv/bin/python -m bench.performance

All before the heading of the diary is written anew; the diary is kept by hand.
"""

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

from essay_scorer.aws.costs import cost_per_thousand

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = "performance.md"
IMAGE_TEMPLATE = Path(__file__).with_name("performance.image.md")
TEMPLATE = Path(__file__).with_name("performance.template.md")
MEMORY = 3008  # MB, the deployment's default
CORE = 1769  # MB, with which a function gets one core
DIARY = "## Diary\n"
CUT = 512  # tokens after which the original reads no further
COLOURS = {"ours": "#1b6e53", "original": "#b0b7bd", "limit": "#d98c1f"}


_CENTS: Mapping[str, Callable[[Mapping[str, Any]], float]] = {
    "warm essays": lambda found: (
        cost_per_thousand(_median(found["warm"]["350"]), memory=MEMORY) * 100
    ),
    "essays that each meet a fresh environment": lambda found: (
        cost_per_thousand(_median(found["first"]), memory=MEMORY) * 100
    ),
    "essays in bulk": lambda found: cost_per_thousand(1 / found["core_rate"], memory=CORE) * 100,
}


def write(measured: Mapping[str, Any], folder: Path) -> None:
    """Write the page and the charts; what follows the diary's heading stays."""
    page = folder / PAGE
    before = page.read_text(encoding="utf-8") if page.is_file() else ""
    diary = before.partition(DIARY)[2]
    page.write_text(text_of(measured) + DIARY + diary, encoding="utf-8")
    _bars(
        folder / "performance-first.svg",
        "first score, seconds",
        {"page cache warm": "first", "page cache dropped": "cold"},
        measured,
    )
    _lines(folder / "performance-warm.svg", measured)


def text_of(measured: Mapping[str, Any]) -> str:
    """Return the page up to the diary."""
    ours, original, limits = measured["ours"], measured["original"], measured["limits"]
    length = "350"
    rows = [
        _row("first score, page cache warm, ms", ours["first"], original["first"], 1e3),
        _row("first score, page cache dropped, ms", ours["cold"], original["cold"], 1e3),
        *(
            _row(f"warm, {tokens:,} tokens, ms", ours["warm"][str(tokens)],
                 original["warm"][str(tokens)], 1e3)
            for tokens in measured["lengths"]
        ),
        *(
            _row(f"the same, 95th percentile, {tokens:,} tokens, ms",
                 [_p95(ours["warm"][str(tokens)])], [_p95(original["warm"][str(tokens)])], 1e3)
            for tokens in measured["lengths"]
        ),
        _row(f"warm, {CUT} tokens read by each, ms",
             ours["warm"][str(CUT)], original["warm"]["1500"], 1e3),
        _row("resident, MB", ours["memory"], original["memory"], 1e-6),
        _row("installed, model included, MB", [ours["installed"]], [original["installed"]], 1e-6),
        _row("essays a second", [ours["rate"]], [original["rate"]], 1, more_is_better=True),
        *(
            _row(f"US cents for 1,000 {label}", [cents(ours)], [cents(original)], 1)
            for label, cents in _CENTS.items()
        ),
    ]  # fmt: skip
    warm, cold = _median(ours["warm"][length]), _median(ours["cold"])
    cold_floor = limits["read"] + limits["interpreter"]
    return TEMPLATE.read_text(encoding="utf-8").format(
        date=measured["date"],
        **measured["machine"],
        runs=len(ours["first"]),
        rows="\n".join(rows),
        first_length=length,
        wide=limits["float32_operations"] / 1e9,
        wide_rate=limits["float32_rate"] / 1e9,
        narrow=limits["int8_operations"] / 1e9,
        narrow_rate=limits["int8_rate"] / 1e9,
        floor=limits["warm"] * 1e3,
        warm=warm * 1e3,
        warm_ratio=warm / limits["warm"],
        weights=limits["weights"] / 1e6,
        read_rate=limits["read_rate"] / 1e6,
        interpreter=limits["interpreter"] * 1e3,
        cold_floor=cold_floor * 1e3,
        cold=cold * 1e3,
        cold_ratio=cold / cold_floor,
    ) + _image(measured.get("image"))


def _image(measured: Mapping[str, Any] | None) -> str:
    """Return what ``bench.image`` found, where it was run after the rest."""
    if measured is None:
        return ""
    ours, original = measured["ours"], measured["original"]
    rows = [
        _row("image, its base included, MB", [ours["bytes"]], [original["bytes"]], 1e-6),
        _row("INIT, ms", ours["init"], original["init"], 1e3),
        _row("first invocation, ms", ours["first"], original["first"], 1e3),
        _row("the two together, ms", _cold(ours), _cold(original), 1e3),
        _row("second invocation, ms", ours["second"], original["second"], 1e3),
    ]
    text = IMAGE_TEMPLATE.read_text(encoding="utf-8")
    return text.format(runs=len(ours["init"]), rows="\n".join(rows))


def _cold(image: Mapping[str, Any]) -> list[float]:
    return [init + first for init, first in zip(image["init"], image["first"], strict=True)]


def _row(
    label: str,
    ours: Sequence[float],
    original: Sequence[float],
    unit: float,
    *,
    more_is_better: bool = False,
) -> str:
    ratio = _median(original) / _median(ours)
    ratio = 1 / ratio if more_is_better else ratio
    return f"| {label} | **{_spread(ours, unit)}** | {_spread(original, unit)} | {ratio:.1f} × |"


def _spread(values: Sequence[float], unit: float) -> str:
    shown = _number(_median(values) * unit)
    if len(values) == 1:
        return shown
    return f"{shown} ({_number(min(values) * unit)}–{_number(max(values) * unit)})"


def _number(value: float) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _bars(path: Path, label: str, rows: Mapping[str, str], measured: Mapping[str, Any]) -> None:
    figure, axes = plt.subplots(figsize=(7, 2.4))
    names = [f"{name}, {title}" for title in rows for name in ("original", "ours")]
    values = [
        _median(measured[name][key]) for key in rows.values() for name in ("original", "ours")
    ]
    bars = axes.barh(names, values, color=[COLOURS["original"], COLOURS["ours"]] * len(rows))
    axes.bar_label(bars, labels=[f"{value:.2f} s" for value in values], padding=3)
    axes.set_xlabel(label)
    axes.margins(x=0.15)
    axes.invert_yaxis()
    _save(figure, path)


def _lines(path: Path, measured: Mapping[str, Any]) -> None:
    figure, axes = plt.subplots(figsize=(7, 3))
    for name in ("original", "ours"):
        times = [_median(measured[name]["warm"][str(length)]) for length in measured["lengths"]]
        axes.plot(measured["lengths"], [time * 1e3 for time in times], "o-",
                  color=COLOURS[name], label=name)  # fmt: skip
    axes.set_xlabel("tokens in the essay")
    axes.set_ylabel("warm, ms")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    for side in ("top", "right"):
        figure.axes[0].spines[side].set_visible(False)
    figure.tight_layout()
    with mpl.rc_context({"svg.hashsalt": path.name, "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    write(json.loads((DOCS / "performance.json").read_text(encoding="utf-8")), DOCS)
