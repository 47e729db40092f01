"""Fairness and the influence of length as Markdown, for the model card and the documentation."""

from collections.abc import Iterator, Mapping

from essay_scorer.lab.evaluation.bootstrap import format_estimate
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
from essay_scorer.lab.evaluation.group_fairness import (
    MAX_GROUP_SMD,
    MIN_GROUP_ESSAYS,
    MIN_JUDGED_ESSAYS,
    GroupFairness,
)
from essay_scorer.lab.evaluation.length_dependence import LengthDependence
from essay_scorer.lab.evaluation.other_scale import OtherScaleReport

ADVICE = (
    "What a school should do: let a teacher score the essays of such a group before a score "
    "counts, do not compare the group with others by machine scores, and measure again on your "
    "own essays."
)


def markdown_tables(report: EvaluationReport | OtherScaleReport) -> str:
    """Return the tables of a report that the documentation has."""
    tables = [fairness_markdown(report.fairness)] if report.fairness else []
    return "\n\n".join([*tables, length_table(report)])


def fairness_markdown(fairness: Mapping[str, Mapping[str, GroupFairness]]) -> str:
    """Return the table of all groups, and what it says in words."""
    rows = [
        f"| {column} | {name or '(none)'} | {group.essays} | {format_estimate(group.pearson)} "
        f"| {format_estimate(group.smd, '+')} | {group.verdict} |"
        for column, groups in fairness.items()
        for name, group in groups.items()
    ]
    header = ["| by | group | essays | r | SMD | |", "|---|---|---|---|---|---|"]
    return "\n".join([*header, *rows, "", *fairness_sentences(fairness)])


def fairness_sentences(fairness: Mapping[str, Mapping[str, GroupFairness]]) -> list[str]:
    """Return a sentence for each group beyond the threshold, and the advice, else one sentence."""
    found = list(_exceeding(fairness))
    if found:
        return [*found, ADVICE]
    return [f"No group of {MIN_JUDGED_ESSAYS} essays or more is beyond ±{MAX_GROUP_SMD:.2f}."]


def _exceeding(fairness: Mapping[str, Mapping[str, GroupFairness]]) -> Iterator[str]:
    for column, groups in fairness.items():
        for name, group in groups.items():
            if group.smd and group.verdict == "exceeds":
                direction = "more generous" if group.smd.value > 0 else "stricter"
                yield (
                    f"For the group {name or '(none)'} ({column}, {group.essays} essays), the "
                    f"scorer is {direction} than human raters are, compared with the other "
                    f"essays: SMD {format_estimate(group.smd, '+')}."
                )


def fairness_note() -> str:
    """Return the definitions that the table of groups needs."""
    return (
        "r: Pearson's correlation of raw and human scores. SMD: mean machine score minus mean "
        "human score of the group, after both were standardized over all essays (Williamson, Xi "
        f"& Breyer 2012, who tolerate ±{MAX_GROUP_SMD:.2f} in a group; RSMTool calls it DSM). In "
        "parentheses: 95% confidence intervals from 2,000 bootstrap resamples. A group of fewer "
        f"than {MIN_JUDGED_ESSAYS} essays is judged only if its SMD is beyond ±"
        f"{MAX_GROUP_SMD:.2f} and its interval excludes 0; groups of fewer than "
        f"{MIN_GROUP_ESSAYS} are counted, not measured."
    )


def length_table(report: EvaluationReport | OtherScaleReport) -> str:
    """Return the agreement beside that of length alone, and what is left without length."""
    length, overall = report.length, getattr(report, "overall", None)
    rows = [
        ("score", overall and overall.qwk, format_estimate(length.pearson)),
        *_ridge_row(length),
    ]
    rows.append(("score, once log length is taken out", None, format_estimate(length.partial)))
    lines = [f"| {name} | {_number(qwk)} | {pearson} |" for name, qwk, pearson in rows]
    return "\n".join(["| agreement with human scores | QWK | r |", "|---|---|---|", *lines])


def _ridge_row(length: LengthDependence) -> list[tuple[str, float | None, str]]:
    ridge = length.ridge
    if ridge is None:
        return []
    return [("ridge regression on the length alone", ridge.qwk, f"{ridge.pearson:.3f}")]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
