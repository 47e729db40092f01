"""The feature groups that the base models of a blended head read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from essay_scorer.lab.heads.frozen_encoder import FrozenEncoder
from essay_scorer.lab.heads.layer_means_cache import cached_layer_means
from essay_scorer.text.features import writing_features
from essay_scorer.text.ngrams import (
    BIGRAM_BUCKETS,
    CHARACTER_BUCKETS,
    Indices,
    Weights,
    character_ngrams,
    token_ngrams,
)
from essay_scorer.text.normalize import normalize
from essay_scorer.text.tokenizer import WindowTokenizer

Column = npt.NDArray[np.float64]  # one number per essay, (essays,)
PromptIds = npt.NDArray[Any]  # strings, (essays,)
Rows = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, kw_only=True)
class EssayFeatures:
    """The feature groups of essays, one row per essay.

    Attributes:
        layer_means: the mean token vector of every layer of the encoder,
            (essays, (layers + 1) × hidden size).
        writing_features: (essays, features).
        token_ngrams: weights of tokens and token bigrams, (essays, vocabulary + buckets).
        character_ngrams: weights of character n-grams, (essays, buckets).
    """

    layer_means: npt.NDArray[np.float32]
    writing_features: npt.NDArray[np.float32]
    token_ngrams: csr_matrix
    character_ngrams: csr_matrix

    @classmethod
    def compute(cls, texts: Sequence[str], encoder: FrozenEncoder, folder: Path) -> Self:
        """Compute the features with the runtime's own code.

        Args:
            texts: the essays.
            encoder: nearly all of the time is spent in it.
            folder: where its layer means are cached.

        Raises:
            FileError: the cache cannot be used.
        """
        clean = [normalize(text) for text in texts]
        return cls(
            layer_means=cached_layer_means(clean, encoder, folder),
            writing_features=np.array([writing_features(text) for text in clean]),
            token_ngrams=_token_ngrams(clean, encoder),
            character_ngrams=_sparse_rows(map(character_ngrams, clean), CHARACTER_BUCKETS),
        )

    def __getitem__(self, rows: Rows) -> "EssayFeatures":
        return EssayFeatures(
            layer_means=self.layer_means[rows],
            writing_features=self.writing_features[rows],
            token_ngrams=self.token_ngrams[rows],
            character_ngrams=self.character_ngrams[rows],
        )

    def __len__(self) -> int:
        return len(self.writing_features)


@dataclass(frozen=True, kw_only=True)
class TrainingSet:
    """What a base model is fitted on, one row per essay.

    Attributes:
        features: of the essays.
        targets: human scores as shares of the scale's range, (essays,).
        prompt_ids: (essays,).
        weights: of the essays in a regression, (essays,).
        is_main: which essays have scores on the scorer's own scale, (essays,). The others are
            of further sources: base models are fitted to all, blends to these alone.
    """

    features: EssayFeatures
    targets: Column
    prompt_ids: PromptIds
    weights: Column
    is_main: npt.NDArray[np.bool_]

    @property
    def sample_weights(self) -> Column | None:
        """The weights as scikit-learn takes them: none if all of them are 1."""
        return None if np.all(self.weights == 1) else self.weights

    def __getitem__(self, rows: Rows) -> "TrainingSet":
        return TrainingSet(
            features=self.features[rows],
            targets=self.targets[rows],
            prompt_ids=self.prompt_ids[rows],
            weights=self.weights[rows],
            is_main=self.is_main[rows],
        )

    def __len__(self) -> int:
        return len(self.features)


def _token_ngrams(clean: Sequence[str], encoder: FrozenEncoder) -> csr_matrix:
    tokenizer = WindowTokenizer(encoder.tokenizer_path)
    size = tokenizer.vocabulary_size
    tokenized = (tokenizer.tokenize(encoder.clean(text)) for text in clean)
    rows = (token_ngrams(text.token_ids, vocabulary_size=size) for text in tokenized)
    return _sparse_rows(rows, size + BIGRAM_BUCKETS)


def _sparse_rows(rows: Iterable[tuple[Indices, Weights]], width: int) -> csr_matrix:
    indices, weights = zip(*rows, strict=True)
    ends = np.cumsum([0, *map(len, indices)])
    cells = np.concatenate(weights), np.concatenate(indices), ends
    return csr_matrix(cells, shape=(len(indices), width))
