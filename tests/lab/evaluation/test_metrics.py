"""Measures of agreement: their definitions, and what they are meant to show."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from essay_scorer.lab.evaluation.metrics import agreement, prmse, qwk
from essay_scorer.model.scale import Scale

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
def test_qwk_follows_the_definition(pairs: list[tuple[int, int]]) -> None:
    human, machine = [y for y, _ in pairs], [x for _, x in pairs]
    if len(set(human) | set(machine)) == 1:
        return  # kappa is undefined: chance agreement is complete
    assert qwk(human, machine, SCALE) == pytest.approx(_qwk_by_definition(human, machine))


def test_agreement_with_a_machine_that_is_one_point_stricter() -> None:
    human = [2, 3, 4, 5, 6]
    measured = agreement(human, [1, 2, 3, 4, 5], [1.0, 2.0, 3.0, 4.0, 5.0], SCALE)
    assert (measured.exact, measured.adjacent) == (0, 1)
    assert measured.pearson == pytest.approx(1)
    assert measured.smd == pytest.approx(-1 / np.std(human, ddof=1))


def test_prmse_is_corrected_for_the_raters_error() -> None:
    """A machine that knows the true scores explains all of their variance."""
    random = np.random.default_rng(2)
    truth = random.normal(0, 1, 20_000)
    first, second = (truth + random.normal(0, 0.7, truth.size) for _ in range(2))
    assert prmse(truth, first, second) == pytest.approx(1, abs=0.03)
    half = 0.5 * truth + random.normal(0, np.sqrt(0.25), truth.size)
    assert prmse(half, first, second) == pytest.approx(1 - 0.5, abs=0.03)
