"""Hashed n-grams of an essay: tokens, token bigrams and character n-grams (the hashing trick).

Every distinct n-gram has an index into a table; most indices are hashes, so that the tables
stay small (Weinberger et al. 2009, *Feature hashing for large scale multitask learning*). The
table's weights are learned in training and stored in the graph. Character n-grams capture
endings, spelling, punctuation and capitals.
"""

import numpy as np
import numpy.typing as npt

BIGRAM_BUCKETS = 1 << 16  # after the indices of single tokens
MAX_CHARACTER_NGRAM = 5
CHARACTER_BUCKETS = 1 << 18

# Multipliers of the two hash functions; the trained tables depend on them.
_LEFT_FACTOR, _BIGRAM_FACTOR, _BIGRAM_SHIFT = (
    np.uint64(1_000_003),
    np.uint64(2_654_435_761),
    np.uint64(7),
)
_FNV_PRIME, _GOLDEN_RATIO = np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
_CHARACTER_SHIFT = np.uint64(64 - 18)

SKETCH_SIZE = 512
_SKETCH_SHIFT, _SIGN_SHIFT = np.uint64(64 - 9), np.uint64(54)

Indices = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float32]


def token_ngrams(
    token_ids: npt.NDArray[np.int64], *, vocabulary_size: int
) -> tuple[Indices, Weights]:
    """Return the indices and weights of an essay's tokens and token bigrams.

    Args:
        token_ids: the ids of the whole essay, shape (tokens,), without special tokens.
        vocabulary_size: of the tokenizer; the indices of bigrams start there.

    Returns:
        Distinct indices, shape (n,), and weights of the same shape: one plus the logarithm of
        the count, scaled to unit length.
    """
    left, right = token_ids[:-1].astype(np.uint64), token_ids[1:].astype(np.uint64)
    hashes = (left * _LEFT_FACTOR + right) * _BIGRAM_FACTOR >> _BIGRAM_SHIFT
    bigrams = vocabulary_size + (hashes % np.uint64(BIGRAM_BUCKETS)).astype(np.int64)
    return _weigh(np.concatenate([token_ids, bigrams]))


def character_ngrams(text: str) -> tuple[Indices, Weights]:
    """Return the indices and weights of a text's character n-grams of one to five characters.

    Returns:
        As ``token_ngrams``.
    """
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    ngrams, hashes = codes, [codes * _GOLDEN_RATIO >> _CHARACTER_SHIFT]
    for size in range(1, MAX_CHARACTER_NGRAM):
        ngrams = ngrams[:-1] * _FNV_PRIME + codes[size:]
        hashes.append(ngrams * _GOLDEN_RATIO >> _CHARACTER_SHIFT)
    return _weigh(np.concatenate(hashes).astype(np.int64))


def sketch(
    indices: Indices, weights: Weights, *, size: int = SKETCH_SIZE
) -> npt.NDArray[np.float64]:
    """Return a short vector for n-grams, shape (size,), for comparing essays.

    Inner products are kept up to noise of about ``1 / sqrt(size)`` (Charikar, Chen &
    Farach-Colton 2002, *Finding frequent items in data streams*; Weinberger et al. 2009).

    Args:
        indices: as ``token_ngrams`` or ``character_ngrams`` returns them, (n,).
        weights: of the same shape.
        size: at most 512, a power of two.
    """
    hashes = indices.astype(np.uint64) * _GOLDEN_RATIO
    buckets = (hashes >> _SKETCH_SHIFT).astype(np.int64) % size
    signs = 1.0 - 2.0 * ((hashes >> _SIGN_SHIFT) & np.uint64(1)).astype(np.float64)
    return np.bincount(buckets, weights * signs, minlength=size).astype(np.float64)


def _weigh(used: npt.NDArray[np.int64]) -> tuple[Indices, Weights]:
    indices, counts = np.unique(used, return_counts=True)
    weights = 1 + np.log(counts)
    length = np.sqrt(np.square(weights).sum()) or 1.0
    return indices, (weights / length).astype(np.float32)
