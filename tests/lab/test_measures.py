import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from essay_scorer import FileError
from essay_scorer.text.features import FEATURE_NAMES
from essay_scorer.lab.calibration.conformal import (
    HeldOut,
    Scored,
    calibrate,
    conformal_quantile,
    fit_doubt,
    fit_line,
)
from essay_scorer.lab.evaluation.metrics import agreement, group_differences, prmse, qwk
from essay_scorer.model.calibration import Calibration, Scale

SCALE = Scale(min=1, max=6)
NONE = np.zeros(len(FEATURE_NAMES), np.float32)
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


def test_the_interval_covers_new_essays_as_promised_nearly_always() -> None:
    random = np.random.default_rng(1)
    covered = []
    for _ in range(80):
        human = random.integers(1, 7, 1000).astype(float)
        numbers = human + random.normal(0, 0.8, 1000)
        line, _ = calibrate(
            HeldOut(numbers=numbers[:400], human=human[:400], figures=_figures(400)),
            scale=SCALE,
            coverage=0.9,
        )
        raw = np.clip(line.intercept + line.slope * numbers[400:], 1, 6)
        covered.append(_held(line, raw, human[400:]).mean())
    assert np.mean(covered) == pytest.approx(0.915, abs=0.015)
    assert np.mean(np.array(covered) >= 0.89) >= 0.9


def _figures(essays: int) -> np.ndarray:
    """Writing features that say nothing."""
    return np.zeros((essays, len(FEATURE_NAMES)), np.float32)


def _held(line: Calibration, raw: np.ndarray, human: np.ndarray) -> np.ndarray:
    intervals = [line.interval(float(at), SCALE) for at in raw]
    low, high = (np.array([getattr(one, end) for one in intervals]) for end in ("low", "high"))
    return (low <= human) & (human <= high)


def test_a_rare_score_is_covered_too() -> None:
    """A model that is drawn to the middle: one distance for all would miss the low scores."""
    random = np.random.default_rng(4)
    human = random.choice([1, 2, 3, 4, 5, 6], 6000, p=[0.08, 0.25, 0.34, 0.22, 0.09, 0.02])
    numbers = 3.5 + 0.7 * (human - 3.5) + random.normal(0, 0.6, human.size)
    dev = HeldOut(numbers=numbers[:600], human=human[:600].astype(float), figures=_figures(600))
    line, _ = calibrate(dev, scale=SCALE, coverage=0.9)
    raw = np.array([line.raw(float(number), SCALE) for number in numbers[600:]])
    held = _held(line, raw, human[600:])
    assert held.mean() >= 0.88
    for score in (1, 2, 3, 4, 5):
        assert held[human[600:] == score].mean() >= 0.85, score


def test_essays_held_out_in_turn_steady_the_bands_and_leave_the_line() -> None:
    random = np.random.default_rng(8)
    human = random.integers(1, 7, 3000).astype(float)
    numbers = human + random.normal(0, 0.8, 3000)
    parts = [
        HeldOut(numbers=numbers[rows], human=human[rows], figures=_figures(3000)[rows])
        for rows in (slice(0, 60), slice(60, 3000))
    ]
    alone, _ = calibrate(parts[0], scale=SCALE, coverage=0.9)
    together, _ = calibrate(parts[0], scale=SCALE, coverage=0.9, more=parts[1:])
    assert (together.slope, together.intercept) == (alone.slope, alone.intercept)
    truth, _ = calibrate(parts[1], scale=SCALE, coverage=0.9)

    def distance(line: Calibration) -> float:
        return sum(
            abs(one.low - other.low) + abs(one.high - other.high)
            for one, other in zip(line.bands, truth.bands, strict=True)
        )

    assert distance(together) < distance(alone)


def test_the_most_doubtful_are_those_between_two_scores_in_the_middle() -> None:
    random = np.random.default_rng(5)
    human = np.clip(np.round(random.normal(3.5, 1.1, 2000)), 1, 6)
    raw = np.clip(human + random.normal(0, 0.5, human.size), 1, 6)
    doubt = fit_doubt(Scored(raw=raw, human=human, figures=_figures(2000)), scale=SCALE)
    assert doubt.of(3.5, NONE) > 0.9
    assert doubt.of(3.0, NONE) < doubt.of(3.45, NONE)
    assert doubt.of(5.9, NONE) < 0.2


def test_sending_the_doubtful_to_a_person_helps_the_rest() -> None:
    random = np.random.default_rng(6)
    human = np.clip(np.round(random.normal(3.5, 1.1, 2000)), 1, 6)
    raw = np.clip(human + random.normal(0, 0.6, human.size), 1, 6)
    doubt = fit_doubt(
        Scored(raw=raw[:1000], human=human[:1000], figures=_figures(1000)), scale=SCALE
    )
    rest = [place for place in range(1000, 2000) if doubt.of(float(raw[place]), NONE) <= 0.8]
    value = np.floor(raw + 0.5)
    assert 700 < len(rest) < 900
    assert qwk(human[rest], value[rest], SCALE) >= qwk(human[1000:], value[1000:], SCALE) + 0.02


def test_doubt_sees_in_the_writing_what_the_raw_score_does_not_show() -> None:
    random = np.random.default_rng(9)
    human = np.clip(np.round(random.normal(3.5, 1.1, 3000)), 1, 6)
    figures = _figures(3000)
    figures[:, 0] = random.random(3000)
    raw = np.clip(human + random.normal(0, 0.2 + figures[:, 0], human.size), 1, 6)
    doubt = fit_doubt(Scored(raw=raw, human=human, figures=figures), scale=SCALE)
    odd = NONE.copy()
    odd[0] = 1.0
    assert doubt.of(3.0, odd) > doubt.of(3.0, NONE) + 0.2


def test_too_few_essays_cannot_promise_so_much() -> None:
    with pytest.raises(FileError, match="too few"):
        conformal_quantile(np.ones(5), 0.9)


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
