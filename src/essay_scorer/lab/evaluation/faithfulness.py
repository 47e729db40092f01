"""How faithful explanations are: whether the passages that they name matter for the score."""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from essay_scorer.explain.attribution import Piece, join_pieces, split_pieces
from essay_scorer.explain.highlights import HELPS, HELPS_LEAST
from essay_scorer.scorer import Scorer
from essay_scorer.text.normalize import normalize
from essay_scorer.text.words import count_words

_SEED = "measure"
_SAMPLE_SEED = 2026
_MIN_SENTENCES = 10
_DRAWS = 5  # of random sentences, for each kind of highlight
_TRIES = 200
_TOLERANCE = 0.1  # of the length of random sentences, as a share

Loss = Callable[[Collection[int]], float]  # of the raw score, without these sentences


@dataclass(frozen=True, kw_only=True)
class Omission:
    """What scores lose without the highlights of one kind.

    Attributes:
        essays: those that have such highlights.
        highlighted: mean loss of the raw score without them.
        random: the same without random sentences of the same total length.
    """

    essays: int
    highlighted: float
    random: float


@dataclass(frozen=True, kw_only=True)
class Faithfulness:
    """What scores lose without some of their sentences.

    Attributes:
        essays: their number.
        helps: without the passages that help most for their length.
        helps_least: without those that help least.
        correlation: mean correlation, over the sentences of an essay, of the contribution and
            the loss when the sentence alone is left out.
    """

    essays: int
    helps: Omission
    helps_least: Omission
    correlation: float


@dataclass(frozen=True, kw_only=True)
class _Losses:
    """The same for one essay.

    Attributes:
        by_kind: with the highlights of this kind, and with random sentences.
        correlation: none if all sentences count the same.
    """

    by_kind: dict[str, tuple[float, float]]
    correlation: float | None


def measure_faithfulness(scorer: Scorer, essays: pd.DataFrame, *, sample: int) -> Faithfulness:
    """Compare highlights and contributions with what the score loses without the sentences.

    Args:
        scorer: the bundle.
        essays: column ``text``; short ones are skipped.
        sample: the number of essays to draw at random.
    """
    rng = random.Random(_SEED)  # noqa: S311 - no secret
    chosen = essays.sample(min(sample, len(essays)), random_state=_SAMPLE_SEED)
    found = [_measure(scorer, text, rng) for text in chosen["text"]]
    losses = [one for one in found if one is not None]
    return Faithfulness(
        essays=len(losses),
        helps=_omission(losses, HELPS),
        helps_least=_omission(losses, HELPS_LEAST),
        correlation=_mean([one.correlation for one in losses if one.correlation is not None]),
    )


def _omission(losses: Sequence[_Losses], kind: str) -> Omission:
    found = [one.by_kind[kind] for one in losses if kind in one.by_kind]
    return Omission(
        essays=len(found),
        highlighted=_mean([one for one, _ in found]),
        random=_mean([one for _, one in found]),
    )


def _measure(scorer: Scorer, text: str, rng: random.Random) -> _Losses | None:
    """Measure one essay; None if it is too short."""
    pieces = split_pieces(normalize(text))
    score = scorer.score(text, explain=True)
    if score.explanation is None or len(pieces) < _MIN_SENTENCES:
        return None

    def loss(omitted: Collection[int]) -> float:
        return score.raw - scorer.score(_without(pieces, omitted)).raw

    by_kind: dict[str, list[int]] = {}
    for one in score.explanation.highlights:
        by_kind.setdefault(one.kind, []).append(one.sentence)
    contributions = [sentence.contribution for sentence in score.explanation.sentences]
    return _Losses(
        by_kind={kind: _compare(places, pieces, loss, rng) for kind, places in by_kind.items()},
        correlation=_correlation(contributions, [loss([index]) for index in range(len(pieces))]),
    )


def _compare(
    places: Sequence[int], pieces: Sequence[Piece], loss: Loss, rng: random.Random
) -> tuple[float, float]:
    """Return the loss without some sentences, and without random ones of the same length."""
    words = [count_words(piece.text) for piece in pieces]
    total = sum(words[place] for place in places)
    draws = [loss(_draw(words, total, rng)) for _ in range(_DRAWS)]
    return loss(places), float(np.mean(draws))


def _draw(words: Sequence[int], total: int, rng: random.Random) -> list[int]:
    """Return random sentences with about ``total`` words together.

    Args:
        words: of each sentence.
        total: of those to draw.
        rng: the source of chance.
    """
    best: list[int] = []
    for _ in range(_TRIES):
        drawn: list[int] = []
        for place in rng.sample(range(len(words)), len(words)):
            if _sum(words, drawn) >= (1 - _TOLERANCE) * total:
                break  # the rest would be short sentences only
            if _sum(words, drawn) + words[place] <= (1 + _TOLERANCE) * total:
                drawn.append(place)
        best = min(best, drawn, key=lambda one: abs(_sum(words, one) - total))
        if abs(_sum(words, best) - total) <= _TOLERANCE * total:
            break
    return best


def _sum(words: Sequence[int], places: Collection[int]) -> int:
    return sum(words[place] for place in places)


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0


def _correlation(contributions: Sequence[float], losses: Sequence[float]) -> float | None:
    """Return Pearson's r; None if a side never varies, as at the end of the scale."""
    if min(contributions) == max(contributions) or min(losses) == max(losses):
        return None
    return float(np.corrcoef(contributions, losses)[0, 1])


def _without(pieces: Sequence[Piece], omitted: Collection[int]) -> str:
    return join_pieces([piece for index, piece in enumerate(pieces) if index not in omitted])
