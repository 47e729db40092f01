import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from essay_scorer import FileError
from essay_scorer.lab.calibrate import calibrate, conformal_half_width, fit_line
from essay_scorer.lab.metrics import agreement, group_differences, prmse, qwk
from essay_scorer.scale import Scale

SCALE = Scale(min=1, max=6)
SCORES = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=2, max_size=40)


def _qwk_by_definition(human: list[int], machine: list[int]) -> float:
    """1 − Σ w·observed / Σ w·expected, with w = (i − j)², as Cohen (1968) defines it."""
    observed = np.zeros((6, 6))
    for y, x in zip(human, machine, strict=True):
        observed[y - 1, x - 1] += 1
    expected = np.outer(observed.sum(1), observed.sum(0)) / observed.sum()
    weights = np.subtract.outer(np.arange(6), np.arange(6)) ** 2
    return float(1 - (weights * observed).sum() / (weights * expected).sum())


@given(SCORES)
def test_qwk_is_cohens(pairs: list[tuple[int, int]]) -> None:
    human, machine = [y for y, _ in pairs], [x for _, x in pairs]
    if len(set(human) | set(machine)) == 1:
        return  # chance alone agrees wholly: no kappa is defined
    assert qwk(human, machine, SCALE) == pytest.approx(_qwk_by_definition(human, machine))


def test_agreement_of_a_rater_with_a_stricter_one() -> None:
    human = [2, 3, 4, 5, 6]
    measures = agreement(human, [1, 2, 3, 4, 5], [1.0, 2.0, 3.0, 4.0, 5.0], SCALE)
    assert (measures["exact"], measures["adjacent"]) == (0, 1)
    assert measures["pearson"] == pytest.approx(1)
    assert measures["smd"] == pytest.approx(-1 / np.std(human, ddof=1))


def test_the_line_gives_mean_and_spread_of_the_human_scores() -> None:
    random = np.random.default_rng(0)
    human = random.integers(1, 7, 200).astype(float)
    numbers = 0.1 * human + random.normal(0, 0.01, 200)
    slope, intercept = fit_line(numbers, human)
    raw = intercept + slope * numbers
    assert raw.mean() == pytest.approx(human.mean())
    assert raw.std() == pytest.approx(human.std())


def test_a_model_that_learned_nothing_is_refused() -> None:
    with pytest.raises(FileError, match="learned nothing"):
        fit_line(np.ones(5), np.arange(5.0))


def test_the_interval_covers_new_essays_as_promised() -> None:
    random = np.random.default_rng(1)
    covered = []
    for _ in range(200):
        human = random.integers(1, 7, 300).astype(float)
        numbers = human + random.normal(0, 0.8, 300)
        line = calibrate(numbers[:200], human[:200], scale=SCALE, coverage=0.9)
        for number, y in zip(numbers[200:], human[200:], strict=True):
            interval = line.interval(line.raw(float(number), SCALE), SCALE)
            covered.append(interval.low <= y <= interval.high)
    assert np.mean(covered) == pytest.approx(0.9, abs=0.01)


def test_too_few_essays_cannot_promise_so_much() -> None:
    with pytest.raises(FileError, match="too few"):
        conformal_half_width(np.zeros(5), np.ones(5), 0.9)


def test_prmse_knows_what_the_raters_could_not_agree_on() -> None:
    """Two noisy raters, a machine that knows the truth: it explains all that is true."""
    random = np.random.default_rng(2)
    truth = random.normal(0, 1, 20_000)
    first, second = (truth + random.normal(0, 0.7, truth.size) for _ in range(2))
    assert prmse(truth, first, second) == pytest.approx(1, abs=0.03)
    half = 0.5 * truth + random.normal(0, np.sqrt(0.25), truth.size)
    assert prmse(half, first, second) == pytest.approx(1 - 0.5, abs=0.03)


def test_a_machine_that_sees_groups_as_they_are_has_no_difference() -> None:
    random = np.random.default_rng(3)
    groups = ["a", "b"] * 500
    human = random.integers(1, 7, 1000) - np.array([group == "b" for group in groups])
    assert group_differences(human, human * 0.5, groups) == pytest.approx({"a": 0, "b": 0})
    harsh = human - np.array([group == "b" for group in groups])
    assert group_differences(human, harsh, groups)["b"] < -0.1
