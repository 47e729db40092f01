"""Compile the three artifacts to a bundle's ONNX graph."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import torch
from torch import nn
from transformers import AttentionInterface, BertModel

from essay_scorer.errors import ExportError
from essay_scorer.lab.export.artifacts import Artifacts
from essay_scorer.lab.export.graph_files import optimize_graph
from essay_scorer.lab.export.keras_head import HeadSignature
from essay_scorer.model.files import CLEANING, GRAPH, TOKENIZER
from essay_scorer.model.graph import (
    CHARACTER_INDICES_INPUT,
    CHARACTER_WEIGHTS_INPUT,
    FAMILIARITY_OUTPUT,
    FEATURES_INPUT,
    INPUTS,
    NGRAM_INDICES_INPUT,
    NGRAM_WEIGHTS_INPUT,
    OUTPUTS,
)
from essay_scorer.text.features import FEATURE_NAMES

_ATTENTION = "onnxruntime"  # under this name, Transformers finds ``_attention``


def compile_graph(artifacts: Artifacts, folder: Path) -> None:
    """Write tokenizer, word lists, graph and weights to a bundle's folder.

    Args:
        artifacts: the scorer; its encoder is changed, so it must not be used afterwards.
        folder: the bundle's; it is created if needed.

    Raises:
        ExportError: encoder or head cannot be compiled.
    """
    folder.mkdir(parents=True, exist_ok=True)
    artifacts.tokenizer.save(str(folder / TOKENIZER))
    if artifacts.cleaner is not None:
        artifacts.cleaner.save(folder / CLEANING)
    artifacts.encoder.set_attn_implementation(_ATTENTION)
    _halve_embeddings(artifacts.encoder)
    traced = folder / "traced.onnx"
    step = WindowStep(artifacts.encoder, artifacts.head).eval()
    try:
        _trace(step, traced)
    except Exception as error:  # tracing raises errors of many kinds
        raise ExportError("Encoder and head cannot be compiled to an ONNX graph.") from error
    optimize_graph(traced, folder / GRAPH)
    traced.unlink()


class HalfPrecisionEmbedding(nn.Module):
    """An embedding table stored in float16, for tables that lose nothing by it."""

    def __init__(self, table: nn.Embedding) -> None:
        super().__init__()
        self.weight = nn.Parameter(table.weight.detach().half(), requires_grad=False)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return nn.functional.embedding(ids, self.weight).float()


class WindowStep(nn.Module):
    """What the graph computes: a window and the pooling state → a prediction and the next state.

    The state is the sum of all token vectors so far, then their count. The vectors are those
    of the last layer, or those of all layers concatenated if the head reads them.
    """

    def __init__(self, encoder: BertModel, head: keras.Model) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head
        self.signature = HeadSignature.of(head, encoder)

    @property
    def pooled_width(self) -> int:
        """The length of the token vectors that are summed."""
        if self.signature.all_layers:
            return self.signature.vector_shape[-1]
        return self.encoder.config.hidden_size

    def forward(
        self, input_ids: torch.Tensor, state: torch.Tensor, *optional: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        """Read one window.

        Args:
            input_ids: the window's token ids, (1, tokens).
            state: the pooling state before it, (pooled width + 1,).
            optional: the head's optional inputs, in the order of ``HeadSignature.optional``.

        Returns:
            The prediction, (1,), the pooling state after the window, and the familiarity of the
            essay's prompt, (1,), if the head tells it.
        """
        layers = [self.encoder.embeddings(input_ids=input_ids)]
        for layer in self.encoder.encoder.layer:  # no window is padded, so there is no mask
            layers.append(layer(layers[-1]))
        count = torch.ones_like(layers[0][0, :, :1]).sum(0)
        pooled = layers if self.signature.all_layers else layers[-1:]
        next_state = state + torch.cat([*(vectors[0].sum(0) for vectors in pooled), count])
        named = dict(zip(self.signature.optional, optional, strict=True))
        means = next_state[:-1] / next_state[-1:]
        prediction, *familiarity = self.signature.outputs(self.head, means, named)
        return prediction, next_state, *familiarity


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
    """Trace attention as ONNX Runtime's operator, which never stores a tokens × tokens matrix.

    The tensors are (1, heads, tokens, head size); the result is (1, tokens, heads, head size).
    It has values only in the traced graph.
    """
    assert attention_mask is None, module
    rows = [vectors.transpose(1, 2).flatten(2) for vectors in (query, key, value)]
    heads = query.shape[1]
    attended = torch.onnx.ops.symbolic(
        "com.microsoft::MultiHeadAttention",
        rows,
        {"num_heads": heads, "scale": scaling},
        dtype=query.dtype,
        shape=rows[0].shape,
        version=1,
    )
    return attended.unflatten(2, (heads, -1)), None


AttentionInterface.register(_ATTENTION, _attention)


def _halve_embeddings(encoder: BertModel) -> None:
    """Store the word embeddings in float16, if that changes no value."""
    table = encoder.embeddings.word_embeddings
    if isinstance(table, nn.Embedding) and torch.equal(table.weight.half().float(), table.weight):
        encoder.embeddings.word_embeddings = HalfPrecisionEmbedding(table)


@dataclass(frozen=True, kw_only=True)
class _ExampleInput:
    """What tracing needs to know of an optional input.

    Attributes:
        value: an example.
        dynamic: which of its dimensions have no fixed size; none by default.
    """

    value: torch.Tensor
    dynamic: dict[int, Any] | None = None


def _example_inputs() -> dict[str, _ExampleInput]:
    # N-grams of tokens and of characters differ in length, so that tracing cannot equate them.
    any_length = {0: torch.export.Dim.DYNAMIC}
    return {
        FEATURES_INPUT: _ExampleInput(value=torch.zeros(len(FEATURE_NAMES))),
        NGRAM_INDICES_INPUT: _ExampleInput(
            value=torch.zeros(5, dtype=torch.int64), dynamic=any_length
        ),
        NGRAM_WEIGHTS_INPUT: _ExampleInput(value=torch.zeros(5), dynamic=any_length),
        CHARACTER_INDICES_INPUT: _ExampleInput(
            value=torch.zeros(7, dtype=torch.int64), dynamic=any_length
        ),
        CHARACTER_WEIGHTS_INPUT: _ExampleInput(value=torch.zeros(7), dynamic=any_length),
    }


def _trace(step: WindowStep, path: Path) -> None:
    """Write the step as an ONNX graph, in one file."""
    tokens = torch.export.Dim("tokens", min=2, max=step.encoder.config.max_position_embeddings)
    examples = _example_inputs()
    optional = [examples[name] for name in step.signature.optional]
    further_outputs = [FAMILIARITY_OUTPUT] if step.signature.tells_familiarity else []
    optional_shapes = [tuple(example.dynamic for example in optional)] if optional else []
    torch.onnx.export(
        step,
        (
            torch.ones(1, 16, dtype=torch.int64),
            torch.zeros(step.pooled_width + 1),
            *(example.value for example in optional),
        ),
        str(path),
        input_names=(*INPUTS, *step.signature.optional),
        output_names=(*OUTPUTS, *further_outputs),
        dynamic_shapes=({1: tokens}, None, *optional_shapes),
        external_data=False,
        dynamo=True,
        verbose=False,
    )
