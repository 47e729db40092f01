"""Compare a bundle with human scores on another scale.

Scores on two scales can be compared by how they order and space the essays, but not score by
score. So there are Pearson's r and the measures of standardized scores; QWK, exact agreement, the
overall SMD and the coverage of intervals do not exist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from essay_scorer.lab.evaluation.criteria import Criterion, apply_other_scale_criteria
from essay_scorer.lab.evaluation.evaluate import check_variety
from essay_scorer.lab.evaluation.group_fairness import GroupFairness, group_fairness
from essay_scorer.lab.evaluation.length_dependence import LengthDependence, length_dependence
from essay_scorer.model.manifest import Model
from essay_scorer.model.scale import Scale
from essay_scorer.scorer import Scorer
from essay_scorer.text.words import count_words


@dataclass(frozen=True, kw_only=True)
class OtherScaleReport:
    """Everything that is measured with human scores on another scale.

    Attributes:
        model: the bundle's.
        essays: their number.
        scale: the bundle's.
        human_scores: the lowest and the highest human score.
        fairness: by the name of a column, then by its value; small groups are merged.
        length: Pearson's r, and how far length explains it.
        flagged: share of essays with a flag.
        criteria: those of Williamson, Xi & Breyer (2012) that can be applied.
    """

    model: Model
    essays: int
    scale: Scale
    human_scores: tuple[float, float]
    fairness: Mapping[str, Mapping[str, GroupFairness]]
    length: LengthDependence
    flagged: float
    criteria: Sequence[Criterion]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return asdict(self)


def compare_with_other_scale(
    scorer: Scorer, essays: pd.DataFrame, *, groups: Sequence[str] = ()
) -> OtherScaleReport:
    """Score essays, and return every measure of the report, rounded to four digits.

    Args:
        scorer: the bundle.
        essays: columns ``text`` and ``score``; scores need not be whole.
        groups: names of columns with groups of writers.

    Raises:
        FileError: there is nothing to measure.
    """
    check_variety(essays)
    scores = scorer.score_many(essays["text"])
    human, raw = essays["score"].to_numpy(float), np.array([score.raw for score in scores])
    words = [count_words(text) for text in essays["text"]]
    length = length_dependence(human, raw, words)
    fairness = {
        column: group_fairness(human, raw, essays[column].astype(str).tolist()) for column in groups
    }
    return OtherScaleReport(
        model=scorer.manifest.model,
        essays=len(essays),
        scale=scorer.manifest.scale,
        human_scores=(float(human.min()), float(human.max())),
        fairness=fairness,
        length=length,
        flagged=round(float(np.mean([bool(score.flags) for score in scores])), 4),
        criteria=apply_other_scale_criteria(length.pearson, fairness),
    )
