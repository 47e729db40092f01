"""Whether a file has enough essays to train a scorer, said before the training starts."""

import math

import pandas as pd

from essay_scorer.errors import FileError
from essay_scorer.lab.data.splits import SPLIT_SHARES, SPLITS
from essay_scorer.lab.recipe import BlendedHead, Recipe

MIN_TEST_ESSAYS = 2  # with different scores, to measure agreement
MIN_ESSAYS_PER_FOLD = 2


def min_calibration_essays(coverage: float) -> int:
    """Return how many essays a prediction interval needs to reach a coverage.

    Of n errors, split conformal prediction takes the ⌈(n + 1) × coverage⌉-th smallest, which must
    exist.

    Args:
        coverage: from 0 to 1.
    """
    size = 1
    while math.ceil((size + 1) * coverage) > size:
        size += 1
    return size


def find_shortages(essays: pd.DataFrame, recipe: Recipe) -> list[str]:
    """Return what is too little to train by a recipe, a sentence each.

    Args:
        essays: a table as ``lab.data.essays.read_essays`` returns it.
        recipe: to train by.
    """
    sentences, total = [], 0
    for split, share in zip(SPLITS, SPLIT_SHARES, strict=True):
        needed, purpose = _needed(recipe)[split]
        scores = essays.loc[essays["split"] == split, "score"]
        if len(scores) < needed:
            sentences.append(f"{len(scores)} {split} essays are too few: {purpose} {needed}.")
            total = max(total, math.ceil(needed / share))
        elif split != "dev" and scores.nunique() == 1:
            sentences.append(f"All {split} essays have the score {scores.iloc[0]:g}.")
    if total:
        sentences.append(f"Without a column of splits, that takes about {total} essays in all.")
    return sentences


def refuse_shortages(essays: pd.DataFrame, recipe: Recipe) -> None:
    """Check that a file has enough essays.

    Raises:
        FileError: it has not; the message says how many are needed of what.
    """
    if sentences := find_shortages(essays, recipe):
        raise FileError(" ".join(sentences))


def _needed(recipe: Recipe) -> dict[str, tuple[int, str]]:
    """Return how many essays of each split are needed, and for what."""
    head, coverage = recipe.head, recipe.coverage
    train = (
        (head.blend.folds * MIN_ESSAYS_PER_FOLD, f"{head.blend.folds} folds need at least")
        if isinstance(head, BlendedHead)
        else (head.training.batch_size, "a batch has")
    )
    calibration = f"intervals with {coverage:.0%} coverage need at least"
    return {
        "train": train,
        "dev": (min_calibration_essays(coverage), calibration),
        "test": (MIN_TEST_ESSAYS, "measuring agreement needs at least"),
    }
