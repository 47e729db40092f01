"""Measure a bundle against human scores, exactly as it scores anywhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd

from essay_scorer.errors import FileError
from essay_scorer.lab.evaluation.criteria import apply_criteria
from essay_scorer.lab.evaluation.evaluation_report import (
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
from essay_scorer.lab.evaluation.metrics import Agreement, RaterAgreement, agreement, prmse
from essay_scorer.model.scale import Scale
from essay_scorer.scorer import Scorer
from essay_scorer.text.words import count_words

_REVIEW_SHARES = tuple(step / 20 for step in range(11))  # from none to half

_DIGITS = 4

# The columns that intervals are grouped by, by their titles in the report.
_COVERAGE_COLUMNS = {"prompt": "prompt_id", "human score": "score", "machine score": "machine"}


def evaluate(
    scorer: Scorer, essays: pd.DataFrame, *, groups: Sequence[str] = ()
) -> EvaluationReport:
    """Score essays, and return every measure of the report, rounded to four digits.

    On a scale with another step than 1, all measures count steps.

    Args:
        scorer: the bundle, which may have a profile.
        essays: columns ``text``, ``score``, ``prompt_id``, ``scale_min`` and ``scale_max``, and
            ``rater1`` and ``rater2`` where the essays have two human scores.
        groups: names of columns with groups of writers.

    Raises:
        FileError: there is nothing to measure, or the scores are not on the bundle's scale.
    """
    _check_scores(essays, scorer.scale)
    scored, scale = _score(scorer, essays), scorer.scale
    if scale.step != 1:
        scored, scale = _in_steps(scored, scale), Scale(min=0, max=scale.levels - 1)
    overall, human = _overall(scored, scale), _human(scored, scale)
    fairness = {column: _fairness(scored, column) for column in groups}
    return EvaluationReport(
        model=scorer.manifest.model,
        essays=len(scored),
        scale=scale,
        overall=overall,
        by_prompt=_by_value(scored, "prompt_id", scale),
        by_group={column: _by_group(scored, column, scale) for column in groups},
        fairness=fairness,
        length=_length(scored),
        human=human,
        confusion=_confusion(scored, scale),
        calibration=_calibration(scored),
        coverage=_coverage(scored),
        review=_review_curve(scored, scale),
        flags=_flag_shares(scored),
        criteria=apply_criteria(overall, human, fairness),
    )


def check_variety(essays: pd.DataFrame) -> None:
    """Check that there are different human scores.

    Raises:
        FileError: there are not.
    """
    if len(essays) < 2 or essays["score"].nunique() < 2:
        raise FileError("There are too few essays, or they all have one score: nothing to measure.")


def _check_scores(essays: pd.DataFrame, scale: Scale) -> None:
    check_variety(essays)
    if not essays["score"].between(scale.min, scale.max).all():
        raise FileError(
            f"Some human scores are not on the scale {scale.min}-{scale.max} of the scores. To "
            "compare another scale, add --other-scale."
        )


def _score(scorer: Scorer, essays: pd.DataFrame) -> pd.DataFrame:
    """Return the essays with what a score states, a column each."""
    scores = scorer.score_many(essays["text"])
    scored = essays.reset_index(drop=True).assign(
        machine=[score.value for score in scores],
        raw=[score.raw for score in scores],
        low=[score.interval.low for score in scores],
        high=[score.interval.high for score in scores],
        review=[score.review for score in scores],
        uncertainty=[score.uncertainty for score in scores],
        flags=pd.Series([score.flags for score in scores], dtype=object),
    )
    covered = scored["score"].between(scored["low"], scored["high"])
    return scored.assign(covered=covered, interval_scores=scored["high"] - scored["low"] + 1)


def _in_steps(scored: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Return the same table with every score in steps above the lowest."""
    raters = [name for name in ("rater1", "rater2") if name in scored.columns]
    columns = {
        name: ((scored[name] - scale.min) / scale.step).round(_DIGITS)
        for name in ("score", "machine", "raw", "low", "high", *raters)
    }
    whole = {name: columns[name].round().astype(int) for name in ("score", "machine")}
    return scored.assign(**columns | whole, interval_scores=columns["high"] - columns["low"] + 1)


def _round(value: float) -> float:
    return round(float(value), _DIGITS)


def _agreement(scored: pd.DataFrame, scale: Scale) -> Agreement:
    human, machine, raw = (scored[name].to_numpy() for name in ("score", "machine", "raw"))
    return _rounded(agreement(human, machine, raw, scale))


def _rounded(measured: Agreement) -> Agreement:
    return Agreement(
        essays=measured.essays,
        qwk=_round(measured.qwk),
        pearson=_round(measured.pearson),
        exact=_round(measured.exact),
        adjacent=_round(measured.adjacent),
        smd=_round(measured.smd),
    )


def _overall(scored: pd.DataFrame, scale: Scale) -> OverallAgreement:
    return OverallAgreement(
        **asdict(_agreement(scored, scale)),
        coverage=_round(scored["covered"].mean()),
        interval_scores=_round(scored["interval_scores"].mean()),
        review=_round(scored["review"].mean()),
    )


def _by_value(scored: pd.DataFrame, column: str, scale: Scale) -> dict[str, Agreement]:
    """Return the agreement on the essays with each value of a column."""
    return {str(name): _agreement(part, scale) for name, part in scored.groupby(column)}


def _by_group(scored: pd.DataFrame, column: str, scale: Scale) -> dict[str, Agreement]:
    merged = merge_small_groups(scored[column].astype(str).tolist())
    return _by_value(scored.assign(merged_group=merged), "merged_group", scale)


def _fairness(scored: pd.DataFrame, column: str) -> Mapping[str, GroupFairness]:
    human, raw = scored["score"].to_numpy(), scored["raw"].to_numpy()
    return group_fairness(human, raw, scored[column].astype(str).tolist())


def _length(scored: pd.DataFrame) -> LengthDependence:
    words = [count_words(text) for text in scored["text"]]
    return length_dependence(scored["score"].to_numpy(), scored["raw"].to_numpy(), words)


def _human(scored: pd.DataFrame, scale: Scale) -> RaterAgreement | None:
    """Return how two human raters agree with each other, if the essays have two scores.

    Both must be in whole steps of some scale.
    """
    if not {"rater1", "rater2"} <= set(scored.columns):
        return None
    pairs = scored.dropna(subset=["rater1", "rater2"])
    if len(pairs) < 2 or (pairs[["rater1", "rater2"]] % 1 != 0).any(axis=None):
        return None
    first, second = pairs["rater1"].to_numpy(), pairs["rater2"].to_numpy()
    lower, upper = np.minimum(first, second), np.maximum(first, second)
    raters = agreement(first, second, second, Scale(min=int(lower.min()), max=int(upper.max())))
    machine = _agreement(pairs, scale)
    # Scores between the two ratings show that the raters used the score's own scale.
    same_scale = pairs["score"].between(lower, upper).mean() > 0.99
    return RaterAgreement(
        **asdict(_rounded(raters)),
        qwk_degradation=_round(raters.qwk - machine.qwk),
        pearson_degradation=_round(raters.pearson - machine.pearson),
        prmse=_round(prmse(pairs["raw"].to_numpy(), first, second)) if same_scale else None,
    )


def _confusion(scored: pd.DataFrame, scale: Scale) -> list[list[int]]:
    labels = scale.scores
    table = pd.crosstab(scored["score"], scored["machine"])
    counts = table.reindex(index=labels, columns=labels, fill_value=0)
    return [[int(count) for count in row] for row in counts.to_numpy()]


def _calibration(scored: pd.DataFrame) -> list[CalibrationPoint]:
    tenth = pd.qcut(scored["raw"].rank(method="first"), min(10, len(scored)), labels=False)
    return [
        CalibrationPoint(
            essays=len(part), raw=_round(part["raw"].mean()), human=_round(part["score"].mean())
        )
        for _, part in scored.groupby(tenth)
    ]


def _coverage(scored: pd.DataFrame) -> dict[str, dict[str, IntervalCoverage]]:
    return {
        title: {
            str(name): IntervalCoverage(
                essays=len(part),
                coverage=_round(part["covered"].mean()),
                scores=_round(part["interval_scores"].mean()),
            )
            for name, part in scored.groupby(column)
        }
        for title, column in _COVERAGE_COLUMNS.items()
    }


def _review_curve(scored: pd.DataFrame, scale: Scale) -> list[ReviewPoint]:
    most_certain_first = scored.sort_values("uncertainty", kind="stable")
    sizes = {share: len(scored) - round(share * len(scored)) for share in _REVIEW_SHARES}
    return [
        ReviewPoint(share=share, rest=_agreement(most_certain_first.head(size), scale))
        for share, size in sizes.items()
    ]


def _flag_shares(scored: pd.DataFrame) -> Mapping[str, float]:
    counts = scored["flags"].explode().dropna().value_counts() / len(scored)
    shares = {str(name): _round(share) for name, share in counts.items()}
    return {"any": _round(scored["flags"].map(bool).mean()), **shares}
