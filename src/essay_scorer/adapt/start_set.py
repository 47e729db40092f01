"""Which essays to mark first: one from each part of the class, as the scorer orders it."""

import numpy as np

from essay_scorer.adapt.class_space import Column


def choose_start_set(prior: Column, size: int) -> list[int]:
    """Return the rows of the essays to mark first, in ascending order.

    They are the middles of equal parts of the class, ordered by the prior. So their marks have
    about the level and the spread of all marks, which matters most while there are few.

    Args:
        prior: of each essay of the class, (essays,).
        size: how many; all essays if there are fewer.
    """
    essays = len(prior)
    size = min(size, essays)
    order = np.argsort(prior, kind="stable")
    return sorted(int(order[int((part + 0.5) * essays / size)]) for part in range(size))
