"""Agreement by group: differences between groups, their certainty, and what is said of them."""

import numpy as np
import pytest
from scipy import stats

from essay_scorer.lab.evaluation.bootstrap import Estimate
from essay_scorer.lab.evaluation.group_fairness import (
    SMALL_GROUPS,
    GroupFairness,
    group_fairness,
)

ESSAYS = 1000
GROUPS = ["a", "b"] * (ESSAYS // 2)
IN_B = np.array([group == "b" for group in GROUPS])


@pytest.fixture(scope="module")
def human() -> np.ndarray:
    return np.random.default_rng(3).integers(1, 7, ESSAYS).astype(float)


@pytest.fixture(scope="module")
def machine(human: np.ndarray) -> np.ndarray:
    """Raw scores with random errors, and 0.3 points stricter with group b."""
    return human + np.random.default_rng(4).normal(0, 1, ESSAYS) - 0.3 * IN_B


def test_smd_is_the_difference_of_mean_z_scores(human: np.ndarray, machine: np.ndarray) -> None:
    measured = group_fairness(human, machine, GROUPS)
    expected = (stats.zscore(machine) - stats.zscore(human))[IN_B].mean()
    smd = measured["b"].smd
    assert smd is not None
    assert smd.value == pytest.approx(expected, abs=1e-4)
    assert smd.value < -0.05
    assert measured["a"].smd is not None
    assert measured["a"].smd.value == pytest.approx(-smd.value, abs=1e-4)


def test_differences_between_human_scores_do_not_count(human: np.ndarray) -> None:
    lower = human - IN_B
    measured = group_fairness(lower, 10 + 0.5 * lower, GROUPS)
    for group in measured.values():
        assert group.smd == Estimate(value=0, low=0, high=0)
        assert group.pearson == Estimate(value=1, low=1, high=1)


def test_r_and_its_interval_are_scipys(human: np.ndarray, machine: np.ndarray) -> None:
    expected = stats.pearsonr(human[IN_B], machine[IN_B])
    pearson = group_fairness(human, machine, GROUPS)["b"].pearson
    assert pearson is not None
    assert pearson.value == pytest.approx(expected.statistic, abs=1e-4)
    interval = expected.confidence_interval()
    assert (pearson.low, pearson.high) == pytest.approx(tuple(interval), abs=0.01)


def test_the_interval_of_smd_is_scipys(human: np.ndarray, machine: np.ndarray) -> None:
    def smd(h: np.ndarray, m: np.ndarray, b: np.ndarray) -> float:
        return float((stats.zscore(m) - stats.zscore(h))[b > 0].mean())

    expected = stats.bootstrap(
        (human, machine, IN_B), smd, paired=True, vectorized=False, n_resamples=1000,
        method="percentile", rng=np.random.default_rng(5),
    ).confidence_interval  # fmt: skip
    measured = group_fairness(human, machine, GROUPS)["b"].smd
    assert measured is not None
    assert (measured.low, measured.high) == pytest.approx(tuple(expected), abs=0.01)


def test_every_run_gives_the_same_intervals(human: np.ndarray, machine: np.ndarray) -> None:
    assert group_fairness(human, machine, GROUPS) == group_fairness(human, machine, GROUPS)


def test_small_groups_are_merged_and_not_measured(human: np.ndarray, machine: np.ndarray) -> None:
    """So no figure is about a handful of students."""
    groups = ["10"] * 500 + ["9"] * 450 + ["8"] * 29 + ["7"] * 21
    measured = group_fairness(human, machine, groups)
    assert list(measured) == ["9", "10", SMALL_GROUPS]
    small = measured[SMALL_GROUPS]
    assert small == GroupFairness(essays=50, pearson=None, smd=None)
    assert small.verdict == "not measured"


def test_a_group_whose_scores_never_vary_has_no_r(human: np.ndarray) -> None:
    constant = np.where(IN_B, 3.0, human)
    measured = group_fairness(constant, human, GROUPS)["b"]
    assert measured.pearson is None
    assert measured.smd is not None


@pytest.mark.parametrize(
    ("essays", "smd", "verdict"),
    [
        (80, (0.10, 0.01, 0.19), "within"),
        (80, (-0.11, -0.30, 0.10), "exceeds"),
        (79, (-0.11, -0.30, 0.10), "too few to judge"),
        (79, (0.05, 0.01, 0.09), "too few to judge"),
        (30, (0.50, 0.10, 0.90), "exceeds"),
    ],
)
def test_a_group_is_judged_if_there_are_enough_essays_or_no_doubt(
    essays: int, smd: tuple[float, float, float], verdict: str
) -> None:
    value, low, high = smd
    group = GroupFairness(
        essays=essays, pearson=None, smd=Estimate(value=value, low=low, high=high)
    )
    assert group.verdict == verdict
