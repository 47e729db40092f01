"""Essays are divided into train, dev and test by their texts."""

import pandas as pd

from essay_scorer.lab.data.splits import assign_splits


def test_splits_are_stable_balanced_and_keep_copies_together(essays: pd.DataFrame) -> None:
    table = pd.concat([essays, essays.assign(score=1)], ignore_index=True)
    split = assign_splits(table)
    half = len(essays)
    assert split[:half].tolist() == split[half:].tolist()
    shuffled = table.sample(frac=1, random_state=3)
    assert assign_splits(shuffled).sort_index().tolist() == split.tolist()
    assert set(split.unique()) == {"train", "dev", "test"}
