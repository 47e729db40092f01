"""The charts of ``docs/performance.md``, as SVG."""

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

HANDLERS = ("original", "ours")
COLORS = {"ours": "#1b6e53", "original": "#b0b7bd"}


def draw_first_scores(measured: Mapping[str, Any], path: Path) -> None:
    """Draw the median times to the first score, with and without page cache, as bars."""
    states = {"first": "page cache warm", "cold": "page cache dropped"}
    bars = [(name, key) for key in states for name in HANDLERS]
    labels = [f"{name}, {states[key]}" for name, key in bars]
    values = [statistics.median(measured[name][key]) for name, key in bars]
    figure, axes = plt.subplots(figsize=(7, 2.4))
    drawn = axes.barh(labels, values, color=[COLORS[name] for name, _ in bars])
    axes.bar_label(drawn, labels=[f"{value:.2f} s" for value in values], padding=3)
    axes.set_xlabel("time to first score, seconds")
    axes.margins(x=0.15)
    axes.invert_yaxis()
    _save(figure, path)


def draw_warm_scores(measured: Mapping[str, Any], path: Path) -> None:
    """Draw the median times of warm scores by the length of the essay, as lines."""
    lengths = measured["lengths"]
    figure, axes = plt.subplots(figsize=(7, 3))
    for name in HANDLERS:
        times = [statistics.median(measured[name]["warm"][str(n)]) * 1e3 for n in lengths]
        axes.plot(lengths, times, "o-", color=COLORS[name], label=name)
    axes.set_xlabel("tokens in the essay")
    axes.set_ylabel("warm score, ms")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    """Write a figure; the same figure gives the same bytes."""
    for side in ("top", "right"):
        figure.axes[0].spines[side].set_visible(False)
    figure.tight_layout()
    with mpl.rc_context({"svg.hashsalt": path.name, "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
