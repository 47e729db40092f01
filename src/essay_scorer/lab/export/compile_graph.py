"""Compile three artefacts to a bundle's graph, and prove that the two agree."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import AttentionInterface, BertModel

from essay_scorer.errors import ScorerError
from essay_scorer.lab.export.artifacts import Artefacts, HeadInputs
from essay_scorer.model.files import CLEANING, GRAPH, TOKENIZER, WEIGHTS
from essay_scorer.model.graph import (
    CHARACTER_INDICES_INPUT,
    CHARACTER_WEIGHTS_INPUT,
    FEATURES_INPUT,
    INPUTS,
    NGRAM_INDICES_INPUT,
    NGRAM_WEIGHTS_INPUT,
    OUTPUTS,
)
from essay_scorer.model.reader import Reader
from essay_scorer.text.features import FEATURE_NAMES, writing_features
from essay_scorer.text.ngrams import character_ngrams, token_ngrams
from essay_scorer.text.normalize import normalize

TOLERANCE = 1e-4


class ExportError(ScorerError):
    """The compiled graph does not say what its artefacts say."""

    code = "export_differs"


class HalfEmbedding(nn.Module):
    """A look-up table stored in 16 bits, for tables that lose nothing by it."""

    def __init__(self, table: nn.Embedding) -> None:
        super().__init__()
        self.weight = nn.Parameter(table.weight.detach().half(), requires_grad=False)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return nn.functional.embedding(ids, self.weight).float()


class ReadingStep(nn.Module):
    """The graph's one step: a window and what was read before → a number and what is read now.

    ``state`` is the sum of all token vectors so far with their count behind it; the
    vectors are the last layer's, or all layers' in a row where the head reads those.
    """

    def __init__(self, encoder: BertModel, head: keras.Model) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head
        self.inputs = HeadInputs.of(head, encoder)

    @property
    def width(self) -> int:
        """Numbers that are summed up for each token."""
        if self.inputs.all_layers:
            return self.inputs.essay[-1]
        return self.encoder.config.hidden_size

    def forward(
        self, input_ids: torch.Tensor, state: torch.Tensor, *side: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        layers = [self.encoder.embeddings(input_ids=input_ids)]
        for layer in self.encoder.encoder.layer:  # no window is padded, so there is no mask
            layers.append(layer(layers[-1]))
        count = torch.ones_like(layers[0][0, :, :1]).sum(0)
        read = layers if self.inputs.all_layers else layers[-1:]
        next_state = state + torch.cat([*(vectors[0].sum(0) for vectors in read), count])
        figures = dict(zip(self.inputs.side, side, strict=True))
        number = self.inputs.call(self.head, next_state[:-1] / next_state[-1:], figures)
        return number, next_state


def compile_graph(artefacts: Artefacts, folder: Path) -> None:
    """Write all but the manifest and the card into the bundle's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    artefacts.tokenizer.save(str(folder / TOKENIZER))
    if artefacts.cleaner is not None:
        artefacts.cleaner.save(folder / CLEANING)
    artefacts.encoder.set_attn_implementation(_ATTENTION)
    _halve_embeddings(artefacts.encoder)
    step = ReadingStep(artefacts.encoder, artefacts.head).eval()
    raw = folder / "traced.onnx"
    _trace(step, raw)
    optimise(raw, folder / GRAPH)
    raw.unlink()


_ATTENTION = "onnxruntime"


def _attention(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Stand for the runtime's one operator, which never holds all tokens × all tokens.

    Tensors are (1, heads, tokens, width), the answer is (1, tokens, heads, width); there is
    something in it only where it is traced.
    """
    assert attention_mask is None, module
    rows = [vectors.transpose(1, 2).flatten(2) for vectors in (query, key, value)]
    heads = query.shape[1]
    mixed = torch.onnx.ops.symbolic(
        "com.microsoft::MultiHeadAttention",
        rows,
        {"num_heads": heads, "scale": scaling},
        dtype=query.dtype,
        shape=rows[0].shape,
        version=1,
    )
    return mixed.unflatten(2, (heads, -1)), None


AttentionInterface.register(_ATTENTION, _attention)


def _halve_embeddings(encoder: BertModel) -> None:
    table = encoder.embeddings.word_embeddings
    if isinstance(table, nn.Embedding) and torch.equal(table.weight.half().float(), table.weight):
        encoder.embeddings.word_embeddings = HalfEmbedding(table)


def _trace(step: ReadingStep, path: Path) -> None:
    tokens = torch.export.Dim("tokens", min=2, max=step.encoder.config.max_position_embeddings)
    places = torch.export.Dim.DYNAMIC
    figures = {
        FEATURES_INPUT: (torch.zeros(len(FEATURE_NAMES)), None),
        NGRAM_INDICES_INPUT: (torch.zeros(5, dtype=torch.int64), {0: places}),
        NGRAM_WEIGHTS_INPUT: (torch.zeros(5), {0: places}),
        CHARACTER_INDICES_INPUT: (torch.zeros(7, dtype=torch.int64), {0: places}),
        CHARACTER_WEIGHTS_INPUT: (torch.zeros(7), {0: places}),
    }
    side = [figures[name] for name in step.inputs.side]
    torch.onnx.export(
        step,
        (
            torch.ones(1, 16, dtype=torch.int64),
            torch.zeros(step.width + 1),
            *(value for value, _ in side),
        ),
        str(path),
        input_names=(*INPUTS, *step.inputs.side),
        output_names=OUTPUTS,
        dynamic_shapes=({1: tokens}, None, *([tuple(shape for _, shape in side)] if side else [])),
        external_data=False,
        dynamo=True,
        verbose=False,
    )


def optimise(
    source: Path,
    target: Path,
    *,
    level: Any = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    without: Sequence[str] = (),
) -> None:
    """Fold constants and fuse what helps, once, so that loading need not."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    options.optimized_model_filepath = str(source.with_suffix(".folded"))
    options.log_severity_level = 4
    onnxruntime.InferenceSession(
        str(source), options, providers=["CPUExecutionProvider"], disabled_optimizers=without
    )
    folded = Path(options.optimized_model_filepath)
    model = onnx.load(folded)
    folded.unlink()
    del model.metadata_props[:]
    model.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    target.with_name(WEIGHTS).unlink(missing_ok=True)
    onnx.save_model(
        model, target, save_as_external_data=True, location=WEIGHTS, size_threshold=1024
    )
    target.with_name(WEIGHTS).chmod(target.stat().st_mode)


def load_graph(path: Path) -> onnx.ModelProto:
    """Return a bundle's graph with its weights in it."""
    return onnx.load(path, load_external_data=True)


def reference_numbers(artefacts: Artefacts, texts: Sequence[str]) -> list[float]:
    """Return what the artefacts themselves say, each run by the library that wrote it."""
    return [_reference_number(artefacts, normalize(text)) for text in texts]


def _reference_number(artefacts: Artefacts, clean: str) -> float:
    inputs = HeadInputs.of(artefacts.head, artefacts.encoder)
    means = artefacts.layer_means(clean)
    essay = means if inputs.all_layers else means[-artefacts.encoder.config.hidden_size :]
    with torch.no_grad():
        side = _reference_side(artefacts, clean) if inputs.side else {}
        return float(inputs.call(artefacts.head, essay, side))


def _reference_side(artefacts: Artefacts, clean: str) -> dict[str, torch.Tensor]:
    whole = Tokenizer.from_str(artefacts.tokenizer.to_str())
    whole.no_truncation()
    ids = np.array(replace(artefacts, tokenizer=whole).cut(clean)[0].ids[1:-1], dtype=np.int64)
    places, weights = token_ngrams(ids, vocabulary=whole.get_vocab_size())
    runs, run_weights = character_ngrams(clean)
    return {
        FEATURES_INPUT: torch.from_numpy(writing_features(clean)),
        NGRAM_INDICES_INPUT: torch.from_numpy(places),
        NGRAM_WEIGHTS_INPUT: torch.from_numpy(weights),
        CHARACTER_INDICES_INPUT: torch.from_numpy(runs),
        CHARACTER_WEIGHTS_INPUT: torch.from_numpy(run_weights),
    }


def prove_equal(artefacts: Artefacts, folder: Path, texts: Sequence[str]) -> float:
    """Return the largest difference between artefacts and graph over the texts.

    Raises:
        ExportError: it is larger than 1e-4.
    """
    reader = Reader(folder)
    ours = [reader.number(normalize(text)) for text in texts]
    difference = float(np.max(np.abs(np.subtract(reference_numbers(artefacts, texts), ours))))
    if not difference <= TOLERANCE:
        raise ExportError(f"The graph differs from its artefacts by {difference:.2g}.")
    return difference
