"""Essays as a network reads them, and the order in which it does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from tokenizers import Tokenizer

from essay_scorer.lab.data.essays import relative_scores
from essay_scorer.text.classic import WordCleaner
from essay_scorer.text.normalize import normalize


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Essays with their targets.

    Attributes:
        inputs: for each essay its mean token vector, (hidden size,), or its windows of token
            ids, (tokens,).
        lengths: tokens in each essay, (essays,); all 1 where vectors are read.
        targets: human scores as shares of the scale's range, (essays,).
        weights: of the essays' errors, (essays,).
    """

    inputs: Sequence[torch.Tensor] | Sequence[list[torch.Tensor]]
    lengths: npt.NDArray[np.int64]
    targets: torch.Tensor
    weights: torch.Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    def batches(self, *, size: int, seed: int, epoch: int) -> Iterator[list[int]]:
        """Yield the essays' rows in batches of similar length, in random order.

        The order depends on the seed and the epoch alone, so a resumed run sees the same
        batches.
        """
        order = np.random.default_rng([seed, epoch])
        ranked = np.argsort(self.lengths * order.uniform(0.8, 1.25, self.lengths.shape))
        chunks = [ranked[start : start + size] for start in range(0, len(ranked), size)]
        for index in order.permutation(len(chunks)):
            yield chunks[index].tolist()


def vector_examples(
    vectors: npt.NDArray[np.float32], essays: pd.DataFrame, device: torch.device
) -> Examples:
    """Return examples of mean token vectors, (essays, hidden size)."""
    rows = list(torch.from_numpy(vectors).to(device))
    return _examples(rows, np.ones(len(essays), np.int64), essays, device)


def window_examples(
    tokenizer: Tokenizer, cleaner: WordCleaner | None, essays: pd.DataFrame, device: torch.device
) -> Examples:
    """Return examples of windows of token ids.

    Args:
        tokenizer: splits texts into windows.
        cleaner: cleans the texts before, if the recipe says so.
        essays: as ``lab.data.sources.training_essays`` returns them.
        device: of the targets.
    """
    windows = _tokenize(tokenizer, essays["text"], cleaner)
    lengths = np.array([sum(map(len, essay)) for essay in windows])
    return _examples(windows, lengths, essays, device)


def _examples(inputs: Any, lengths: Any, essays: pd.DataFrame, device: torch.device) -> Examples:
    targets, weights = (
        torch.tensor(column, dtype=torch.float32, device=device)
        for column in (relative_scores(essays), essays["weight"].to_numpy(float))
    )
    return Examples(inputs=inputs, lengths=lengths, targets=targets, weights=weights)


def _tokenize(
    tokenizer: Tokenizer, texts: "pd.Series[str]", cleaner: WordCleaner | None
) -> list[list[torch.Tensor]]:
    normalized = [normalize(text) for text in texts]
    encodings = tokenizer.encode_batch(
        [cleaner.clean(text) for text in normalized] if cleaner else normalized
    )
    return [
        [torch.tensor(window.ids) for window in (encoding, *encoding.overflowing)]
        for encoding in encodings
    ]
