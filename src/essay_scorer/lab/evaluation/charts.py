"""The report's charts, as HTML figures. Each is beside a table with the same numbers."""

from collections.abc import Mapping, Sequence

from essay_scorer.lab.evaluation.evaluation_report import CalibrationPoint, ReviewPoint
from essay_scorer.lab.evaluation.figure_svg import (
    BAND,
    HUMAN,
    INK,
    MACHINE,
    new_figure,
    short_label,
    svg_of,
)
from essay_scorer.lab.evaluation.group_fairness import MAX_GROUP_SMD, GroupFairness
from essay_scorer.lab.evaluation.metrics import Agreement
from essay_scorer.lab.evaluation.robustness import ChangeResult

MAX_LABELED_SCORES = 12  # in a larger confusion matrix, counts would overlap
MAX_PROMPTS = 40  # of the highest readable chart
_MAX_TICKS = 25
_NAN = float("nan")  # is not drawn


def confusion_chart(counts: Sequence[Sequence[int]], labels: Sequence[str]) -> str:
    """Draw how often each human score (row) got each machine score (column).

    Args:
        counts: a row for each human score.
        labels: the scores.
    """
    with new_figure(4.2, 3.8) as (figure, axes):
        for y, row in enumerate(counts):
            for x, count in enumerate(row):
                if count:  # half as dark as the color, so that the number stays readable
                    axes.bar(x, 1, 1, bottom=y - 0.5, color=MACHINE, alpha=0.5 * count / sum(row))
                if len(labels) <= MAX_LABELED_SCORES:
                    axes.text(x, y, str(count), ha="center", va="center", fontsize=9)
        places = _ticks(labels)
        axes.set_xticks(places, [short_label(labels[place]) for place in places])
        axes.set_yticks(places, [short_label(labels[place]) for place in places])
        axes.set_xlim(-0.5, len(labels) - 0.5)
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.set_xlabel("machine score")
        axes.set_ylabel("human score")
        return svg_of(figure, "confusion", "how often each human score got each machine score.")


def _ticks(labels: Sequence[str]) -> list[int]:
    """Return the positions of the scores that have a label on an axis."""
    return list(range(0, len(labels), 1 + len(labels) // _MAX_TICKS))


def distribution_chart(counts: Sequence[Sequence[int]], labels: Sequence[str]) -> str:
    """Draw how often humans and the machine gave each score; see ``confusion_chart``."""
    with new_figure(4.6, 3.2) as (figure, axes):
        human = [sum(row) for row in counts]
        machine = [sum(column) for column in zip(*counts, strict=True)]
        places, ticks = range(len(labels)), _ticks(labels)
        axes.bar([x - 0.2 for x in places], human, 0.4, color=HUMAN, label="human")
        axes.bar(
            [x + 0.2 for x in places], machine, 0.4, edgecolor=MACHINE, label="machine",
            hatch="////", fill=False,
        )  # fmt: skip
        axes.set_xticks(ticks, [short_label(labels[place]) for place in ticks])
        axes.set_xlabel("score")
        axes.set_ylabel("essays")
        axes.legend(frameon=False)
        return svg_of(figure, "distribution", "how often humans and the machine gave each score.")


def calibration_chart(points: Sequence[CalibrationPoint]) -> str:
    """Draw the mean human score over the mean raw score, for tenths of the essays."""
    with new_figure(4.0, 3.4) as (figure, axes):
        raw, human = [point.raw for point in points], [point.human for point in points]
        ends = [min(raw + human), max(raw + human)]
        axes.plot(ends, ends, color=INK, linewidth=1, linestyle="--", label="equal")
        for point in points:
            if found := point.intervals.get("human"):
                axes.plot([point.raw] * 2, [found.low, found.high], color=MACHINE, linewidth=1)
        axes.plot(raw, human, color=MACHINE, marker="o", label="tenths of the essays")
        axes.set_xlabel("raw machine score")
        axes.set_ylabel("human score")
        axes.legend(frameon=False)
        return svg_of(figure, "calibration", "mean human score over mean machine score.")


def review_chart(points: Sequence[ReviewPoint], share: float) -> str:
    """Draw the agreement on the essays that are not reviewed, over the share that is.

    Args:
        points: the review curve.
        share: where to mark the default share.
    """
    with new_figure(4.6, 3.2) as (figure, axes):
        shares = [point.share for point in points]
        qwk, exact = (
            [_drawn(point.rest) for point in points],
            [point.rest.exact for point in points],
        )
        axes.plot(shares, qwk, color=MACHINE, marker="o", label="QWK")
        axes.plot(shares, exact, color=HUMAN, marker="s", linestyle="--", label="exact agreement")
        axes.axvline(share, color=INK, linewidth=1, linestyle=":")
        axes.set_xlabel("share of essays that a person reviews")
        axes.set_ylabel("agreement on the other essays")
        axes.legend(frameon=False)
        title = "agreement on the other essays over the share that a person reviews."
        return svg_of(figure, "review", title)


def _drawn(part: Agreement) -> float:
    return _NAN if part.qwk is None else part.qwk


def attack_chart(results: Sequence[ChangeResult]) -> str:
    """Draw the mean change of the raw score by each attack and each benign change."""
    with new_figure(5.6, 0.6 + 0.3 * len(results)) as (figure, axes):
        axes.barh(
            [result.name.replace("_", " ") for result in results],
            [result.change for result in results],
            color=[MACHINE if result.passed else HUMAN for result in results],
        )
        axes.axvline(0, color=INK, linewidth=1)
        axes.invert_yaxis()
        for y, result in enumerate(results):
            if not result.passed:
                axes.text(max(result.change, 0), y, " ✗", va="center")
        axes.set_xlabel("mean change of the raw score (✗: not withstood or tolerated)")
        return svg_of(figure, "attacks", "mean change of the raw score by attack.")


def qwk_chart(by_prompt: Mapping[str, Agreement], threshold: float) -> str:
    """Draw QWK by prompt with its intervals, and the threshold that it should reach.

    Empty if there are too many prompts to read.
    """
    if len(by_prompt) > MAX_PROMPTS:
        return ""
    with new_figure(4.6, 0.6 + 0.32 * len(by_prompt)) as (figure, axes):
        for y, part in enumerate(by_prompt.values()):
            axes.barh(y, _drawn(part), color=MACHINE, alpha=0.6)
            if found := part.intervals.get("qwk"):
                axes.plot([found.low, found.high], [y, y], color=INK, linewidth=1)
        axes.axvline(threshold, color=HUMAN, linestyle="--", label=f"threshold {threshold:.2f}")
        axes.set_xlim(min(0, axes.get_xlim()[0]), 1)
        axes.set_yticks(range(len(by_prompt)), [short_label(one or "(none)") for one in by_prompt])
        axes.set_ylim(len(by_prompt) - 0.5, -0.5)
        axes.set_xlabel("QWK with its 95% confidence interval")
        axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1))
        return svg_of(figure, "qwk", "QWK by prompt.")


def fairness_chart(fairness: Mapping[str, Mapping[str, GroupFairness]]) -> str:
    """Draw the SMD of each group with its confidence interval, and the range that is tolerated.

    Empty if no group was measured.
    """
    rows = [
        (short_label(f"{column}: {name or '(none)'}"), group.smd, group.verdict)
        for column, groups in fairness.items()
        for name, group in groups.items()
        if group.smd
    ]
    if not rows:
        return ""
    with new_figure(4.6, 0.6 + 0.3 * len(rows)) as (figure, axes):
        axes.axvspan(-MAX_GROUP_SMD, MAX_GROUP_SMD, color=BAND)
        for y, (_, smd, verdict) in enumerate(rows):
            color, marker = (HUMAN, "s") if verdict == "exceeds" else (MACHINE, "o")
            axes.plot([smd.low, smd.high], [y, y], color=color)
            axes.plot(smd.value, y, color=color, marker=marker)
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_yticks(range(len(rows)), [label for label, _, _ in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlabel("SMD with its 95% confidence interval (gray: tolerated)")
        return svg_of(figure, "fairness", "standardized mean difference by group.")
