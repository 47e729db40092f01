"""Which words and pairs of words an essay uses: the graph's third input.

Every distinct token and every distinct pair of neighbours gets a place in one table;
a pair's place is a hash, so the table stays small.  What a place is worth was learned
in training and lies in the graph.
"""

import numpy as np
import numpy.typing as npt

BUCKETS = 1 << 16  # places for pairs, behind those for single tokens

_MIX, _SPREAD, _SHIFT = np.uint64(1_000_003), np.uint64(2_654_435_761), np.uint64(7)

Places = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float32]


def ngrams(tokens: npt.NDArray[np.int64], *, vocabulary: int) -> tuple[Places, Weights]:
    """Return the places of an essay's tokens and pairs, and how much each counts.

    Args:
        tokens: the ids of the whole essay, shape (tokens,), without special tokens.
        vocabulary: the tokenizer's size; pairs have their places from there on.

    Returns:
        Distinct places, shape (n,), and weights of the same shape: one plus the
        logarithm of how often each occurs, scaled to a length of one.
    """
    left, right = tokens[:-1].astype(np.uint64), tokens[1:].astype(np.uint64)
    mixed = (left * _MIX + right) * _SPREAD >> _SHIFT
    pairs = vocabulary + (mixed % np.uint64(BUCKETS)).astype(np.int64)
    places, counts = np.unique(np.concatenate([tokens, pairs]), return_counts=True)
    weights = 1 + np.log(counts)
    length = np.sqrt(np.square(weights).sum()) or 1.0
    return places, (weights / length).astype(np.float32)
