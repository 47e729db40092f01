"""What is left of the agreement once length is taken out of it."""

import numpy as np
import pytest
from scipy import stats

from essay_scorer.lab.evaluation.length_dependence import length_dependence


def _residuals(values: np.ndarray, control: np.ndarray) -> np.ndarray:
    line = stats.linregress(control, values)
    return np.asarray(values - line.intercept - line.slope * control)


@pytest.fixture(scope="module")
def words() -> np.ndarray:
    return np.random.default_rng(1).integers(50, 1500, 800)


def test_the_partial_correlation_is_that_of_the_residuals(words: np.ndarray) -> None:
    random, length = np.random.default_rng(2), np.log(words)
    quality = random.normal(0, 1, len(words))
    human = length + quality + random.normal(0, 1, len(words))
    machine = length + 0.5 * quality + random.normal(0, 0.5, len(words))
    measured = length_dependence(human, machine, words.tolist())
    left = stats.pearsonr(_residuals(human, length), _residuals(machine, length))
    assert measured.partial is not None
    assert measured.partial.value == pytest.approx(left.statistic, abs=1e-4)
    assert (measured.partial.low, measured.partial.high) == pytest.approx(
        tuple(left.confidence_interval()), abs=0.01
    )
    for estimate, pair in (
        (measured.pearson, (human, machine)),
        (measured.human, (human, length)),
        (measured.machine, (machine, length)),
    ):
        assert estimate is not None
        assert estimate.value == pytest.approx(stats.pearsonr(*pair).statistic, abs=1e-4)


def test_a_machine_that_only_counts_words_has_nothing_left(words: np.ndarray) -> None:
    random, length = np.random.default_rng(2), np.log(words)
    human = length + random.normal(0, 1, len(words))
    noisy = length + random.normal(0, 0.1, len(words))
    measured = length_dependence(human, noisy, words.tolist())
    assert measured.pearson is not None
    assert measured.pearson.value > 0.5
    assert measured.partial is not None
    assert measured.partial.low < 0 < measured.partial.high
    assert length_dependence(human, length, words.tolist()).partial is None
