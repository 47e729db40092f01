"""Compare the topic of every passage of an essay with the topic of the rest.

A text's topic is a vector: the weighted mean of the vectors of its tokens, in a space where
passages of one essay are close, and those of different essays are not. A run of units is a
passage; its features say how far it is from the rest of the essay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from essay_scorer.model.thresholds import PartRegression
from essay_scorer.text.tokenizer import TokenizedText
from essay_scorer.text.units import Unit, split_units

MIN_SHARE, MAX_SHARE = 0.1, 0.45  # of the essay's words in a run
MIN_RUN_WORDS = 18
MIN_WORD_WEIGHT = 0.5  # of a word that is compared

_TINY = 1e-6

TopicTable = npt.NDArray[np.float16]
Vectors = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class TokenizedUnits:
    """The units and the tokens of an essay, and the tokens of its prompt.

    The prompt counts as one more unit, which belongs to the rest of the essay, whatever the
    passage is.

    Attributes:
        units: of the essay, in order.
        token_ids: of the essay and of the prompt, (tokens,).
        owners: the number of each token's unit, (tokens,).
    """

    units: Sequence[Unit]
    token_ids: Indices
    owners: Indices

    @classmethod
    def of(cls, clean: str, tokens: TokenizedText, prompt: TokenizedText | None = None) -> Self:
        """Split a normalized text into units.

        Args:
            clean: the text.
            tokens: of the text.
            prompt: the tokens of its prompt, if that is known.
        """
        units = split_units(clean)
        ends = np.array([unit.end for unit in units[:-1]], np.int64)
        owners, token_ids = np.searchsorted(ends, tokens.starts, side="right"), tokens.token_ids
        if prompt is not None:
            owners = np.append(owners, np.full(len(prompt.token_ids), len(units)))
            token_ids = np.append(token_ids, prompt.token_ids)
        return cls(units=units, token_ids=token_ids, owners=owners)

    def topics(self, table: TopicTable) -> "TopicSums":
        """Return the sums of the topic vectors of each unit, and last of the prompt."""
        rows = table[self.token_ids].astype(np.float32)
        member = np.zeros((len(self.units) + 1, len(rows)), np.float32)
        member[self.owners, np.arange(len(rows))] = rows[:, 0]
        return TopicSums(vectors=member @ rows[:, 1:], weights=member.sum(axis=1))


@dataclass(frozen=True, kw_only=True)
class TopicSums:
    """Sums over the tokens of each unit of an essay, and last of its prompt.

    Attributes:
        vectors: of the weighted topic vectors, (units + 1, dimensions).
        weights: of the weights, (units + 1,).
    """

    vectors: Vectors
    weights: Vectors


@dataclass(frozen=True, kw_only=True)
class Runs:
    """The passages of an essay that may be about something else.

    Attributes:
        first: the number of each one's first unit, (runs,).
        last: of its last unit, (runs,).
        features: as ``PART_FEATURES`` names them, (runs, features).
    """

    first: Indices
    last: Indices
    features: npt.NDArray[np.float64]

    def __len__(self) -> int:
        """Return their number."""
        return len(self.first)

    def judge(self, regression: PartRegression) -> npt.NDArray[np.float64]:
        """Return the logarithm of the odds that each is about something else, (runs,)."""
        weights = np.array(regression.weights)
        return np.asarray(self.features @ weights + regression.intercept)


def compare_runs(essay: TokenizedUnits, table: TopicTable) -> Runs:
    """Compare every run of units that is neither too short nor too long with the rest.

    Args:
        essay: tokenized.
        table: for each token of the vocabulary, its weight and its topic vector,
            (vocabulary, 1 + dimensions).
    """
    sums = essay.topics(table)
    words = _cumulative(np.array([unit.words for unit in essay.units], np.float32))
    first, end = np.triu_indices(len(essay.units) + 1, 1)
    run_words, total = words[end] - words[first], max(float(words[-1]), 1.0)
    share = run_words / total
    chosen = (share >= MIN_SHARE) & (share <= MAX_SHARE) & (run_words >= MIN_RUN_WORDS)
    first, end, share = first[chosen], end[chosen], share[chosen]
    weights, vectors = _cumulative(sums.weights), _cumulative(sums.vectors)
    run_weight = weights[end] - weights[first]
    rest_weight = weights[-1] - run_weight
    run_vectors = vectors[end] - vectors[first]
    rest = (vectors[-1] - run_vectors) / np.maximum(rest_weight, 1)[:, np.newaxis]
    run = run_vectors / np.maximum(run_weight, 1)[:, np.newaxis]
    distance = np.square(run - rest).mean(axis=1)
    scale = run_weight * rest_weight / np.maximum(run_weight + rest_weight, 1)
    features = (
        _cosines(run, rest),
        np.log(distance + _TINY),
        np.log(distance * scale + _TINY),
        share,
        np.log1p(run_weight),
        np.full(len(first), np.log(total)),
        _word_cosines(essay, table[:, 0], first, end),
    )
    return Runs(first=first, last=end - 1, features=np.column_stack(features).astype(np.float64))


def _word_cosines(
    essay: TokenizedUnits, weights: TopicTable, first: Indices, end: Indices
) -> Vectors:
    """Return how similar the words of each run and of the rest are, (runs,).

    Each has a vector with the logarithm of the count of each word, times its weight; common
    words are left out.
    """
    informative = weights[essay.token_ids] >= MIN_WORD_WEIGHT
    words, columns = np.unique(essay.token_ids[informative], return_inverse=True)
    counts = np.zeros((len(essay.units) + 1, len(words)), np.float32)
    np.add.at(counts, (essay.owners[informative], columns), 1)
    cumulative = _cumulative(counts)
    run = cumulative[end] - cumulative[first]
    scale = weights[words].astype(np.float32)
    return _cosines(np.log1p(run) * scale, np.log1p(cumulative[-1] - run) * scale)


def _cumulative(rows: Vectors) -> Vectors:
    """Return the sums of the first 0, 1, 2 … rows."""
    return np.concatenate([np.zeros_like(rows[:1]), np.cumsum(rows, axis=0)])


def _cosines(left: Vectors, right: Vectors) -> Vectors:
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    return np.asarray((left * right).sum(axis=1) / np.maximum(lengths, _TINY))
