"""Measure a bundle against human scores, exactly as it scores anywhere else."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from essay_scorer.lab.evaluation.bootstrap import Mask, Means, interval, share_interval
from essay_scorer.lab.evaluation.criteria import apply_criteria
from essay_scorer.lab.evaluation.evaluation_report import (
    SCORE_COLUMNS,
    CalibrationPoint,
    EvaluationReport,
    IntervalCoverage,
    OverallAgreement,
    ReviewPoint,
)
from essay_scorer.lab.evaluation.group_fairness import (
    GroupFairness,
    group_fairness,
    merge_small_groups,
)
from essay_scorer.lab.evaluation.length_dependence import LengthDependence, length_dependence
from essay_scorer.lab.evaluation.metrics import Agreement, Intervals, agreement_of, known
from essay_scorer.lab.evaluation.part_means import PartMeans
from essay_scorer.lab.evaluation.rater_agreement import rater_agreement
from essay_scorer.lab.evaluation.scored_essays import (
    check_scale,
    check_variety,
    score_essays,
    with_scores,
)
from essay_scorer.model.scale import Scale
from essay_scorer.scorer import Scorer
from essay_scorer.text.words import count_words

_REVIEW_SHARES = tuple(step / 20 for step in range(11))  # from none to half

_DIGITS = 4


def evaluate(
    scorer: Scorer, essays: pd.DataFrame, *, groups: Sequence[str] = ()
) -> EvaluationReport:
    """Score essays, and return every measure of the report, rounded to four digits.

    Args:
        scorer: the bundle, which may have a profile.
        essays: columns ``text``, ``score``, ``prompt_id``, ``scale_min`` and ``scale_max``, and
            ``rater1`` and ``rater2`` where the essays have two human scores.
        groups: names of columns with groups of writers.

    Raises:
        FileError: there is nothing to measure, or the scores are not on the bundle's scale.
    """
    check_variety(essays)
    check_scale(essays, scorer.scale)
    scale = scorer.scale
    scored = with_scores(essays, score_essays(scorer, essays), scale)
    parts = PartMeans.of(scored, scale)
    overall, human = _overall(parts.everyone), rater_agreement(scored, scale)
    fairness = {column: _fairness(scored, column) for column in groups}
    return EvaluationReport(
        model=scorer.manifest.model,
        essays=len(scored),
        scale=scale,
        overall=overall,
        by_prompt=_by_value(parts, scored["prompt_id"]),
        by_group={column: _by_group(parts, scored[column]) for column in groups},
        fairness=fairness,
        length=_length(scored),
        human=human,
        confusion=_confusion(scored, scale),
        calibration=_calibration(parts),
        coverage=_coverage(parts, scale),
        review=_review_curve(parts),
        flags=_flag_shares(parts),
        flag_intervals=_flag_intervals(parts),
        criteria=apply_criteria(overall, human, fairness),
    )


def _round(value: float) -> float:
    return round(float(value), _DIGITS)


def _overall(means: Means) -> OverallAgreement:
    measured = agreement_of(means)
    found = {
        "coverage": share_interval(means["covered"], measured.essays),
        "interval_scores": interval(means["interval_scores"]),
        "review": share_interval(means["review"], measured.essays),
    }
    return OverallAgreement(
        **vars(measured) | {"intervals": {**measured.intervals, **known(found)}},
        coverage=_round(means["covered"][0]),
        interval_scores=_round(means["interval_scores"][0]),
        review=_round(means["review"][0]),
    )


def _values(column: pd.Series) -> Iterator[tuple[str, Mask]]:
    """Yield each value of a column, and which essays have it."""
    for value in sorted(column.dropna().unique()):
        yield str(value), (column == value).to_numpy()


def _by_value(parts: PartMeans, column: pd.Series) -> dict[str, Agreement]:
    """Return the agreement on the essays with each value of a column."""
    masks = dict(_values(column))
    means = parts.means(masks.values())
    return {name: agreement_of(own) for name, own in zip(masks, means, strict=True)}


def _by_group(parts: PartMeans, column: pd.Series) -> dict[str, Agreement]:
    return _by_value(parts, pd.Series(merge_small_groups(column.astype(str).tolist())))


def _fairness(scored: pd.DataFrame, column: str) -> Mapping[str, GroupFairness]:
    human, raw = scored["score"].to_numpy(), scored["raw"].to_numpy()
    return group_fairness(human, raw, scored[column].astype(str).tolist())


def _length(scored: pd.DataFrame) -> LengthDependence:
    words = [count_words(text) for text in scored["text"]]
    return length_dependence(scored["score"].to_numpy(), scored["raw"].to_numpy(), words)


def _confusion(scored: pd.DataFrame, scale: Scale) -> list[list[int]]:
    counts = np.zeros((scale.levels, scale.levels), int)
    for human, machine in zip(scored["score"], scored["machine"], strict=True):
        counts[scale.position(human), scale.position(machine)] += 1
    return [[int(count) for count in row] for row in counts]


def _calibration(parts: PartMeans) -> list[CalibrationPoint]:
    raw = parts.scored["raw"]
    tenth = pd.qcut(raw.rank(method="first"), min(10, len(raw)), labels=False)
    return [
        CalibrationPoint(
            essays=int(means["essays"][0]),
            raw=_round(means["raw"][0]),
            human=_round(means["human"][0]),
            intervals=known({name: interval(means[name]) for name in ("raw", "human")}),
        )
        for means in parts.means(mask for _, mask in _values(tenth))
    ]


def _coverage(parts: PartMeans, scale: Scale) -> dict[str, dict[str, IntervalCoverage]]:
    scored = parts.scored
    columns = {"prompt": dict(_values(scored["prompt_id"]))}
    for title, column in SCORE_COLUMNS.items():
        positions = scored[column].map(scale.position)
        columns[title] = {
            scale.label(scale.score_at(int(name))): mask for name, mask in _values(positions)
        }
    return {
        title: {
            name: _covered(means)
            for name, means in zip(masks, parts.means(masks.values()), strict=True)
        }
        for title, masks in columns.items()
    }


def _covered(means: Means) -> IntervalCoverage:
    essays = int(means["essays"][0])
    found = {
        "coverage": share_interval(means["covered"], essays),
        "scores": interval(means["interval_scores"]),
    }
    return IntervalCoverage(
        essays=essays,
        coverage=_round(means["covered"][0]),
        scores=_round(means["interval_scores"][0]),
        intervals=known(found),
    )


def _review_curve(parts: PartMeans) -> list[ReviewPoint]:
    """Return the agreement on the essays that are left; resamples draw from the same ones."""
    essays = len(parts.scored)
    order = parts.scored["uncertainty"].argsort(kind="stable").to_numpy()
    rank = np.empty(essays, int)
    rank[order] = np.arange(essays)
    left = [rank < essays - round(share * essays) for share in _REVIEW_SHARES]
    return [
        ReviewPoint(share=share, rest=agreement_of(means))
        for share, means in zip(_REVIEW_SHARES, parts.means(left), strict=True)
    ]


def _flag_shares(parts: PartMeans) -> Mapping[str, float]:
    return {name: _round(parts.everyone[f"flag {name}"][0]) for name in parts.flags}


def _flag_intervals(parts: PartMeans) -> Intervals:
    essays = len(parts.scored)
    shares = {name: parts.everyone[f"flag {name}"] for name in parts.flags}
    return known({name: share_interval(values, essays) for name, values in shares.items()})
