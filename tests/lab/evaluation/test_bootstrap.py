"""Confidence intervals of agreement: those of SciPy and scikit-learn, from resampled essays."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from essay_scorer.lab.evaluation.bootstrap import Estimate, Interval, resampled_means
from essay_scorer.lab.evaluation.criteria import MIN_ESSAYS
from essay_scorer.lab.evaluation.metrics import (
    EQUAL_HUMAN,
    EQUAL_MACHINE,
    ONE_ESSAY,
    Agreement,
    agreement,
    agreement_columns,
    agreement_of,
    qwk,
)
from essay_scorer.lab.evaluation.rank_correlation import kendall_tau, spearman_rho
from essay_scorer.model.scale import Scale

ESSAYS = 300
SCALES = [Scale(min=1, max=6), Scale(min=0, max=10, step=0.5), Scale(min=0, max=100)]


def _scores(scale: Scale, essays: int = ESSAYS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return human, machine and raw scores."""
    random = np.random.default_rng(11)
    center, size = (scale.min + scale.max) / 2, scale.max - scale.min
    truth = random.normal(center, size / 6, essays)
    raw = np.clip(truth + random.normal(0, size / 12, essays), scale.min, scale.max)
    human = np.array([scale.nearest(value) for value in truth])
    return human, np.array([scale.nearest(value) for value in raw]), raw


@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_measures_and_intervals_are_those_of_libraries(scale: Scale) -> None:
    human, machine, raw = _scores(scale)
    measured = agreement(human, machine, raw, scale)
    statistics: dict[str, Callable[..., float]] = {
        "qwk": lambda h, m, _: qwk(h, m, scale),
        "pearson": lambda h, _, r: stats.pearsonr(h, r).statistic,
        "exact": lambda h, m, _: np.mean(np.abs(h - m) < scale.step / 2),
        "adjacent": lambda h, m, _: np.mean(np.abs(h - m) < scale.step * 1.5),
        "smd": lambda h, _, r: (r.mean() - h.mean()) / h.std(ddof=1),
    }
    for name, statistic in statistics.items():
        assert getattr(measured, name) == pytest.approx(statistic(human, machine, raw)), name
        expected = stats.bootstrap(
            (human, machine, raw), statistic, paired=True, vectorized=False, n_resamples=1000,
            method="percentile", rng=np.random.default_rng(5),
        ).confidence_interval  # fmt: skip
        found = measured.intervals[name]
        assert (found.low, found.high) == pytest.approx(tuple(expected), abs=0.02), name


def test_rank_correlations_and_their_intervals_are_scipys() -> None:
    human, _, raw = _scores(SCALES[0])
    for measured, function in (
        (spearman_rho(human, raw), stats.spearmanr),
        (kendall_tau(human, raw), stats.kendalltau),
    ):
        assert isinstance(measured, Estimate)
        assert measured.value == pytest.approx(function(human, raw).statistic, abs=1e-4)
        expected = stats.bootstrap(
            (human, raw), lambda h, r, of=function: of(h, r).statistic, paired=True,
            vectorized=False, n_resamples=500, method="percentile", rng=np.random.default_rng(5),
        ).confidence_interval  # fmt: skip
        assert (measured.low, measured.high) == pytest.approx(tuple(expected), abs=0.02)
    assert spearman_rho(human, np.ones(ESSAYS)) is None
    assert kendall_tau(np.ones(ESSAYS), raw) is None


def test_a_part_is_measured_as_if_it_were_alone() -> None:
    human, machine, raw = _scores(SCALES[0])
    part = np.arange(ESSAYS) % 3 == 0
    columns = agreement_columns(human, machine, raw, SCALES[0])
    everyone = np.ones(ESSAYS, bool)
    of_part, of_all = map(agreement_of, resampled_means(columns, [part, everyone]))
    alone = agreement(human[part], machine[part], raw[part], SCALES[0])
    assert of_part.qwk == pytest.approx(alone.qwk, abs=1e-4)
    assert of_part.smd == pytest.approx(alone.smd, abs=1e-4)
    assert of_part.essays == 100
    whole, smaller = of_all.intervals["qwk"], of_part.intervals["qwk"]
    assert smaller.high - smaller.low > whole.high - whole.low


@pytest.mark.parametrize(
    ("human", "raw", "undefined", "reason"),
    [
        ([3, 3, 3, 3], [2.0, 3.0, 4.0, 2.5], {"qwk", "pearson", "smd"}, EQUAL_HUMAN),
        ([1, 2, 3, 4], [2.0, 2.0, 2.0, 2.0], {"pearson", "smd"}, EQUAL_MACHINE),
        ([3], [3.0], {"qwk", "pearson", "smd"}, ONE_ESSAY),
    ],
)
def test_what_is_undefined_is_none_with_its_reason(
    human: list[int], raw: list[float], undefined: set[str], reason: str
) -> None:
    measured = agreement(human, np.rint(raw), raw, SCALES[0])
    names = ("qwk", "pearson", "exact", "adjacent", "smd")
    assert {name for name in names if getattr(measured, name) is None} == undefined
    assert measured.unmeasured == reason
    assert not undefined & set(measured.intervals)


def test_a_share_of_all_essays_has_an_interval_that_is_not_a_point() -> None:
    human = np.array([1, 2, 3, 4, 5] * 4)
    measured = agreement(human, human, human, SCALES[0])
    assert measured.exact == 1
    assert measured.intervals["exact"] == Interval(low=0.8316, high=1)  # 0.025 ** (1 / 20)
    assert "qwk" not in measured.intervals  # every resample has 1, which proves nothing


def test_two_essays_have_no_interval() -> None:
    measured = agreement([2, 5], [2, 4], [2.1, 4.2], SCALES[0])
    assert isinstance(measured, Agreement)
    assert measured.pearson == pytest.approx(1)
    assert "pearson" not in measured.intervals


def test_a_verdict_needs_as_many_essays_as_an_interval_of_a_tenth() -> None:
    """By Fisher's z, the interval of r = 0.70 reaches 0.10 to each side, and no less before."""

    def half_width(essays: int) -> float:
        error = stats.norm.ppf(0.975) / np.sqrt(essays - 3)
        low, high = np.tanh(np.arctanh(0.7) + np.array([-error, error]))
        return float(high - low) / 2

    assert round(half_width(MIN_ESSAYS), 2) == 0.10
    assert round(half_width(MIN_ESSAYS - 10), 2) > 0.10
