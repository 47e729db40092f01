"""What the encoder's reading says of a text besides its score: sense, and topic.

A BERT that has read nonsense is in another state than one that has read an essay, even
where every word is an English word and every sentence parses.  And an encoder that was
made for comparing sentences can say whether a text speaks of its assignment.
"""

import io
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .errors import BundleForeign

Vector = npt.NDArray[np.float32]


class Sense:
    """A logistic regression on the means of the encoder's layers and the writing features."""

    def __init__(self, weights: Vector) -> None:
        """Take the weights of the figures, and behind them the intercept."""
        self._weights, self._intercept = weights[:-1], float(weights[-1])

    @classmethod
    def load(cls, path: Path) -> "Sense":
        """Read ``sense.npy``.

        Raises:
            BundleForeign: it is not a row of numbers.
        """
        try:
            weights = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
        except Exception as error:  # what a head claims may be more than there is memory, too
            raise BundleForeign(f"{path} is not a table of numbers.") from error
        numbers = isinstance(weights, np.ndarray) and weights.dtype == np.float32  # or an archive
        if not numbers or weights.ndim != 1 or not np.isfinite(weights).all() or not len(weights):
            raise BundleForeign(f"{path} does not hold a row of 32-bit numbers.")
        return cls(weights)

    @property
    def figures(self) -> int:
        """How many figures it weighs."""
        return len(self._weights)

    def nonsense(self, means: Vector, figures: Vector) -> float:
        """Return how sure it is that the text has no sense, from 0 to 1.

        Args:
            means: the mean of each layer's vectors over the text, in a row.
            figures: the writing features.
        """
        exponent = float(np.concatenate([means, figures]) @ self._weights) + self._intercept
        return 1 / (1 + math.exp(-min(max(exponent, -50.0), 50.0)))


def likeness(left: Vector, right: Vector) -> float:
    """Return the cosine of two vectors; nothing is like a vector of zeros."""
    length = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float(left @ right) / length if length else 0.0
