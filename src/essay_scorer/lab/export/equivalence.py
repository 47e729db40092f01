"""Verify that a compiled graph computes what its artifacts compute."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from essay_scorer.errors import ExportError
from essay_scorer.lab.export.artifacts import Artifacts
from essay_scorer.lab.export.keras_head import HeadSignature
from essay_scorer.model.graph import (
    CHARACTER_INDICES_INPUT,
    CHARACTER_WEIGHTS_INPUT,
    FEATURES_INPUT,
    NGRAM_INDICES_INPUT,
    NGRAM_WEIGHTS_INPUT,
)
from essay_scorer.model.reader import Reader
from essay_scorer.text.features import writing_features
from essay_scorer.text.ngrams import character_ngrams, token_ngrams
from essay_scorer.text.normalize import normalize

MAX_DIFFERENCE = 1e-4

_PROOF_TEXTS = Path(__file__).with_name("proof.txt")


def verify_equivalence(artifacts: Artifacts, folder: Path, texts: Sequence[str]) -> float:
    """Compare the predictions of artifacts and graph.

    Args:
        artifacts: freshly loaded, since compiling changes them.
        folder: the compiled bundle's.
        texts: essays to predict.

    Returns:
        The largest absolute difference.

    Raises:
        ExportError: it is larger than ``MAX_DIFFERENCE``.
    """
    reader = Reader(folder)
    compiled = [reader.predict(normalize(text)) for text in texts]
    differences = np.subtract(reference_predictions(artifacts, texts), compiled)
    largest = float(np.max(np.abs(differences)))
    if not largest <= MAX_DIFFERENCE:  # so that NaN fails, too
        raise ExportError(f"The graph differs from its artifacts by {largest:.2g}.")
    return largest


def proof_texts() -> list[str]:
    """Return short texts of several kinds, to compare artifacts and graph on."""
    return _PROOF_TEXTS.read_text(encoding="utf-8").split("---\n")


def reference_predictions(artifacts: Artifacts, texts: Sequence[str]) -> list[float]:
    """Return the artifacts' predictions, each artifact run by the library that saved it."""
    return [_reference_prediction(artifacts, normalize(text)) for text in texts]


def _reference_prediction(artifacts: Artifacts, clean: str) -> float:
    signature = HeadSignature.of(artifacts.head, artifacts.encoder)
    means = artifacts.layer_means(clean)
    pooled = means if signature.all_layers else means[-artifacts.encoder.config.hidden_size :]
    with torch.no_grad():
        optional = _optional_inputs(artifacts, clean) if signature.optional else {}
        return float(signature.outputs(artifacts.head, pooled, optional)[0])


def _optional_inputs(artifacts: Artifacts, clean: str) -> dict[str, torch.Tensor]:
    """Return every optional input of a normalized text."""
    tokenizer = Tokenizer.from_str(artifacts.tokenizer.to_str())
    tokenizer.no_truncation()
    (whole,) = replace(artifacts, tokenizer=tokenizer).tokenize(clean)
    indices, weights = token_ngrams(
        np.array(whole.ids[1:-1], dtype=np.int64), vocabulary_size=tokenizer.get_vocab_size()
    )
    character_indices, character_weights = character_ngrams(clean)
    return {
        FEATURES_INPUT: torch.from_numpy(writing_features(clean)),
        NGRAM_INDICES_INPUT: torch.from_numpy(indices),
        NGRAM_WEIGHTS_INPUT: torch.from_numpy(weights),
        CHARACTER_INDICES_INPUT: torch.from_numpy(character_indices),
        CHARACTER_WEIGHTS_INPUT: torch.from_numpy(character_weights),
    }
