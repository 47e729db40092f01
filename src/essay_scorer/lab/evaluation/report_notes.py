"""What to know before the figures of a report are read."""

from collections.abc import Iterator

from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
from essay_scorer.lab.evaluation.other_scale import OtherScaleReport

_OF_A_PROFILE = (
    "The profile fits the essays that it was learned from best: leave them out of the file, or the "
    "figures are too high."
)
_OF_ANOTHER_BUNDLE = (
    "If this bundle was trained on this file, the figures are too high: add --split test, which "
    "measures the essays that training left out."
)


def sample_sentence(report: EvaluationReport | OtherScaleReport) -> str:
    """Return how many essays of how many were measured, and why the others were not."""
    return report.sample.describe() if report.sample else f"{report.essays:,} essays were measured."


def report_notes(report: EvaluationReport | OtherScaleReport) -> Iterator[str]:
    """Yield the reasons why the figures may be too high."""
    source = report.provenance
    if source is None or report.sample is None:
        return
    if source.profile:
        yield _OF_A_PROFILE
    elif not source.shipped and "train" in report.sample.measured_splits:
        yield _OF_ANOTHER_BUNDLE
