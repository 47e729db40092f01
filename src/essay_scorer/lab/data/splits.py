"""Divide essays into train, dev and test."""

import hashlib

import numpy as np
import pandas as pd

from essay_scorer.text.normalize import normalize

SPLITS = ("train", "dev", "test")
SPLIT_SHARES = (0.8, 0.1, 0.1)


def text_key(text: str) -> str:
    """Return a digest that copies of an essay share, whatever their whitespace."""
    return hashlib.sha256(normalize(text).encode()).hexdigest()


def assign_splits(table: pd.DataFrame) -> pd.Series:
    """Return the split of each essay: 80% train, 10% dev, 10% test.

    The split is stratified by score and depends on the texts alone, so it is the same for any
    order of the rows, and copies of a text are in one split.

    Args:
        table: the columns ``text`` and ``score``.
    """
    keys = table["text"].map(text_key)
    unique = table.assign(key=keys).sort_values(["key", "score"]).drop_duplicates("key")
    rank = unique.groupby("score").cumcount()
    size = unique.groupby("score")["key"].transform("size")
    edges = np.cumsum(SPLIT_SHARES[:-1])
    indices = np.searchsorted(edges, (rank + 0.5) / size, side="right")
    split_of = dict(zip(unique["key"], np.array(SPLITS)[indices], strict=True))
    return keys.map(split_of)
