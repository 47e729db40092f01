"""An evaluation of the shipped bundle on made-up essays."""

from collections.abc import Callable

import pandas as pd
import pytest

from essay_scorer import Scorer
from essay_scorer.lab.evaluation.evaluate import evaluate
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport


@pytest.fixture(scope="session")
def scored_essays(example: Callable[[str], str]) -> pd.DataFrame:
    """Beginnings of an example essay, scored by length, with two raters and a group."""
    words = example("strong").split(" ")
    rows = [
        {
            "text": f"Number {number}. " + " ".join(words[: 40 + 75 * score]),
            "score": score,
            "prompt_id": ("library", "<b>park</b>")[number % 2],
            "rater1": score,
            "rater2": min(score + number % 2, 6),
            "gender": ("F", "M")[number // 6 % 2],
            "scale_min": 1,
            "scale_max": 6,
        }
        for number in range(72)
        for score in [number % 6 + 1]
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def report(scored_essays: pd.DataFrame, scorer: Scorer) -> EvaluationReport:
    return evaluate(scorer, scored_essays, groups=("gender",))
