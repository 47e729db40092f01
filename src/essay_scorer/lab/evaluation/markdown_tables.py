"""The report as Markdown tables; those of fairness and length are also for the model card."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from essay_scorer.lab.evaluation.bootstrap import format_estimate
from essay_scorer.lab.evaluation.criteria import NO_VERDICT
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
from essay_scorer.lab.evaluation.figures import (
    CONFIDENCE_NOTE,
    Measured,
    criterion_value,
    estimated,
    figure,
    overall_figures,
    with_interval,
)
from essay_scorer.lab.evaluation.group_fairness import (
    MAX_GROUP_SMD,
    MIN_GROUP_ESSAYS,
    MIN_JUDGED_ESSAYS,
    GroupFairness,
)
from essay_scorer.lab.evaluation.other_scale import NOT_COMPARABLE, OtherScaleReport
from essay_scorer.lab.evaluation.report_notes import report_notes, sample_sentence

_NONE = "–"  # there is no such figure

ADVICE = (
    "What a school should do: let a teacher score the essays of such a group before a score "
    "counts, do not compare the group with others by machine scores, and measure again on your "
    "own essays."
)


def markdown_tables(report: EvaluationReport | OtherScaleReport) -> str:
    """Return the report as tables and sentences, for documentation."""
    return "\n\n".join([sample_sentence(report), *report_notes(report), *_tables(report)])


def _tables(report: EvaluationReport | OtherScaleReport) -> Iterator[str]:
    if report.fairness:
        yield fairness_markdown(report.fairness)
    yield length_table(report, with_intervals=True)
    if isinstance(report, EvaluationReport):
        yield _pairs("on all essays", overall_figures(report.overall))
        yield _by_prompt(report)
        yield _pairs("flag, share of the essays", _flags(report))
    else:
        yield NOT_COMPARABLE
        yield _pairs("on all essays", _other_scale(report))
    yield _criteria(report)
    yield f"{CONFIDENCE_NOTE} {NO_VERDICT}"
    if report.provenance:
        yield _pairs("made from", report.provenance.lines())


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in (header, *rows)]
    lines.insert(1, f"|{'---|' * len(header)}")
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Return a text as the content of a cell: a pipe or a line break would end it."""
    return " ".join(text.replace("|", "\\|").split())


def _pairs(title: str, rows: Iterable[tuple[str, str]]) -> str:
    return _table([title, ""], rows)


def _by_prompt(report: EvaluationReport) -> str:
    names = ("qwk", "pearson", "exact", "adjacent", "smd")
    header = ["prompt", "essays", "QWK", "r", "exact", "exact + adjacent", "SMD"]
    rows = (
        [prompt or "(none)", f"{part.essays:,}", *(figure(part, name) for name in names)]
        for prompt, part in report.by_prompt.items()
    )
    return _table(header, rows)


def _flags(report: EvaluationReport) -> Iterator[tuple[str, str]]:
    for name, share in report.flags.items():
        yield name, with_interval(share, report.flag_intervals.get(name), percent=True)


def _other_scale(report: OtherScaleReport) -> Iterator[tuple[str, str]]:
    yield "Spearman's rho", estimated(report.spearman)
    yield "Kendall's tau-b", estimated(report.kendall)
    yield "flagged", with_interval(report.flagged, report.flagged_interval, percent=True)


def _criteria(report: EvaluationReport | OtherScaleReport) -> str:
    rows = (
        [one.name, criterion_value(one), one.threshold, one.conclusion] for one in report.criteria
    )
    return _table(["criterion", "value", "threshold", ""], rows)


def fairness_markdown(fairness: Mapping[str, Mapping[str, GroupFairness]]) -> str:
    """Return the table of all groups, and what it says in words."""
    rows = [
        f"| {_cell(column)} | {_cell(name) or '(none)'} | {group.essays} "
        f"| {format_estimate(group.pearson)} "
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


def length_table(
    report: EvaluationReport | OtherScaleReport, *, with_intervals: bool = False
) -> str:
    """Return the agreement beside that of length alone, and what is left without length.

    Args:
        report: with or without the length baseline.
        with_intervals: also those of QWK and of the baseline, which a model card leaves out.
    """
    length, overall = report.length, getattr(report, "overall", None)
    write = figure if with_intervals else _number
    qwk = write(overall, "qwk") if overall else _NONE
    rows = [["score", qwk, format_estimate(length.pearson)]]
    if length.ridge is not None:
        ridge_qwk = _NONE if length.ridge.qwk is None else write(length.ridge, "qwk")
        pearson = write(length.ridge, "pearson")
        rows.append(["ridge regression on the length alone", ridge_qwk, pearson])
    rows.append(["score, once log length is taken out", _NONE, format_estimate(length.partial)])
    return _table(["agreement with human scores", "QWK", "r"], rows)


def _number(record: Measured, name: str) -> str:
    value = getattr(record, name)
    return _NONE if value is None else f"{value:.3f}"
