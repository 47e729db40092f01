"""How faithful explanations are: whether the sentences that they name matter for the score."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from essay_scorer.explain.attribution import Piece, join_pieces, split_pieces
from essay_scorer.scorer import Scorer
from essay_scorer.text.normalize import normalize

_SEED = "measure"
_SAMPLE_SEED = 2026
_MIN_SENTENCES = 10
_OMITTED = 5  # one of so many sentences


@dataclass(frozen=True, kw_only=True)
class Faithfulness:
    """What scores lose without some of their sentences.

    Attributes:
        essays: their number.
        top: mean loss of the raw score without the fifth of the sentences that have the largest
            contributions.
        random: the same without a random fifth.
        correlation: mean correlation, over the sentences of an essay, of the contribution and
            the loss when the sentence alone is left out.
    """

    essays: int
    top: float
    random: float
    correlation: float


@dataclass(frozen=True, kw_only=True)
class _Losses:
    """The same for one essay; without a correlation if all sentences count the same."""

    top: float
    random: float
    correlation: float | None


def measure_faithfulness(scorer: Scorer, essays: pd.DataFrame, *, sample: int) -> Faithfulness:
    """Compare contributions of sentences with what the score loses without them.

    Args:
        scorer: the bundle.
        essays: column ``text``; short ones are skipped.
        sample: the number of essays to draw at random.
    """
    rng = random.Random(_SEED)  # noqa: S311 - no secret
    chosen = essays.sample(min(sample, len(essays)), random_state=_SAMPLE_SEED)
    found = [_measure(scorer, text, rng) for text in chosen["text"]]
    losses = [one for one in found if one is not None]
    correlations = [one.correlation for one in losses if one.correlation is not None]
    return Faithfulness(
        essays=len(losses),
        top=round(float(np.mean([one.top for one in losses])), 4),
        random=round(float(np.mean([one.random for one in losses])), 4),
        correlation=round(float(np.mean(correlations)), 4),
    )


def _measure(scorer: Scorer, text: str, rng: random.Random) -> _Losses | None:
    """Measure one essay; None if it is too short."""
    pieces = split_pieces(normalize(text))
    score = scorer.score(text, explain=True)
    if score.explanation is None or len(pieces) < _MIN_SENTENCES:
        return None

    def loss(omitted: Collection[int]) -> float:
        return score.raw - scorer.score(_without(pieces, omitted)).raw

    contributions = [sentence.contribution for sentence in score.explanation.sentences]
    ranked = sorted(range(len(pieces)), key=contributions.__getitem__, reverse=True)
    size = len(pieces) // _OMITTED
    return _Losses(
        top=loss(ranked[:size]),
        random=loss(rng.sample(ranked, size)),
        correlation=_correlation(contributions, [loss([index]) for index in range(len(pieces))]),
    )


def _correlation(contributions: Sequence[float], losses: Sequence[float]) -> float | None:
    """Return Pearson's r; None if a side never varies, as at the end of the scale."""
    if min(contributions) == max(contributions) or min(losses) == max(losses):
        return None
    return float(np.corrcoef(contributions, losses)[0, 1])


def _without(pieces: Sequence[Piece], omitted: Collection[int]) -> str:
    return join_pieces([piece for index, piece in enumerate(pieces) if index not in omitted])
