"""How uncertain a score is, and which essays a person should review.

It is estimated from the errors on similar essays whose human scores are known: essays with a
similar raw score, above all between two whole scores, and with similar writing features.
"""

import os
from bisect import bisect_left, bisect_right

import numpy as np

from essay_scorer.contract import DEFAULT_REVIEW_SHARE, REVIEW_SHARE_VARIABLE
from essay_scorer.errors import InvalidSetting
from essay_scorer.model.calibration import UncertaintyTable
from essay_scorer.text.features import FeatureVector


def resolve_review_share(share: float | None = None) -> float:
    """Return the share of ordinary essays, the most uncertain ones, that a person should review.

    Args:
        share: from 0 to 1; by default the environment's ``ESSAY_SCORER_REVIEW_SHARE``, else 0.2.

    Raises:
        InvalidSetting: it is not a number from 0 to 1.
    """
    value = os.environ.get(REVIEW_SHARE_VARIABLE, DEFAULT_REVIEW_SHARE) if share is None else share
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise InvalidSetting(f"The review share must be a number from 0 to 1, not {value}.")
    return number


def uncertainty_of(table: UncertaintyTable, raw: float, features: FeatureVector) -> float:
    """Return the share of ordinary essays whose score is more certain, from 0 to 1.

    Args:
        table: the bundle's.
        raw: the raw score.
        features: the writing features, (features,).
    """
    rank = bisect_left(table.quantiles, expected_cost(table, raw, features))
    return round(rank / len(table.quantiles), 3)


def expected_cost(table: UncertaintyTable, raw: float, features: FeatureVector) -> float:
    """Return an essay's expected cost in agreement; higher is more uncertain."""
    place = max(bisect_right(table.raw_edges, raw) - 1, 0)
    return table.costs[place] + float(features @ np.array(table.feature_weights, np.float32))
