"""The evaluation as a few lines for a terminal."""

from collections.abc import Iterator
from dataclasses import asdict

from essay_scorer.lab.evaluation.bootstrap import format_estimate
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
from essay_scorer.lab.evaluation.other_scale import OtherScaleReport


def summarize(report: EvaluationReport | OtherScaleReport) -> str:
    """Return the overall measures, QWK by prompt, agreement by group, and the criteria."""
    lines = [f"{report.model.name} {report.model.version}, {report.essays} essays"]
    if isinstance(report, EvaluationReport):
        lines += _own_scale(report)
    lines += [*_length(report), "", *_groups(report)]
    for criterion in report.criteria:
        met = "met    " if criterion.met else "NOT MET"
        lines.append(f"{met}  {criterion.name}: {criterion.value:.3f} ({criterion.threshold})")
    return "\n".join(lines)


def _own_scale(report: EvaluationReport) -> Iterator[str]:
    for name, value in asdict(report.overall).items():
        if name != "essays":
            yield f"{name:<16} {value:.3f}"
    yield ""
    yield f"{'prompt':<16} essays    qwk"
    for name, part in report.by_prompt.items():
        yield f"{name or '(none)':<16} {part.essays:>6} {part.qwk:>6.3f}"
    yield ""


def _length(report: EvaluationReport | OtherScaleReport) -> Iterator[str]:
    yield f"r with human scores                {format_estimate(report.length.pearson)}"
    if report.length.ridge:
        yield f"r of a ridge on length alone       {report.length.ridge.pearson:.3f}"
    yield f"r, once log length is taken out    {format_estimate(report.length.partial)}"


def _groups(report: EvaluationReport | OtherScaleReport) -> Iterator[str]:
    for column, groups in report.fairness.items():
        yield f"{column:<32} essays  r                      SMD"
        for name, group in groups.items():
            pearson, smd = format_estimate(group.pearson), format_estimate(group.smd)
            yield f"{name or '(none)':<32} {group.essays:>6}  {pearson:<21}  {smd}  {group.verdict}"
        yield ""
