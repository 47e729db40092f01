"""The space in which the essays of one class are compared.

Every value of an essay's vector is standardized by the essays of the class, so that it says how
an essay differs from the others on the same assignment, in whatever language they are written.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
import numpy.typing as npt

from essay_scorer.text.features import FEATURE_NAMES
from essay_scorer.text.ngrams import SKETCH_SIZE

Vector = npt.NDArray[np.float64]  # of one essay, (values,)
Matrix = npt.NDArray[np.float64]  # one row for each essay, (essays, values)
Column = npt.NDArray[np.float64]  # one number for each essay, (essays,)

# The values of an essay's vector, in order.
RAW = slice(0, 1)
FEATURES = slice(1, 1 + len(FEATURE_NAMES))
TOKENS = slice(FEATURES.stop, FEATURES.stop + SKETCH_SIZE)
CHARACTERS = slice(TOKENS.stop, TOKENS.stop + SKETCH_SIZE)
LAYER_MEANS = slice(CHARACTERS.stop, None)
LENGTH = FEATURES.start + FEATURE_NAMES.index("log_words")

# A class counts as having this many more essays, with the deviations that are typical of an
# assignment: a small class does not show its own well.
TYPICAL_ESSAYS = 30
MAX_DEVIATIONS = 4.0  # an odd essay does not decide alone
_RAW_WEIGHT = 0.1  # of the shipped score, beside the other groups of values

_SMALLEST = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassSpace:
    """Standardizes vectors by the essays of a class.

    Attributes:
        means: of the class, (values,).
        deviations: of the class and of a typical one, (values,).
    """

    means: Vector
    deviations: Vector

    @classmethod
    def of(cls, vectors: Matrix) -> Self:
        """Return the space of the essays of a class.

        Args:
            vectors: of all essays of the class, marked or not, in units of typical deviations.
        """
        essays = len(vectors)
        variances = (essays * vectors.var(axis=0) + TYPICAL_ESSAYS) / (essays + TYPICAL_ESSAYS)
        for group in (TOKENS, CHARACTERS):  # unit vectors: only their whole spread matters
            variances[group] = max(float(vectors[:, group].var(axis=0).sum()), _SMALLEST)
        return cls(means=vectors.mean(axis=0), deviations=np.sqrt(variances))

    def standardize(self, vectors: Matrix) -> Matrix:
        """Return vectors, (essays, values), in units of the class's deviations."""
        scores = (vectors - self.means) / self.deviations
        return np.clip(scores, -MAX_DEVIATIONS, MAX_DEVIATIONS)


@lru_cache(maxsize=8)
def group_weights(values: int) -> Vector:
    """Return the weight of each value in a comparison, so that every group counts as one.

    Args:
        values: how many a vector has.
    """
    weights = np.ones(values)
    weights[RAW] = np.sqrt(_RAW_WEIGHT)
    weights[FEATURES] = 1 / np.sqrt(len(FEATURE_NAMES))
    weights[LAYER_MEANS] = 1 / np.sqrt(max(values - LAYER_MEANS.start, 1))
    weights.flags.writeable = False  # every caller gets the same array
    return weights
