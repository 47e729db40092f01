"""The report's pictures, as SVG to put into a page.  Each stands beside its table."""

import io
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, HUMAN, MACHINE = "#333333", "#b35806", "#2a5db0"


def _svg(figure: Figure, title: str) -> str:
    """Return the figure as an SVG element with a title that a screen reader reads."""
    with io.StringIO() as file:
        figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
        text = file.getvalue()
    element = text[text.index("<svg") :]
    return element.replace("<svg", f'<svg role="img" aria-label="{title}"', 1)


def _axes(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), facecolor="none")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_facecolor("none")
    return figure, axes


def confusion(counts: Sequence[Sequence[int]], labels: Sequence[int]) -> str:
    """Draw how often each human score (rows) got each machine score (columns)."""
    figure, axes = _axes(4.2, 3.8)
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if len(labels) <= 12:
        for y, row in enumerate(counts):
            for x, count in enumerate(row):
                colour = "white" if shares[y][x] > 0.5 else INK
                axes.text(x, y, str(count), ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(len(labels)), [str(label) for label in labels])
    axes.set_yticks(range(len(labels)), [str(label) for label in labels])
    axes.set_xlabel("machine score")
    axes.set_ylabel("human score")
    return _svg(figure, "Confusion matrix of human and machine scores")


def distributions(counts: Sequence[Sequence[int]], labels: Sequence[int]) -> str:
    """Draw how often human and machine gave each score."""
    figure, axes = _axes(4.6, 3.2)
    human = [sum(row) for row in counts]
    machine = [sum(column) for column in zip(*counts, strict=True)]
    axes.bar([x - 0.2 for x in labels], human, 0.4, color=HUMAN, label="human", hatch="//")
    axes.bar([x + 0.2 for x in labels], machine, 0.4, color=MACHINE, label="machine")
    axes.set_xlabel("score")
    axes.set_ylabel("essays")
    axes.legend(frameon=False)
    return _svg(figure, "Distribution of human and machine scores")


def calibration(points: Sequence[dict[str, Any]]) -> str:
    """Draw the mean human score over the machine's mean raw score, by tenths of the essays."""
    figure, axes = _axes(4.0, 3.4)
    raw, human = [point["raw"] for point in points], [point["human"] for point in points]
    ends = [min(raw + human), max(raw + human)]
    axes.plot(ends, ends, color=INK, linewidth=1, linestyle="--", label="equal")
    axes.plot(raw, human, color=MACHINE, marker="o", label="tenths of the essays")
    axes.set_xlabel("machine, raw score")
    axes.set_ylabel("human score")
    axes.legend(frameon=False)
    return _svg(figure, "Mean human score over mean machine score")


def review(points: Sequence[dict[str, Any]], share: float) -> str:
    """Draw QWK and exact agreement of the rest over the share that goes to a person."""
    figure, axes = _axes(4.6, 3.2)
    shares = [point["share"] for point in points]
    axes.plot(shares, [point["qwk"] for point in points], color=MACHINE, marker="o", label="QWK")
    exact = [point["exact"] for point in points]
    axes.plot(shares, exact, color=HUMAN, marker="s", linestyle="--", label="exact agreement")
    axes.axvline(share, color=INK, linewidth=1, linestyle=":")
    axes.set_xlabel("share of essays that a person reads")
    axes.set_ylabel("agreement of the rest")
    axes.legend(frameon=False)
    return _svg(figure, "Agreement of the rest over the share of essays that a person reads")


def attacks(outcomes: Sequence[dict[str, Any]]) -> str:
    """Draw how far each attack and each fair change moved the raw score."""
    figure, axes = _axes(5.6, 0.6 + 0.3 * len(outcomes))
    names = [outcome["name"].replace("_", " ") for outcome in outcomes]
    colours = [MACHINE if outcome["held"] else HUMAN for outcome in outcomes]
    hatches = ["" if outcome["held"] else "//" for outcome in outcomes]
    changes = [outcome["change"] for outcome in outcomes]
    axes.barh(names, changes, color=colours, hatch=hatches)
    axes.axvline(0, color=INK, linewidth=1)
    axes.invert_yaxis()
    axes.set_xlabel("mean change of the raw score (hatched: not held off)")
    return _svg(figure, "Mean change of the raw score by attack")


def by_name(measures: dict[str, dict[str, float]], bar: float) -> str:
    """Draw QWK by prompt or group, with the bar it should reach."""
    figure, axes = _axes(4.6, 0.6 + 0.32 * len(measures))
    names = list(measures)
    axes.barh(names, [measures[name]["qwk"] for name in names], color=MACHINE)
    axes.axvline(bar, color=HUMAN, linestyle="--", label=f"bar {bar:.2f}")
    axes.set_xlim(0, 1)
    axes.invert_yaxis()
    axes.set_xlabel("QWK")
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1))
    return _svg(figure, "QWK by name")
