"""Compare a bundle with human scores on another scale.

Scores on two scales can be compared by how they order and space the essays, but not score by
score. So there are Pearson's r, the rank correlations, and the measures of standardized scores;
QWK, exact and adjacent agreement, the overall SMD and the coverage of intervals do not exist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from essay_scorer.lab.evaluation.bootstrap import (
    Estimate,
    Floats,
    Interval,
    resampled_means,
    share_interval,
)
from essay_scorer.lab.evaluation.criteria import Criterion, apply_other_scale_criteria
from essay_scorer.lab.evaluation.group_fairness import GroupFairness, group_fairness
from essay_scorer.lab.evaluation.length_dependence import LengthDependence, length_dependence
from essay_scorer.lab.evaluation.provenance import Provenance
from essay_scorer.lab.evaluation.rank_correlation import kendall_tau, spearman_rho
from essay_scorer.lab.evaluation.report_json import collect, criteria_rows, plain
from essay_scorer.lab.evaluation.sample import Sample
from essay_scorer.lab.evaluation.scored_essays import check_variety, score_essays
from essay_scorer.model.manifest import Model
from essay_scorer.model.scale import Scale
from essay_scorer.scorer import Scorer
from essay_scorer.text.words import count_words

NOT_COMPARABLE = (
    "The human scores are on another scale than the machine's, so QWK, exact and adjacent "
    "agreement, the overall SMD and the coverage of prediction intervals do not exist. "
    "`essay-scorer adapt` learns your scale from some of your marks; with its profile "
    "(--profile), all are measured."
)


@dataclass(frozen=True, kw_only=True)
class OtherScaleReport:
    """Everything that is measured with human scores on another scale.

    Attributes:
        model: the bundle's.
        essays: their number.
        scale: the bundle's.
        human_scores: the lowest and the highest human score.
        spearman: Spearman's rho of human and raw scores; None if a side never varies.
        kendall: Kendall's tau-b of them; None if a side never varies.
        fairness: by the name of a column, then by its value; small groups are merged.
        length: Pearson's r, and how far length explains it.
        flagged: share of essays with a flag.
        flagged_interval: its confidence interval.
        criteria: those of Williamson, Xi & Breyer (2012) that can be applied.
        sample: which essays of a file were measured, if they are of one.
        provenance: what the report was made from, if it is known.
    """

    model: Model
    essays: int
    scale: Scale
    human_scores: tuple[float, float]
    spearman: Estimate | None
    kendall: Estimate | None
    fairness: Mapping[str, Mapping[str, GroupFairness]]
    length: LengthDependence
    flagged: float
    flagged_interval: Interval | None
    criteria: Sequence[Criterion]
    sample: Sample | None = None
    provenance: Provenance | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON; see ``EvaluationReport.to_dict``."""
        return {
            **plain(self),
            "criteria": criteria_rows(self.criteria),
            "intervals": collect(self, "intervals"),
            "not_comparable": NOT_COMPARABLE,
        }


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
    scores = score_essays(scorer, essays)
    human, raw = essays["score"].to_numpy(float), np.array([score.raw for score in scores])
    words = [count_words(text) for text in essays["text"]]
    length = length_dependence(human, raw, words)
    fairness = {
        column: group_fairness(human, raw, essays[column].astype(str).tolist()) for column in groups
    }
    flagged = np.array([bool(score.flags) for score in scores], float)
    return OtherScaleReport(
        model=scorer.manifest.model,
        essays=len(essays),
        scale=scorer.manifest.scale,
        human_scores=(float(human.min()), float(human.max())),
        spearman=spearman_rho(human, raw),
        kendall=kendall_tau(human, raw),
        fairness=fairness,
        length=length,
        flagged=round(float(flagged.mean()), 4),
        flagged_interval=_share_interval(flagged),
        criteria=apply_other_scale_criteria(length.pearson, len(essays), fairness),
    )


def _share_interval(column: Floats) -> Interval | None:
    (means,) = resampled_means({"share": column}, [np.ones(len(column), bool)])
    return share_interval(means["share"], len(column))
