"""The gibberish detector: a logistic regression on what the encoder read.

The hidden states of BERT differ between gibberish and an essay, even if every word is English and
every sentence parses.
"""

from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from essay_scorer.checks.logistic import load_numbers, logistic
from essay_scorer.errors import BundleInvalid
from essay_scorer.model.reader import Reader, Reading
from essay_scorer.text.features import FEATURE_NAMES


class GibberishDetector:
    """Estimates the probability that a text is gibberish. Thread-safe."""

    def __init__(self, weights: npt.NDArray[np.float32], *, path: Path) -> None:
        """Take the regression's weights.

        Args:
            weights: for the layer means, then for the writing features, then the intercept:
                (layers × hidden size + features + 1,).
            path: the file that contains them, for error messages.
        """
        self._path = path
        self._weights, self._intercept = weights[:-1], float(weights[-1])

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``gibberish.npy``.

        Raises:
            BundleInvalid: it is not a row of numbers.
        """
        weights = load_numbers(path, dtype=np.float32, dimensions=1)
        if weights is None or not len(weights):
            raise BundleInvalid(f"{path} does not contain a row of 32-bit floats.")
        return cls(weights, path=path)

    def check_fits(self, reader: Reader) -> None:
        """Check that there is a weight for every number of a reading.

        Raises:
            BundleInvalid: the weights belong to a different encoder.
        """
        if len(self._weights) != reader.layer_means_width + len(FEATURE_NAMES):
            raise BundleInvalid(f"{self._path} does not fit this bundle's encoder.")

    def probability(self, reading: Reading) -> float:
        """Return the probability, from 0 to 1, that a text is gibberish."""
        inputs = np.concatenate([reading.layer_means, reading.features])
        exponent = float(inputs @ self._weights) + self._intercept
        return logistic(exponent)
