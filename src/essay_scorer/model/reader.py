"""Read an essay: tokenize, compute features and n-grams, run the graph."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from essay_scorer.model.files import CLEANING, GRAPH, TOKENIZER
from essay_scorer.model.graph import (
    CHARACTER_INDICES_INPUT,
    CHARACTER_WEIGHTS_INPUT,
    FEATURES_INPUT,
    NGRAM_INDICES_INPUT,
    NGRAM_WEIGHTS_INPUT,
    Graph,
    Scheduler,
    State,
)
from essay_scorer.text.classic import WordCleaner
from essay_scorer.text.features import FeatureVector, writing_features
from essay_scorer.text.ngrams import Indices, Weights, character_ngrams, sketch, token_ngrams
from essay_scorer.text.tokenizer import TokenizedText, WindowTokenizer

_SHORTEST_TEXT = "."

Ngrams = tuple[Indices, Weights]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What reading an essay gave.

    Attributes:
        prediction: the head's prediction, before calibration.
        state: the graph's pooling state, (layers × hidden size + 1,).
        layer_means: the mean token vector of every layer, (layers × hidden size,).
        features: the writing features, (features,).
        familiarity: of the essay's prompt, from 0 to 1; 1 if the graph does not tell it.
        tokens: of the text.
        ngrams: of tokens, then of characters; None where the graph does not read them.
    """

    prediction: float
    state: State
    layer_means: State
    features: FeatureVector
    familiarity: float
    tokens: TokenizedText
    ngrams: tuple[Ngrams | None, Ngrams | None]


class Reader:
    """Reads normalized texts with a bundle's tokenizer and graph. Thread-safe."""

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """Load tokenizer and graph from a bundle's folder.

        Args:
            folder: the bundle's; a manifest is not needed.
            threads: for one window; all cores of the process by default.

        Raises:
            BundleInvalid: a file cannot be used.
        """
        self._tokenizer = WindowTokenizer(folder / TOKENIZER)
        cleaning = folder / CLEANING
        self._cleaner = WordCleaner.load(cleaning) if cleaning.is_file() else None
        self._graph = Graph(folder / GRAPH, threads=threads)

    @property
    def vocabulary(self) -> list[str]:
        """The tokenizer's tokens, ordered by id."""
        return self._tokenizer.vocabulary()

    @property
    def vocabulary_size(self) -> int:
        """The number of the tokenizer's tokens."""
        return self._tokenizer.vocabulary_size

    @property
    def threads(self) -> int:
        """Threads that compute one window."""
        return self._graph.threads

    @property
    def layer_means_width(self) -> int:
        """The length of ``Reading.layer_means``."""
        return self._graph.state_width - 1

    def with_scheduler(self, scheduler: Scheduler) -> Self:
        """Return the same reader, whose windows wait for a slot of the scheduler."""
        scheduled = copy.copy(self)
        scheduled._graph = self._graph.with_scheduler(scheduler)
        return scheduled

    def read(self, clean: str) -> Reading:
        """Read a normalized text whole."""
        return self._read(clean)

    def _read(
        self,
        clean: str,
        windows: Sequence[npt.NDArray[np.int64]] | None = None,
        state: State | None = None,
    ) -> Reading:
        """Read windows, those of the text by default, and everything else of the text."""
        tokenized, features = self.tokenize(clean), writing_features(clean)
        optional = self._optional_inputs(clean, tokenized, features)
        output = self._graph.run(
            tokenized.windows if windows is None else windows, optional, state=state
        )
        return Reading(
            prediction=output.prediction,
            state=output.state,
            layer_means=output.layer_means,
            features=features,
            familiarity=output.familiarity,
            tokens=tokenized,
            ngrams=(
                _ngrams(optional, NGRAM_INDICES_INPUT, NGRAM_WEIGHTS_INPUT),
                _ngrams(optional, CHARACTER_INDICES_INPUT, CHARACTER_WEIGHTS_INPUT),
            ),
        )

    def sketch(self, clean: str, reading: Reading) -> npt.NDArray[np.float64]:
        """Return the sketches of a text's token n-grams and character n-grams, concatenated.

        Args:
            clean: the normalized text.
            reading: of the text.
        """
        tokens, characters = reading.ngrams
        if tokens is None:
            tokens = token_ngrams(
                reading.tokens.token_ids, vocabulary_size=self._tokenizer.vocabulary_size
            )
        return np.concatenate([sketch(*tokens), sketch(*(characters or character_ngrams(clean)))])

    def predict(self, clean: str) -> float:
        """Return the prediction for a normalized text, before calibration."""
        return self.read(clean).prediction

    def read_from_state(self, clean: str, state: State) -> Reading:
        """Return the reading of a text that was read in pieces.

        Args:
            clean: the whole normalized text.
            state: the sum of the pooling states of its pieces.
        """
        # The graph predicts after a window only: read the shortest one, and subtract it.
        before = state - self._shortest_reading.state
        return self._read(clean, self.tokenize(_SHORTEST_TEXT).windows, state=before)

    @cached_property
    def _shortest_reading(self) -> Reading:
        return self.read(_SHORTEST_TEXT)

    def tokenize(self, clean: str) -> TokenizedText:
        """Return the tokens of a normalized text."""
        return self._tokenizer.tokenize(self._cleaner.clean(clean) if self._cleaner else clean)

    def _optional_inputs(
        self, clean: str, tokenized: TokenizedText, features: FeatureVector
    ) -> dict[str, npt.NDArray[Any]]:
        wanted = self._graph.optional_inputs
        inputs: dict[str, npt.NDArray[Any]] = {}
        if FEATURES_INPUT in wanted:
            inputs[FEATURES_INPUT] = features
        if NGRAM_INDICES_INPUT in wanted:
            inputs[NGRAM_INDICES_INPUT], inputs[NGRAM_WEIGHTS_INPUT] = token_ngrams(
                tokenized.token_ids, vocabulary_size=self._tokenizer.vocabulary_size
            )
        if CHARACTER_INDICES_INPUT in wanted:
            inputs[CHARACTER_INDICES_INPUT], inputs[CHARACTER_WEIGHTS_INPUT] = character_ngrams(
                clean
            )
        return inputs


def _ngrams(inputs: Mapping[str, npt.NDArray[Any]], indices: str, weights: str) -> Ngrams | None:
    return (inputs[indices], inputs[weights]) if indices in inputs else None
