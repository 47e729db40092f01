"""Score essays exactly as they are scored anywhere else, into a table."""

import numpy as np
import pandas as pd

from essay_scorer.errors import FileError
from essay_scorer.model.scale import Scale
from essay_scorer.progress import report_steps
from essay_scorer.score import Score
from essay_scorer.scorer import Scorer

_DIGITS = 6  # that differences of scores keep, so that a step of 0.1 has no remainder

OTHER_SCALES = (
    "To measure on your scale, learn it from some of your marks with `essay-scorer adapt`, then "
    "add --profile. To compare only how the scores order and space the essays, add --other-scale."
)


def score_essays(scorer: Scorer, essays: pd.DataFrame) -> list[Score]:
    """Score essays in order, and show the progress.

    Args:
        scorer: the bundle, which may have a profile.
        essays: column ``text``.
    """
    scores = []
    with report_steps("scoring", len(essays)) as report:
        for text in essays["text"]:
            scores.append(scorer.score(text))
            report(len(scores))
    return scores


def with_scores(essays: pd.DataFrame, scores: list[Score], scale: Scale) -> pd.DataFrame:
    """Return the essays with what a score states, a column each."""
    scored = essays.reset_index(drop=True).assign(
        machine=[score.value for score in scores],
        raw=[score.raw for score in scores],
        low=[score.interval.low for score in scores],
        high=[score.interval.high for score in scores],
        review=[score.review for score in scores],
        uncertainty=[score.uncertainty for score in scores],
        flags=pd.Series([score.flags for score in scores], dtype=object),
    )
    covered = scored["score"].round(_DIGITS).between(scored["low"], scored["high"])
    widths = (scored["high"] - scored["low"]) / scale.step + 1
    return scored.assign(covered=covered, interval_scores=widths.round(_DIGITS))


def check_variety(essays: pd.DataFrame) -> None:
    """Check that there are different human scores.

    Raises:
        FileError: there are not.
    """
    if len(essays) < 2 or essays["score"].nunique() < 2:
        raise FileError("There are too few essays, or they all have one score: nothing to measure.")


def check_scale(essays: pd.DataFrame, scale: Scale) -> None:
    """Check that the human scores are on the scale of the scorer.

    Raises:
        FileError: one is not, or the file is known to have another scale.
    """
    scores = essays["score"].to_numpy(float)
    missed = np.flatnonzero([not scale.contains(score) for score in scores])
    if len(missed):
        score, line = scores[missed[0]], essays.get("line")
        where = "" if line is None else f", on line {int(line.iloc[missed[0]])},"
        raise FileError(
            f"Some human scores are not on the scale of the scores, {scale}: {score:g}{where} "
            f"is {_why_missed(score, scale)}. {OTHER_SCALES}"
        )
    if {"scale_min", "scale_max"} <= set(essays.columns):
        low, high = essays["scale_min"].min(), essays["scale_max"].max()
        if low < scale.min or high > scale.max:
            raise FileError(
                f"The human scores are on the scale {low:g} to {high:g}, and the scores on the "
                f"scale {scale}. {OTHER_SCALES}"
            )


def _why_missed(score: float, scale: Scale) -> str:
    if not scale.min <= score <= scale.max:
        return "outside of it"
    return "not a whole number" if scale.step == 1 else f"not a multiple of {scale.step:g}"
