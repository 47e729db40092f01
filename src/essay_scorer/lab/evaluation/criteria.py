"""The criteria of Williamson, Xi & Breyer (2012) for automated scores.

*A framework for evaluation and use of automated scoring*, Educational Measurement: Issues and
Practice 31 (1).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from essay_scorer.lab.evaluation.bootstrap import Estimate, Interval
from essay_scorer.lab.evaluation.group_fairness import (
    MAX_GROUP_SMD,
    MIN_JUDGED_ESSAYS,
    GroupFairness,
)
from essay_scorer.lab.evaluation.metrics import Agreement, RaterAgreement

MIN_QWK = MIN_PEARSON = 0.70
MAX_DEGRADATION = 0.10  # of QWK and r, from human–human to human–machine agreement
MAX_SMD = 0.15

# With 100 essays, the 95% interval of r = 0.70 reaches 0.10 to each side (Fisher's z), as far as
# the degradation that is tolerated; with fewer, a verdict would be chance.
MIN_ESSAYS = 100

NO_VERDICT = (
    f"A criterion is judged from {MIN_ESSAYS} essays on: with fewer, the 95% confidence interval "
    "of r = 0.70 reaches more than 0.10 to each side. The largest SMD of a group is judged from "
    f"{MIN_JUDGED_ESSAYS} essays of the group on, or if its interval excludes 0."
)

Verdict: TypeAlias = Literal["met", "not met", "too few to judge", "not measured"]


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """A criterion, applied.

    Attributes:
        name: what is measured, for people.
        value: the measured value; None if it is undefined.
        interval: its confidence interval, if there is one.
        threshold: for people, such as ``≥ 0.70``.
        essays: that were measured.
        verdict: whether the value is within the threshold, if there are enough essays.
        certain: whether the interval leaves no doubt: all of it is on one side of the threshold.
        reason: why there is no verdict; empty if there is one.
    """

    name: str
    value: float | None
    interval: Interval | None
    threshold: str
    essays: int
    verdict: Verdict
    certain: bool
    reason: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the criterion is met; None without a verdict."""
        return {"met": True, "not met": False}.get(self.verdict)

    @property
    def conclusion(self) -> str:
        """The verdict in words, with its doubts."""
        if self.reason:
            joint = ": " if self.verdict == "not measured" else " "
            return f"{self.verdict}{joint}{self.reason}"
        if self.interval is None:
            return f"{self.verdict}, but there is no interval"
        doubt = "" if self.certain else ", but the interval spans the threshold"
        return f"{self.verdict}{doubt}"


@dataclass(frozen=True, kw_only=True)
class _Range:
    """The values that a criterion allows, from ``low`` to ``high``."""

    low: float
    high: float
    threshold: str

    def judge(
        self,
        name: str,
        value: float | None,
        interval: Interval | None,
        essays: int,
        unmeasured: str | None = None,
    ) -> Criterion:
        """Return the criterion, applied to a value."""
        verdict, reason = self._verdict(value, essays, unmeasured)
        return Criterion(
            name=name,
            value=value,
            interval=interval,
            threshold=self.threshold,
            essays=essays,
            verdict=verdict,
            certain=interval is not None and not self.is_crossed(interval),
            reason=reason,
        )

    def _verdict(
        self, value: float | None, essays: int, unmeasured: str | None
    ) -> tuple[Verdict, str]:
        if value is None:
            return "not measured", unmeasured or "undefined for these scores"
        if essays < MIN_ESSAYS:
            return "too few to judge", f"({essays} of at least {MIN_ESSAYS})"
        return ("met" if self.low <= value <= self.high else "not met"), ""

    def is_crossed(self, interval: Interval) -> bool:
        """Say whether an interval is neither inside nor outside."""
        inside = self.low <= interval.low and interval.high <= self.high
        outside = interval.high < self.low or self.high < interval.low
        return not (inside or outside)


def _at_least(least: float) -> _Range:
    return _Range(low=least, high=float("inf"), threshold=f"≥ {least:.2f}")


def _at_most(most: float) -> _Range:
    return _Range(low=float("-inf"), high=most, threshold=f"≤ {most:.2f}")


def _within(most: float) -> _Range:
    return _Range(low=-most, high=most, threshold=f"within ± {most:.2f}")


_OVERALL = {
    "qwk": ("QWK with human scores", _at_least(MIN_QWK)),
    "pearson": ("Pearson's r with human scores", _at_least(MIN_PEARSON)),
    "smd": ("SMD", _within(MAX_SMD)),
}
_OF_RATERS = {
    "qwk_degradation": ("QWK: human–human − human–machine", _at_most(MAX_DEGRADATION)),
    "pearson_degradation": ("Pearson's r: human–human − human–machine", _at_most(MAX_DEGRADATION)),
}


def apply_criteria(
    overall: Agreement,
    raters: RaterAgreement | None,
    fairness: Mapping[str, Mapping[str, GroupFairness]],
) -> tuple[Criterion, ...]:
    """Return every criterion that can be applied.

    Args:
        overall: the agreement on all essays.
        raters: the agreement of two human raters, if it is known.
        fairness: by the name of a column, then by its value.
    """
    return (
        *_judge_each(_OVERALL, overall),
        *(_judge_each(_OF_RATERS, raters) if raters else ()),
        *_group_criteria(fairness),
    )


def apply_other_scale_criteria(
    pearson: Estimate | None,
    essays: int,
    fairness: Mapping[str, Mapping[str, GroupFairness]],
) -> tuple[Criterion, ...]:
    """Return the criteria that can be applied to human scores on another scale.

    Args:
        pearson: Pearson's r with them.
        essays: their number.
        fairness: by the name of a column, then by its value.
    """
    name, allowed = _OVERALL["pearson"]
    value, interval = (pearson.value, _interval(pearson)) if pearson else (None, None)
    return (allowed.judge(name, value, interval, essays), *_group_criteria(fairness))


def _judge_each(
    criteria: Mapping[str, tuple[str, _Range]], measured: Agreement
) -> Iterator[Criterion]:
    for field, (name, allowed) in criteria.items():
        yield allowed.judge(
            name,
            getattr(measured, field),
            measured.intervals.get(field),
            measured.essays,
            measured.unmeasured,
        )


def _group_criteria(
    fairness: Mapping[str, Mapping[str, GroupFairness]],
) -> Iterator[Criterion]:
    """Yield the largest SMD of the groups by each column that are large enough to judge."""
    for column, groups in fairness.items():
        judged = {
            name: group.smd
            for name, group in groups.items()
            if group.smd and group.verdict in ("within", "exceeds")
        }
        if judged:
            largest = max(judged, key=lambda name: abs(judged[name].value))
            yield _judge_group(column, largest, groups[largest], judged[largest])


def _judge_group(column: str, name: str, group: GroupFairness, smd: Estimate) -> Criterion:
    """Return the criterion of a group, which its own rule found large enough to judge."""
    allowed, interval = _within(MAX_GROUP_SMD), _interval(smd)
    return Criterion(
        name=f"largest SMD by {column}: {name or '(none)'}",
        value=smd.value,
        interval=interval,
        threshold=allowed.threshold,
        essays=group.essays,
        verdict="met" if group.verdict == "within" else "not met",
        certain=not allowed.is_crossed(interval),
    )


def _interval(estimate: Estimate) -> Interval:
    return Interval(low=estimate.low, high=estimate.high)
