"""The tables of ``docs/adapt.md``, and its curve."""

from pathlib import Path

import matplotlib as mpl
import pandas as pd

mpl.use("svg")
from matplotlib import pyplot as plt

START, END = "<!-- benchmark -->", "<!-- end of the benchmark -->"
CURVE = "adapt-curve.svg"
RECIPE_QWK = 0.787  # of scorers trained on about 970 essays of a prompt: docs/benchmark-asap.md
ROWS = {
    "profile": "qwk",
    "number of words alone": "length_qwk",
    "shipped score, mapped": "map_qwk",
}


def write_page(page: Path, trials: pd.DataFrame, *, human: float | None) -> None:
    """Replace the tables of a page, and draw the curve beside it.

    Args:
        page: has the two comments between which the tables are.
        trials: one row per trial, with the fields of ``bench.adaptation.Trial``.
        human: kappa of two human raters, if it is known.
    """
    random = trials[trials["choice"] == "random"]
    parts = [_corpus_table(rows, str(corpus)) for corpus, rows in random.groupby("corpus")]
    parts += [_group_table(random), _start_table(trials)]
    if human is not None:
        parts.append(
            f"Two human raters of ASAP 2012 agree with a kappa of {human:.3f}, mean of the eight "
            f"prompts; scorers trained on about 970 essays of a prompt reach {RECIPE_QWK:.3f}."
        )
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    page.write_text(
        "".join([before, START, "\n\n", "\n\n".join(parts), "\n\n", END, after]), encoding="utf-8"
    )
    _draw_curve(random, page.with_name(CURVE))


def _by_marks(rows: pd.DataFrame, name: str) -> "pd.Series[float]":
    """Return the mean of the groups' means for each number of marks."""
    return rows.groupby(["marks", "group"])[name].mean().groupby("marks").mean()


def _corpus_table(rows: pd.DataFrame, corpus: str) -> str:
    marks = sorted(set(rows["marks"]))
    lines = [_line([corpus, *map(str, marks)]), _line(["---"] * (len(marks) + 1))]
    for title, name in ROWS.items():
        lines.append(_line([title, *(f"{value:.3f}" for value in _by_marks(rows, name))]))
    if corpus == "ASAP 2.0":
        shipped = _by_marks(rows, "shipped_qwk")
        lines.append(_line(["shipped score as it is", *(f"{value:.3f}" for value in shipped)]))
    coverage, width = _by_marks(rows, "coverage"), _by_marks(rows, "width")
    lines.append(_line(["coverage of the intervals", *(f"{value:.1%}" for value in coverage)]))
    lines.append(_line(["width, of the scale", *(f"{value:.0%}" for value in width)]))
    report = _by_marks(rows, "report_qwk")
    lines.append(_line(["kappa in the report", *(f"{value:.3f}" for value in report)]))
    return "\n".join(lines)


def _group_table(rows: pd.DataFrame) -> str:
    """Return kappa and coverage of each group."""
    marks = [count for count in sorted(set(rows["marks"])) if count >= 20]
    lines = [
        "Kappa and coverage of each prompt and language:",
        "",
        _line(["", *map(str, marks)]),
        _line(["---"] * (len(marks) + 1)),
    ]
    for (corpus, group), part in rows.groupby(["corpus", "group"]):
        means = part.groupby("marks")[["qwk", "coverage"]].mean()
        cells = [
            f"{means['qwk'][count]:.3f}, {means['coverage'][count]:.0%}"
            if count in means.index
            else ""
            for count in marks
        ]
        lines.append(_line([f"{corpus}, {group}", *cells]))
    return "\n".join(lines)


def _start_table(trials: pd.DataFrame) -> str:
    started = trials[trials["choice"] == "start"]
    same = trials[(trials["choice"] == "random") & trials["marks"].isin(set(started["marks"]))]
    lines = [
        "Ten essays to mark first, as the scorer suggests them, or ten at random of the same "
        "class of forty:",
        "",
        _line(["", "suggested", "at random"]),
        _line(["---"] * 3),
    ]
    for corpus, rows in started.groupby("corpus"):
        others = same[same["corpus"] == corpus]
        values = [part.groupby("group")["qwk"].mean().mean() for part in (rows, others)]
        lines.append(_line([str(corpus), *(f"{value:.3f}" for value in values)]))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _draw_curve(rows: pd.DataFrame, path: Path) -> None:
    corpora = ["ASAP 2012", "MERLIN"]
    figure, axes = plt.subplots(1, len(corpora), figsize=(9, 3.4), sharey=True)
    for axis, corpus in zip(axes, corpora, strict=True):
        part = rows[rows["corpus"] == corpus]
        for (title, name), style in zip(ROWS.items(), ("o-", "s--", "^:"), strict=True):
            values = _by_marks(part, name)
            axis.plot(values.index, values.to_numpy(), style, label=title)
        axis.set(title=corpus, xlabel="marks", xscale="log", ylim=(0, 1))
        axis.set_xticks(sorted(set(part["marks"])), [str(n) for n in sorted(set(part["marks"]))])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("quadratic weighted kappa")
    axes[0].legend(loc="lower right", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
