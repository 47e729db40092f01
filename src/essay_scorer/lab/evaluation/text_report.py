"""The evaluation as a few lines for a terminal."""

from collections.abc import Iterator

from essay_scorer.lab.evaluation.criteria import NO_VERDICT, Criterion
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
from essay_scorer.lab.evaluation.figures import (
    CONFIDENCE_NOTE,
    criterion_value,
    estimated,
    figure,
    overall_figures,
    rater_figures,
    with_interval,
)
from essay_scorer.lab.evaluation.other_scale import NOT_COMPARABLE, OtherScaleReport
from essay_scorer.lab.evaluation.report_notes import report_notes, sample_sentence

_WIDTH = 40  # of the names of figures
_SHORT = {"met": "met", "not met": "NOT MET", "too few to judge": "–", "not measured": "–"}


def summarize(report: EvaluationReport | OtherScaleReport) -> str:
    """Return the overall measures, QWK by prompt, agreement by group, and the criteria."""
    lines = [f"{report.model.name} {report.model.version}: {sample_sentence(report)}"]
    lines += [*report_notes(report), ""]
    lines += _own_scale(report) if isinstance(report, EvaluationReport) else _other_scale(report)
    lines += [*_length(report), "", *_groups(report)]
    lines += map(_criterion, report.criteria)
    lines += ["", CONFIDENCE_NOTE, NO_VERDICT]
    if report.provenance:
        lines += ["", *(f"{name:<{_WIDTH}} {value}" for name, value in report.provenance.lines())]
    return "\n".join(lines)


def _row(name: str, value: str) -> str:
    return f"{name:<{_WIDTH}} {value}"


def _criterion(criterion: Criterion) -> str:
    mark = f"{_SHORT[criterion.verdict]:<7}"
    value = f"{criterion.name}: {criterion_value(criterion)}, should be {criterion.threshold}"
    doubt = criterion.conclusion.removeprefix(criterion.verdict).lstrip(", ")
    if criterion.met is None:
        doubt = criterion.conclusion
    return f"{mark}  {value}{f'; {doubt}' if doubt else ''}"


def _own_scale(report: EvaluationReport) -> Iterator[str]:
    yield from (_row(name, value) for name, value in overall_figures(report.overall))
    for name, share in report.flags.items():
        title = "flagged" if name == "any" else f"flagged {name}"
        yield _row(title, with_interval(share, report.flag_intervals.get(name)))
    yield ""
    yield f"{'prompt':<{_WIDTH}} essays  QWK                      exact agreement"
    for name, part in report.by_prompt.items():
        yield _row(
            name or "(none)",
            f"{part.essays:>6}  {figure(part, 'qwk'):<23}  {figure(part, 'exact')}",
        )
    yield ""
    if report.human:
        yield from (_row(name, value) for name, value in rater_figures(report.human))
        yield ""


def _other_scale(report: OtherScaleReport) -> Iterator[str]:
    yield NOT_COMPARABLE
    yield ""
    yield _row("Spearman's rho", estimated(report.spearman))
    yield _row("Kendall's tau-b", estimated(report.kendall))
    yield _row("flagged", with_interval(report.flagged, report.flagged_interval))


def _length(report: EvaluationReport | OtherScaleReport) -> Iterator[str]:
    length = report.length
    yield _row("r with human scores", estimated(length.pearson))
    if length.ridge:
        yield _row("r of a ridge on length alone", figure(length.ridge, "pearson"))
    yield _row("r, once log length is taken out", estimated(length.partial))


def _groups(report: EvaluationReport | OtherScaleReport) -> Iterator[str]:
    for column, groups in report.fairness.items():
        yield f"{column:<{_WIDTH}} essays  r                      SMD"
        for name, group in groups.items():
            pearson, smd = estimated(group.pearson), estimated(group.smd)
            figures = f"{group.essays:>6}  {pearson:<21}  {smd}"
            verdict = "" if group.smd is None else f"  {group.verdict}"
            yield _row(name or "(none)", f"{figures}{verdict}")
        yield ""
