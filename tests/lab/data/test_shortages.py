"""Whether there are enough essays is said before a training, with the number that is needed."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from essay_scorer import FileError
from essay_scorer.lab.calibration.conformal import conformal_quantile
from essay_scorer.lab.data.shortages import (
    find_shortages,
    min_calibration_essays,
    refuse_shortages,
)
from essay_scorer.lab.recipe import Recipe

DEFAULT = Recipe.load("default")


def _essays(**sizes: int) -> pd.DataFrame:
    rows = [(split, number % 6 + 1) for split, size in sizes.items() for number in range(size)]
    return pd.DataFrame(rows, columns=["split", "score"])


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95])
def test_intervals_can_be_calibrated_on_as_many_essays_as_are_asked_for(coverage: float) -> None:
    needed = min_calibration_essays(coverage)
    assert math.isfinite(conformal_quantile(np.arange(needed, dtype=float), coverage))
    with pytest.raises(FileError):
        conformal_quantile(np.arange(needed - 1, dtype=float), coverage)


def test_enough_essays_are_enough() -> None:
    assert find_shortages(_essays(train=80, dev=10, test=10), DEFAULT) == []
    refuse_shortages(_essays(train=80, dev=10, test=10), DEFAULT)


def test_a_shortage_names_what_is_needed() -> None:
    with pytest.raises(FileError) as refused:
        refuse_shortages(_essays(train=60, dev=6, test=6), DEFAULT)
    assert str(refused.value) == (
        "6 dev essays are too few: intervals with 90% coverage need at least 9. "
        "Without a column of splits, that takes about 90 essays in all."
    )


def test_every_split_is_checked() -> None:
    sentences = find_shortages(_essays(train=3), DEFAULT)
    assert [sentence.split(" are")[0] for sentence in sentences[:3]] == [
        "3 train essays",
        "0 dev essays",
        "0 test essays",
    ]


def test_essays_of_one_score_teach_nothing() -> None:
    essays = _essays(train=80, dev=10, test=10).assign(score=3)
    assert "All train essays have the score 3." in find_shortages(essays, DEFAULT)


def test_a_trained_head_needs_a_batch(trained_recipe_file: Path) -> None:
    recipe = replace(Recipe.load(str(trained_recipe_file)), coverage=0.8)
    sentences = find_shortages(_essays(train=7, dev=5, test=5), recipe)
    assert sentences[0] == "7 train essays are too few: a batch has 8."
