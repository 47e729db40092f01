"""The report's charts, as SVG elements. Each is beside a table with the same numbers."""

import io
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from essay_scorer.lab.evaluation.evaluation_report import CalibrationPoint, ReviewPoint
from essay_scorer.lab.evaluation.group_fairness import MAX_GROUP_SMD, GroupFairness
from essay_scorer.lab.evaluation.metrics import Agreement
from essay_scorer.lab.evaluation.robustness import ChangeResult

INK, HUMAN, MACHINE = "#333333", "#b35806", "#2a5db0"
_MAX_LABELED_SCORES = 12  # in a larger confusion matrix, counts would overlap


def confusion_chart(counts: Sequence[Sequence[int]], labels: Sequence[float]) -> str:
    """Draw how often each human score (row) got each machine score (column).

    Args:
        counts: a row for each human score.
        labels: the scores.
    """
    figure, axes = _new_figure(4.2, 3.8)
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if len(labels) <= _MAX_LABELED_SCORES:
        for y, row in enumerate(counts):
            for x, count in enumerate(row):
                color = "white" if shares[y][x] > 0.5 else INK
                axes.text(x, y, str(count), ha="center", va="center", color=color, fontsize=9)
    axes.set_xticks(range(len(labels)), [f"{label:g}" for label in labels])
    axes.set_yticks(range(len(labels)), [f"{label:g}" for label in labels])
    axes.set_xlabel("machine score")
    axes.set_ylabel("human score")
    return _svg(figure, "Confusion matrix of human and machine scores")


def distribution_chart(counts: Sequence[Sequence[int]], labels: Sequence[float]) -> str:
    """Draw how often humans and the machine gave each score; see ``confusion_chart``."""
    figure, axes = _new_figure(4.6, 3.2)
    human = [sum(row) for row in counts]
    machine = [sum(column) for column in zip(*counts, strict=True)]
    axes.bar([x - 0.2 for x in labels], human, 0.4, color=HUMAN, label="human", hatch="//")
    axes.bar([x + 0.2 for x in labels], machine, 0.4, color=MACHINE, label="machine")
    axes.set_xlabel("score")
    axes.set_ylabel("essays")
    axes.legend(frameon=False)
    return _svg(figure, "Distribution of human and machine scores")


def calibration_chart(points: Sequence[CalibrationPoint]) -> str:
    """Draw the mean human score over the mean raw score, for tenths of the essays."""
    figure, axes = _new_figure(4.0, 3.4)
    raw, human = [point.raw for point in points], [point.human for point in points]
    ends = [min(raw + human), max(raw + human)]
    axes.plot(ends, ends, color=INK, linewidth=1, linestyle="--", label="equal")
    axes.plot(raw, human, color=MACHINE, marker="o", label="tenths of the essays")
    axes.set_xlabel("raw machine score")
    axes.set_ylabel("human score")
    axes.legend(frameon=False)
    return _svg(figure, "Mean human score over mean machine score")


def review_chart(points: Sequence[ReviewPoint], share: float) -> str:
    """Draw the agreement on the essays that are not reviewed, over the share that is.

    Args:
        points: the review curve.
        share: where to mark the default share.
    """
    figure, axes = _new_figure(4.6, 3.2)
    shares = [point.share for point in points]
    qwk, exact = [point.rest.qwk for point in points], [point.rest.exact for point in points]
    axes.plot(shares, qwk, color=MACHINE, marker="o", label="QWK")
    axes.plot(shares, exact, color=HUMAN, marker="s", linestyle="--", label="exact agreement")
    axes.axvline(share, color=INK, linewidth=1, linestyle=":")
    axes.set_xlabel("share of essays that a person reviews")
    axes.set_ylabel("agreement on the other essays")
    axes.legend(frameon=False)
    return _svg(figure, "Agreement on the other essays over the share that a person reviews")


def attack_chart(results: Sequence[ChangeResult]) -> str:
    """Draw the mean change of the raw score by each attack and each benign change."""
    figure, axes = _new_figure(5.6, 0.6 + 0.3 * len(results))
    axes.barh(
        [result.name.replace("_", " ") for result in results],
        [result.change for result in results],
        color=[MACHINE if result.passed else HUMAN for result in results],
        hatch=["" if result.passed else "//" for result in results],
    )
    axes.axvline(0, color=INK, linewidth=1)
    axes.invert_yaxis()
    axes.set_xlabel("mean change of the raw score (hatched: not withstood or tolerated)")
    return _svg(figure, "Mean change of the raw score by attack")


def qwk_chart(by_prompt: Mapping[str, Agreement], threshold: float) -> str:
    """Draw QWK by prompt, with the threshold that it should reach."""
    figure, axes = _new_figure(4.6, 0.6 + 0.32 * len(by_prompt))
    qwk = [part.qwk for part in by_prompt.values()]
    axes.barh(list(by_prompt), qwk, color=MACHINE)
    axes.axvline(threshold, color=HUMAN, linestyle="--", label=f"threshold {threshold:.2f}")
    axes.set_xlim(0, 1)
    axes.invert_yaxis()
    axes.set_xlabel("QWK")
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1))
    return _svg(figure, "QWK by prompt")


def fairness_chart(fairness: Mapping[str, Mapping[str, GroupFairness]]) -> str:
    """Draw the SMD of each group with its confidence interval, and the range that is tolerated."""
    rows = [
        (f"{column}: {name or '(none)'}", group.smd, group.verdict)
        for column, groups in fairness.items()
        for name, group in groups.items()
        if group.smd
    ]
    figure, axes = _new_figure(4.6, 0.6 + 0.3 * len(rows))
    axes.axvspan(-MAX_GROUP_SMD, MAX_GROUP_SMD, color="#e6e6ea")
    for y, (_, smd, verdict) in enumerate(rows):
        color, marker = (HUMAN, "s") if verdict == "exceeds" else (MACHINE, "o")
        axes.plot([smd.low, smd.high], [y, y], color=color)
        axes.plot(smd.value, y, color=color, marker=marker)
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_yticks(range(len(rows)), [label for label, _, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel("SMD with its 95% confidence interval (gray: tolerated)")
    return _svg(figure, "Standardized mean difference by group")


def _new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure of this size, in inches, with its axes."""
    figure = Figure(figsize=(width, height), facecolor="none")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_facecolor("none")
    return figure, axes


def _svg(figure: Figure, title: str) -> str:
    """Return a figure as an SVG element, with a title for screen readers."""
    with io.StringIO() as file:
        figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
        text = file.getvalue()
    element = text[text.index("<svg") :]
    return element.replace("<svg", f'<svg role="img" aria-label="{title}"', 1)
