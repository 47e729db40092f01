"""Learn a space in which the passages of one essay are close: linear discriminant analysis."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from essay_scorer.checks.topic_runs import TokenizedUnits, TopicTable, Vectors

_FIRST_WORD = "the"  # a BERT vocabulary is ordered by frequency, from this word on
_COMMON_WORDS = 100  # a word of this rank weighs one half
_SHRINKAGE = 0.1  # of the covariance within essays, relative to its mean variance

Matrix = npt.NDArray[np.float64]


def token_weights(vocabulary: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return the weight of each token, from 0 to 1: rare words say more about a topic.

    This is smooth inverse frequency (Arora et al. 2017, *A simple but tough-to-beat baseline for
    sentence embeddings*), with frequencies by Zipf's law.
    """
    first = vocabulary.index(_FIRST_WORD) if _FIRST_WORD in vocabulary else 0
    rank = np.maximum(np.arange(len(vocabulary)) - first + 1.0, 0)
    return (rank / (rank + _COMMON_WORDS)).astype(np.float32)


def fit_topic_table(
    embeddings: Vectors,
    weights: npt.NDArray[np.float32],
    essays: Sequence[TokenizedUnits],
    *,
    dimensions: int,
) -> TopicTable:
    """Return the content of ``topics.npy``, as ``checks.off_topic_part`` reads it.

    Args:
        embeddings: the encoder's word embeddings, (vocabulary, hidden size).
        weights: of the tokens, (vocabulary,).
        essays: to learn from, as many of each prompt; each has words in two units or more.
        dimensions: of the space.

    Returns:
        The weight and the topic vector of each token, (vocabulary, 1 + dimensions).
    """
    table = np.column_stack([weights, embeddings]).astype(np.float16)
    within = np.zeros((embeddings.shape[1],) * 2)
    means, freedom = [], 0
    for essay in essays:
        sums = essay.topics(table)
        with_words = sums.weights > 0
        units = sums.vectors[with_words] / sums.weights[with_words, np.newaxis]
        centered = units - units.mean(axis=0)
        within += centered.T @ centered
        freedom += len(units) - 1
        means.append(sums.vectors.sum(axis=0) / sums.weights.sum())
    center = np.mean(means, axis=0)
    axes = _discriminants(within / freedom, np.cov(np.array(means).T))[:, :dimensions]
    return np.column_stack([weights, (embeddings - center) @ axes]).astype(np.float16)


def _discriminants(within: Matrix, between: Matrix) -> Matrix:
    """Return the axes, as columns, that separate essays best, in order.

    Within essays, the variance along each axis is one.
    """
    shrinkage = _SHRINKAGE * np.trace(within) / len(within)
    variances, axes = np.linalg.eigh(within + shrinkage * np.eye(len(within)))
    whitening = axes / np.sqrt(variances)
    _, rotation = np.linalg.eigh(whitening.T @ between @ whitening)
    return np.asarray(whitening @ rotation[:, ::-1])
