"""The criteria of Williamson, Xi & Breyer (2012) for automated scores.

*A framework for evaluation and use of automated scoring*, Educational Measurement: Issues and
Practice 31 (1).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from essay_scorer.lab.evaluation.bootstrap import Estimate
from essay_scorer.lab.evaluation.group_fairness import MAX_GROUP_SMD, GroupFairness
from essay_scorer.lab.evaluation.metrics import Agreement, RaterAgreement

MIN_QWK = MIN_PEARSON = 0.70
MAX_DEGRADATION = 0.10  # of QWK and r, from human–human to human–machine agreement
MAX_SMD = 0.15


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """A criterion, applied.

    Attributes:
        name: what is measured, for people.
        value: the measured value.
        threshold: for people, such as ``≥ 0.70``.
        met: whether the value is within the threshold.
    """

    name: str
    value: float
    threshold: str
    met: bool


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
        _at_least("QWK with human scores", overall.qwk, MIN_QWK),
        _at_least("Pearson's r with human scores", overall.pearson, MIN_PEARSON),
        _within("SMD", overall.smd, MAX_SMD),
        *(_rater_criteria(raters) if raters else ()),
        *_group_criteria(fairness),
    )


def apply_other_scale_criteria(
    pearson: Estimate | None, fairness: Mapping[str, Mapping[str, GroupFairness]]
) -> tuple[Criterion, ...]:
    """Return the criteria that can be applied to human scores on another scale.

    Args:
        pearson: Pearson's r with them.
        fairness: by the name of a column, then by its value.
    """
    name = "Pearson's r with human scores"
    overall = [_at_least(name, pearson.value, MIN_PEARSON)] if pearson else []
    return (*overall, *_group_criteria(fairness))


def _rater_criteria(raters: RaterAgreement) -> Iterator[Criterion]:
    degradations = {"QWK": raters.qwk_degradation, "Pearson's r": raters.pearson_degradation}
    for name, degradation in degradations.items():
        yield Criterion(
            name=f"{name}: human–human − human–machine",
            value=degradation,
            threshold=f"≤ {MAX_DEGRADATION:.2f}",
            met=degradation <= MAX_DEGRADATION,
        )


def _group_criteria(
    fairness: Mapping[str, Mapping[str, GroupFairness]],
) -> Iterator[Criterion]:
    """Yield the largest SMD of the groups by each column that are large enough to judge."""
    for column, groups in fairness.items():
        judged = {
            name: group.smd.value
            for name, group in groups.items()
            if group.smd and group.verdict in ("within", "exceeds")
        }
        if judged:
            largest = max(judged, key=lambda name: abs(judged[name]))
            yield _within(f"largest SMD by {column}: {largest}", judged[largest], MAX_GROUP_SMD)


def _at_least(name: str, value: float, least: float) -> Criterion:
    return Criterion(name=name, value=value, threshold=f"≥ {least:.2f}", met=value >= least)


def _within(name: str, value: float, most: float) -> Criterion:
    met = abs(value) <= most
    return Criterion(name=name, value=value, threshold=f"within ± {most:.2f}", met=met)
