"""Which words, pairs of words and runs of characters an essay uses.

Every distinct one gets a place in a table; most places are hashes, so the tables stay
small.  What a place is worth was learned in training and lies in the graph.  Runs of
characters see what words do not: endings, spelling, punctuation, capitals.
"""

import numpy as np
import numpy.typing as npt

BUCKETS = 1 << 16  # places for pairs of tokens, behind those for single tokens
LONGEST = 5  # characters in a run
CHARACTER_BUCKETS = 1 << 18

_MIX, _SPREAD, _SHIFT = np.uint64(1_000_003), np.uint64(2_654_435_761), np.uint64(7)
_PRIME, _GOLDEN = np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
_TOP_BITS = np.uint64(64 - 18)

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
    return _weigh(np.concatenate([tokens, pairs]))


def characters(text: str) -> tuple[Places, Weights]:
    """Return the places of a text's runs of one to five characters, as ``ngrams`` does."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    runs, hashes = codes, [codes * _GOLDEN >> _TOP_BITS]
    for more in range(1, LONGEST):
        runs = runs[:-1] * _PRIME + codes[more:]
        hashes.append(runs * _GOLDEN >> _TOP_BITS)
    return _weigh(np.concatenate(hashes).astype(np.int64))


def _weigh(used: npt.NDArray[np.int64]) -> tuple[Places, Weights]:
    places, counts = np.unique(used, return_counts=True)
    weights = 1 + np.log(counts)
    length = np.sqrt(np.square(weights).sum()) or 1.0
    return places, (weights / length).astype(np.float32)
