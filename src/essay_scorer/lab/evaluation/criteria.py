"""The criteria of Williamson, Xi & Breyer (2012) for automated scores.

*A framework for evaluation and use of automated scoring*, Educational Measurement: Issues and
Practice 31 (1).
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from essay_scorer.lab.evaluation.metrics import Agreement, GroupAgreement, RaterAgreement

MIN_QWK = MIN_PEARSON = 0.70
MAX_DEGRADATION = 0.10  # of QWK and r, from human–human to human–machine agreement
MAX_SMD = 0.15
MAX_GROUP_DSM = 0.10
MIN_GROUP_ESSAYS = 30  # smaller groups are not judged


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
    by_group: Mapping[str, Mapping[str, GroupAgreement]],
) -> tuple[Criterion, ...]:
    """Return every criterion that can be applied.

    Args:
        overall: the agreement on all essays.
        raters: the agreement of two human raters, if it is known.
        by_group: by the name of a column, then by its value.
    """
    return (
        _at_least("QWK with human scores", overall.qwk, MIN_QWK),
        _at_least("Pearson's r with human scores", overall.pearson, MIN_PEARSON),
        _within("SMD", overall.smd, MAX_SMD),
        *(_rater_criteria(raters) if raters else ()),
        *_group_criteria(by_group),
    )


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
    by_group: Mapping[str, Mapping[str, GroupAgreement]],
) -> Iterator[Criterion]:
    for column, groups in by_group.items():
        differences = {
            name: group.dsm
            for name, group in groups.items()
            if group.essays >= MIN_GROUP_ESSAYS and not math.isnan(group.dsm)
        }
        if differences:
            largest = max(differences, key=lambda name: abs(differences[name]))
            name = f"largest DSM by {column}: {largest}"
            yield _within(name, differences[largest], MAX_GROUP_DSM)


def _at_least(name: str, value: float, least: float) -> Criterion:
    return Criterion(name=name, value=value, threshold=f"≥ {least:.2f}", met=value >= least)


def _within(name: str, value: float, most: float) -> Criterion:
    met = abs(value) <= most
    return Criterion(name=name, value=value, threshold=f"within ± {most:.2f}", met=met)
