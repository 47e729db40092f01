"""Verdicts on attacks."""

import numpy as np
import pytest

from essay_scorer.lab.evaluation.robustness import _is_rise


@pytest.mark.parametrize(
    ("changes", "rises"),
    [
        ([0.2, 0.3, 0.1, 0.25], True),
        ([0.01, -0.01, 0.02, -0.015], False),  # the mean is above 0, but by chance
        ([-0.2, -0.3], False),
        ([0.1, 0.1], True),
        ([0.0, 0.0], False),
    ],
)
def test_a_rise_is_beyond_chance(changes: list[float], *, rises: bool) -> None:
    assert _is_rise(np.array(changes)) is rises
