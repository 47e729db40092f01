"""Agreement by groups of writers, with confidence intervals.

Machine and human scores are standardized over all essays, so they may be on different scales. The
SMD of a group is the mean standardized machine score minus the mean standardized human score of
its essays. For such scores, this is the standardized mean score difference of Williamson, Xi &
Breyer (2012), who tolerate 0.10 in a group; RSMTool calls it DSM (Educational Testing Service,
*RSMTool: evaluation metrics*). A positive SMD means that the machine is more generous to the
group than human raters are, compared with the other essays.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from essay_scorer.lab.evaluation.bootstrap import (
    Estimate,
    Floats,
    correlations,
    estimate,
    means_and_covariances,
    resampled_moments,
    standardize,
)
from essay_scorer.lab.evaluation.metrics import Numbers

MIN_GROUP_ESSAYS = 30  # smaller groups are merged, and not measured
MIN_JUDGED_ESSAYS = 80  # with fewer, chance alone often exceeds the threshold
MAX_GROUP_SMD = 0.10
SMALL_GROUPS = f"groups of fewer than {MIN_GROUP_ESSAYS}"

Verdict: TypeAlias = Literal["within", "exceeds", "too few to judge", "not measured"]


@dataclass(frozen=True, kw_only=True)
class GroupFairness:
    """Agreement on the essays of one group of writers.

    Attributes:
        essays: their number.
        pearson: Pearson's r of raw and human scores; None if undefined or not measured.
        smd: see the module's docstring; None if undefined or not measured.
    """

    essays: int
    pearson: Estimate | None
    smd: Estimate | None

    @property
    def verdict(self) -> Verdict:
        """Whether the SMD is within ±0.10.

        A group of fewer than eighty essays is only judged if its SMD exceeds the threshold and
        its confidence interval excludes 0.
        """
        if self.smd is None:
            return "not measured"
        large = abs(self.smd.value) > MAX_GROUP_SMD
        if self.essays < MIN_JUDGED_ESSAYS and not (large and self.smd.low * self.smd.high > 0):
            return "too few to judge"
        return "exceeds" if large else "within"


def merge_small_groups(groups: Sequence[str]) -> list[str]:
    """Return the groups, where those of fewer than thirty essays are one."""
    sizes = Counter(groups)
    return [name if sizes[name] >= MIN_GROUP_ESSAYS else SMALL_GROUPS for name in groups]


def group_fairness(
    human: Numbers, raw: Numbers, groups: Sequence[str]
) -> Mapping[str, GroupFairness]:
    """Measure the agreement by group; small groups are merged and only counted.

    Args:
        human: human scores on any scale, (essays,).
        raw: unrounded machine scores, (essays,).
        groups: the group of each essay's writer.
    """
    merged = np.array(merge_small_groups(groups))
    names = sorted(set(merged.tolist()), key=_order)
    members = (merged[:, None] == np.array(names)).astype(float)
    moments = resampled_moments(np.column_stack([standardize(human), standardize(raw)]), members)
    pearson, smd = correlations(moments)[..., 0, 1], _smd(moments)
    return {
        name: GroupFairness(
            essays=int(members[:, index].sum()),
            pearson=None if name == SMALL_GROUPS else estimate(pearson[:, index]),
            smd=None if name == SMALL_GROUPS else estimate(smd[:, index]),
        )
        for index, name in enumerate(names)
    }


def _smd(moments: Floats) -> Floats:
    """Return the SMD of each group in each resample, whose scores are standardized again."""
    means, _ = means_and_covariances(moments)
    all_means, covariances = means_and_covariances(moments.sum(axis=1))
    deviations = np.sqrt(np.diagonal(covariances, axis1=-2, axis2=-1))
    standardized = (means - all_means[:, None]) / deviations[:, None]
    return np.asarray(standardized[..., 1] - standardized[..., 0])


def _order(name: str) -> tuple[bool, float, str]:
    """Sort numbers by value, then other names; the small groups come last."""
    return (name == SMALL_GROUPS, float(name) if name.isdecimal() else float("inf"), name)
