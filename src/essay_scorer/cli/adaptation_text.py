"""The report of a profile as text for a terminal."""

from collections.abc import Iterator

from essay_scorer.adapt.adaptation_report import (
    MORE_MARKS,
    MORE_THAN_LEARNED,
    NOT_BETTER_THAN_LENGTH,
    TWO_VALUES,
    AdaptationReport,
    Agreement,
)
from essay_scorer.model.scale import Scale

_BAR_WIDTH = 40
_NOTES = {
    TWO_VALUES: "The marks have two different values only; mark essays that are clearly better or "
    "worse.",
    MORE_THAN_LEARNED: "There are more marks than a profile learns from; it used evenly spaced "
    "ones.",
    NOT_BETTER_THAN_LENGTH: "The number of words alone predicts these marks as well; do not rely "
    "on the suggestions.",
}


def describe_report(report: AdaptationReport, scale: Scale) -> str:
    """Return a report as a table, the learning curve and notes."""
    return "\n".join(_lines(report, scale))


def _lines(report: AdaptationReport, scale: Scale) -> Iterator[str]:
    unit = "steps" if scale.labels else "points"
    yield (f"{report.marks} marks on the scale {scale}, each predicted without itself")
    yield ""
    yield f"{'':<22}{'kappa':>7}{'exact':>8}{f'±{report.tolerance:g}':>8}{'mean error':>12}"
    for name, agreement in (
        ("this profile", report.profile),
        ("number of words alone", report.length),
        ("shipped score, mapped", report.scale_map),
    ):
        yield _row(name, agreement)
    yield ""
    yield (
        f"correlation with your marks {report.correlation:.2f}, without length "
        f"{report.without_length:.2f}"
    )
    yield (
        f"intervals contain {report.coverage:.0%} of your marks; mean width "
        f"{report.interval_width:.1f} {unit}"
    )
    yield ""
    yield from _curve(report, unit)
    for note in report.notes:
        yield ""
        yield _NOTES[note]


def _row(name: str, agreement: Agreement) -> str:
    return (
        f"{name:<22}{agreement.qwk:>7.2f}{agreement.exact:>8.0%}{agreement.adjacent:>8.0%}"
        f"{agreement.error:>12.2f}"
    )


def _curve(report: AdaptationReport, unit: str) -> Iterator[str]:
    """Draw the mean error for each number of marks."""
    yield f"marks  mean error in {unit}, before rounding"
    more = report.marks + MORE_MARKS
    points = [(point.marks, point.error, "█", "") for point in report.curve]
    if len(points) > 1:
        points.append((more, report.error_with_more, "░", " expected"))
    highest = max(error for _, error, _, _ in points) or 1.0
    for marks, error, block, remark in points:
        bar = block * max(round(_BAR_WIDTH * error / highest), 1)
        yield f"{marks:>5}  {bar} {error:.2f}{remark}"
