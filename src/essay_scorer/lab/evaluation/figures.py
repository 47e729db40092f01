"""Write figures for people, with their confidence intervals or why there is no figure."""

from collections.abc import Iterator
from typing import Protocol

from essay_scorer.lab.evaluation.bootstrap import Estimate, Interval, format_estimate
from essay_scorer.lab.evaluation.criteria import Criterion
from essay_scorer.lab.evaluation.evaluation_report import OverallAgreement
from essay_scorer.lab.evaluation.metrics import Intervals, RaterAgreement

NOT_MEASURED = "not measured"
CONFIDENCE_NOTE = (
    "In parentheses: 95% confidence intervals, from the percentiles of 2,000 bootstrap resamples "
    "of the essays (Efron & Tibshirani 1993); for a share of 0% or 100%, Clopper and "
    "Pearson's (1934)."
)

_OVERALL = {
    "qwk": "QWK",
    "pearson": "Pearson's r",
    "exact": "exact agreement",
    "adjacent": "exact + adjacent agreement",
    "smd": "SMD",
    "coverage": "human score in the prediction interval",
    "interval_scores": "scores in a prediction interval, mean",
    "review": "to be reviewed by a person",
}
_RATERS = {
    "qwk": "human–human QWK",
    "pearson": "human–human r",
    "exact": "human–human exact agreement",
    "qwk_degradation": "degradation of QWK",
    "pearson_degradation": "degradation of r",
    "prmse": "PRMSE",
}


class Measured(Protocol):
    """A record of figures, whose intervals are beside them."""

    @property
    def intervals(self) -> Intervals:
        """The confidence intervals, by the figure's name."""


def figure(record: Measured, name: str, *, percent: bool = False) -> str:
    """Return a figure of a record with its interval, such as ``0.825 (0.795, 0.852)``."""
    value = getattr(record, name)
    if value is None:
        reason = getattr(record, "unmeasured", None)
        return f"{NOT_MEASURED}: {reason}" if reason else NOT_MEASURED
    return with_interval(value, record.intervals.get(name), percent=percent)


def with_interval(value: float, interval: Interval | None, *, percent: bool = False) -> str:
    """Return a figure with its interval."""
    if interval is None:
        return f"{_number(value, percent=percent)} (no interval)"
    low, high = (_number(end, percent=percent) for end in (interval.low, interval.high))
    return f"{_number(value, percent=percent)} ({low}, {high})"


def estimated(estimate: Estimate | None) -> str:
    """Return an estimate with its interval, or that it was not measured."""
    return format_estimate(estimate) if estimate else NOT_MEASURED


def criterion_value(criterion: Criterion) -> str:
    """Return the value of a criterion with its interval."""
    if criterion.value is None:
        return NOT_MEASURED
    return with_interval(criterion.value, criterion.interval)


def overall_figures(overall: OverallAgreement) -> Iterator[tuple[str, str]]:
    """Yield the measures on all essays, as pairs of a name and a figure."""
    return ((title, figure(overall, name)) for name, title in _OVERALL.items())


def rater_figures(raters: RaterAgreement) -> Iterator[tuple[str, str]]:
    """Yield how two raters agree, as pairs of a name and a figure; PRMSE only if it exists."""
    yield "essays with two human scores", f"{raters.essays:,}"
    for name, title in _RATERS.items():
        if name != "prmse" or raters.prmse is not None:
            yield title, figure(raters, name)


def _number(value: float, *, percent: bool) -> str:
    text = f"{value:.1%}" if percent else f"{value:.3f}"
    return text.removeprefix("-") if not text.strip("-0.%") else text  # no -0.000
