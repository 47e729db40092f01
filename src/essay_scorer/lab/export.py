"""Compile three artefacts to a bundle's graph, and prove that the two agree."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn
from transformers import BertModel

from ..bundle import GRAPH, TOKENIZER, WEIGHTS
from ..errors import ScorerError
from ..graph import INPUTS, OUTPUTS, Graph
from ..text import normalise
from ..tokens import WindowTokenizer
from .artefacts import Artefacts

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

    ``state`` is the sum of all token vectors so far with their count behind it.
    """

    def __init__(self, encoder: BertModel, head: keras.Model) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head

    def forward(
        self, input_ids: torch.Tensor, state: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        vectors = self.encoder.embeddings(input_ids=input_ids)
        for layer in self.encoder.encoder.layer:  # no window is padded, so there is no mask
            vectors = layer(vectors)
        count = torch.ones_like(vectors[0, :, :1]).sum(0)
        next_state = state + torch.cat([vectors[0].sum(0), count])
        essay = (next_state[:-1] / next_state[-1:]).unsqueeze(0)
        return self.head(essay, training=False).reshape(1), next_state


def compile_graph(artefacts: Artefacts, folder: Path) -> None:
    """Write ``tokenizer.json``, ``model.onnx`` and its weights into the bundle's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    artefacts.tokenizer.save(str(folder / TOKENIZER))
    artefacts.encoder.set_attn_implementation("eager")
    _halve_embeddings(artefacts.encoder)
    step = ReadingStep(artefacts.encoder, artefacts.head).eval()
    raw = folder / "traced.onnx"
    _trace(step, width=artefacts.encoder.config.hidden_size, path=raw)
    _optimise(raw, folder / GRAPH)
    raw.unlink()


def _halve_embeddings(encoder: BertModel) -> None:
    table = encoder.embeddings.word_embeddings
    if isinstance(table, nn.Embedding) and torch.equal(table.weight.half().float(), table.weight):
        encoder.embeddings.word_embeddings = HalfEmbedding(table)


def _trace(step: ReadingStep, *, width: int, path: Path) -> None:
    tokens = torch.export.Dim("tokens", min=2, max=step.encoder.config.max_position_embeddings)
    example = torch.ones(1, 16, dtype=torch.int64), torch.zeros(width + 1)
    torch.onnx.export(
        step,
        example,
        str(path),
        input_names=INPUTS,
        output_names=OUTPUTS,
        dynamic_shapes={"input_ids": {1: tokens}, "state": None},
        external_data=False,
        dynamo=True,
        verbose=False,
    )


def _optimise(source: Path, target: Path) -> None:
    """Fold constants and fuse what helps, once, so that loading need not."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(source.with_suffix(".folded"))
    options.log_severity_level = 4
    onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])
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


def reference_numbers(artefacts: Artefacts, texts: Sequence[str]) -> list[float]:
    """Return what the artefacts themselves say, each run by the library that wrote it."""
    return [_reference_number(artefacts, text) for text in texts]


def _reference_number(artefacts: Artefacts, text: str) -> float:
    first = artefacts.tokenizer.encode(normalise(text))
    with torch.no_grad():
        vectors = [
            artefacts.encoder(input_ids=torch.tensor([window.ids])).last_hidden_state[0]
            for window in (first, *first.overflowing)
        ]
        return float(artefacts.head(torch.cat(vectors).mean(0, keepdim=True), training=False))


def prove_equal(artefacts: Artefacts, folder: Path, texts: Sequence[str]) -> float:
    """Return the largest difference between artefacts and graph over the texts.

    Raises:
        ExportError: it is larger than 1e-4.
    """
    tokenizer, graph = WindowTokenizer(folder / TOKENIZER), Graph(folder / GRAPH)
    ours = [graph.read(tokenizer.windows(normalise(text))) for text in texts]
    difference = float(np.max(np.abs(np.subtract(reference_numbers(artefacts, texts), ours))))
    if not difference <= TOLERANCE:
        raise ExportError(f"The graph differs from its artefacts by {difference:.2g}.")
    return difference
