"""Similarity of an essay and its prompt: of their topics, or by the encoder's last layer."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from essay_scorer.checks.topic_runs import TopicTable
from essay_scorer.model.reader import Reader, Reading
from essay_scorer.text.tokenizer import TokenizedText

Vector = npt.NDArray[np.float32]

_CACHED_PROMPTS = 64


class PromptSimilarity:
    """Compares essays with prompts; the vectors of recent prompts are cached. Thread-safe.

    The first layers of an encoder say little about what a text means. If the bundle has topic
    vectors, the topics are compared; otherwise, the mean token vectors of the last layer.
    """

    def __init__(
        self, reader: Reader, *, hidden_size: int, topics: TopicTable | None = None
    ) -> None:
        """Take what reads the prompts.

        Args:
            reader: the bundle's.
            hidden_size: of the encoder's token vectors.
            topics: the weight and the topic vector of each token, if the bundle has them.
        """
        self._hidden_size, self._topics = hidden_size, topics
        self._prompt_vector = lru_cache(maxsize=_CACHED_PROMPTS)(
            lambda prompt: (
                self._last_layer(reader.read(prompt))
                if topics is None
                else topic_vector(reader.tokenize(prompt), topics)
            )
        )

    def of(self, reading: Reading, prompt: str) -> float:
        """Return the cosine similarity of an essay and a prompt's normalized text."""
        vector = (
            self._last_layer(reading)
            if self._topics is None
            else topic_vector(reading.tokens, self._topics)
        )
        return cosine_similarity(vector, self._prompt_vector(prompt))

    def _last_layer(self, reading: Reading) -> Vector:
        return reading.layer_means[-self._hidden_size :]


def topic_vector(tokens: TokenizedText, topics: TopicTable) -> Vector:
    """Return the weighted sum of the topic vectors of a text's tokens, (dimensions,)."""
    rows = topics[tokens.token_ids].astype(np.float32)
    return np.asarray(rows[:, 0] @ rows[:, 1:])


def cosine_similarity(left: Vector, right: Vector) -> float:
    """Return the cosine of the angle between two vectors; 0 if one of them is zero."""
    length = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float(left @ right) / length if length else 0.0
