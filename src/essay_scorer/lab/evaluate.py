"""Measure a scorer against human scores, through the bytes that ship."""

from typing import Any

import numpy as np
import pandas as pd

from ..scorer import Scorer
from .metrics import agreement, qwk


def evaluate(scorer: Scorer, essays: pd.DataFrame) -> dict[str, Any]:
    """Score a table with the columns text, score and prompt; return the measures, rounded."""
    scores = scorer.score_many(essays["text"])
    human = essays["score"].to_numpy()
    value = np.array([score.value for score in scores])
    inside = [s.interval.low <= y <= s.interval.high for s, y in zip(scores, human, strict=True)]
    width = [score.interval.high - score.interval.low + 1 for score in scores]
    scale = scorer.manifest.scale
    measures = agreement(human, value, [score.raw for score in scores], scale)
    measures |= {"coverage": float(np.mean(inside)), "interval_scores": float(np.mean(width))}
    prompts = essays["prompt"].to_numpy()
    return {
        "essays": len(essays),
        **{name: round(measure, 4) for name, measure in measures.items()},
        "qwk_by_prompt": {
            str(prompt): round(qwk(human[prompts == prompt], value[prompts == prompt], scale), 4)
            for prompt in np.unique(prompts)
        },
    }
