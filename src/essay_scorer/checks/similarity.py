"""Similarity of an essay and its prompt, by the encoder's last layer."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from essay_scorer.model.reader import Reader, Reading

Vector = npt.NDArray[np.float32]

_CACHED_PROMPTS = 64


class PromptSimilarity:
    """Compares essays with prompts; the vectors of recent prompts are cached. Thread-safe."""

    def __init__(self, reader: Reader, *, hidden_size: int) -> None:
        """Take what reads the prompts.

        Args:
            reader: the bundle's.
            hidden_size: of the encoder's token vectors.
        """
        self._hidden_size = hidden_size
        self._prompt_vector = lru_cache(maxsize=_CACHED_PROMPTS)(
            lambda prompt: self._vector(reader.read(prompt))
        )

    def of(self, reading: Reading, prompt: str) -> float:
        """Return the cosine similarity of an essay and a prompt's normalized text."""
        return cosine_similarity(self._vector(reading), self._prompt_vector(prompt))

    def _vector(self, reading: Reading) -> Vector:
        return reading.layer_means[-self._hidden_size :]


def cosine_similarity(left: Vector, right: Vector) -> float:
    """Return the cosine of the angle between two vectors; 0 if one of them is zero."""
    length = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float(left @ right) / length if length else 0.0
