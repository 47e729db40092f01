"""The shipped bundle's quantized graph scores like the same graph in float32."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pandas as pd
import pytest
from onnx import helper, numpy_helper
from tests.lab.export.quantized_graphs import (
    INT16_MAX,
    MAX_ACTIVATION,
    largest_pair,
    quantized_layers,
    quantized_nodes,
)
from torch import nn
from transformers import BertModel

from essay_scorer import Scorer
from essay_scorer.lab.calibration.linear import fit_line
from essay_scorer.lab.data.essays import read_essays
from essay_scorer.lab.evaluation.metrics import qwk
from essay_scorer.lab.export.encoder_folder import find_encoder, read_encoder
from essay_scorer.lab.export.equivalence import proof_texts
from essay_scorer.lab.export.score_stability import MIN_UNCHANGED_SCORES
from essay_scorer.lab.recipe import Recipe
from essay_scorer.model.files import GRAPH, TOKENIZER
from essay_scorer.model.reader import Reader
from essay_scorer.text.normalize import normalize


@pytest.fixture(scope="module")
def quantized_graph(shipped: Path) -> onnx.ModelProto:
    graph = onnx.load(shipped / GRAPH)
    if not quantized_layers(graph):
        pytest.skip("the shipped bundle is in float32")
    return graph


@pytest.fixture(scope="module")
def reference(
    quantized_graph: onnx.ModelProto, shipped: Path, tmp_path_factory: pytest.TempPathFactory
) -> Reader:
    """The shipped graph with the encoder's own weights, in float32, in its linear layers."""
    folder = tmp_path_factory.mktemp("reference")
    encoder = read_encoder(find_encoder(Recipe.load("default").encoder.source))
    graph = _dequantize(quantized_graph, encoder)
    onnx.save_model(graph, folder / GRAPH, save_as_external_data=True)
    shutil.copy(shipped / TOKENIZER, folder)
    return Reader(folder)


def _dequantize(quantized: onnx.ModelProto, encoder: BertModel) -> onnx.ModelProto:
    """Replace every quantized operator by a multiplication in float32."""
    modules = dict(encoder.encoder.named_modules())
    graph = onnx.ModelProto()
    graph.CopyFrom(quantized)
    producers = {name: node for node in graph.graph.node for name in node.output}
    stored = {tensor.name: tensor for tensor in graph.graph.initializer}
    for node in quantized_nodes(graph):
        name = node.input[1].removesuffix("_quantized").removesuffix(".weight")
        activations, bias = node.input[0], node.input[4:5]
        if node.op_type == "MatMulIntegerToFloat":
            activations, bias = producers[activations].input[0], node.input[6:7]
        weight = modules[name].weight.detach().T.contiguous().numpy()
        weight = _undo_smoothing(weight, producers.get(activations), stored)
        graph.graph.initializer.append(numpy_helper.from_array(weight, f"{name}.float32"))
        product = f"{node.output[0]}.product" if bias and bias[0] else node.output[0]
        added = [helper.make_node("MatMul", [activations, f"{name}.float32"], [product])]
        if product != node.output[0]:
            added.append(helper.make_node("Add", [product, bias[0]], node.output))
        _replace_node(graph, node, added)
    _restore_biases(graph, encoder)
    _restore_embeddings(graph, encoder)
    return graph


def _restore_biases(graph: onnx.ModelProto, encoder: BertModel) -> None:
    """Undo the correction of biases for the error of quantized weights."""
    modules = dict(encoder.encoder.named_modules())
    for tensor in graph.graph.initializer:
        module = modules.get(tensor.name.removesuffix("_bias"))
        if isinstance(module, nn.Linear):
            bias = module.bias.detach().numpy()
            tensor.CopyFrom(numpy_helper.from_array(bias, tensor.name))


def _restore_embeddings(graph: onnx.ModelProto, encoder: BertModel) -> None:
    """Look up the encoder's own word embeddings, where the graph has them in int8."""
    consumers = {name: node for node in graph.graph.node for name in node.input}
    for node in list(graph.graph.node):
        if node.op_type == "Gather" and node.input[0].endswith("_int8"):
            scaled = consumers[consumers[node.output[0]].output[0]]
            table = encoder.embeddings.word_embeddings.weight.detach().half().float().numpy()
            graph.graph.initializer.append(
                numpy_helper.from_array(table, "word_embeddings.float32")
            )
            inputs = ["word_embeddings.float32", node.input[1]]
            _replace_node(graph, scaled, [helper.make_node("Gather", inputs, scaled.output)])


def _undo_smoothing(
    weight: npt.NDArray[np.float32],
    producer: onnx.NodeProto | None,
    stored: dict[str, onnx.TensorProto],
) -> npt.NDArray[np.float32]:
    """Return weights for a layer whose input was multiplied by a stored factor per channel."""
    if producer is None or producer.op_type != "Mul" or producer.input[1] not in stored:
        return weight
    factors: npt.NDArray[np.float32] = numpy_helper.to_array(stored[producer.input[1]])
    if factors.shape != (len(weight),):
        return weight
    divisors = factors[:, None]
    return np.divide(weight, divisors, out=np.zeros_like(weight), where=divisors > 0)


def _replace_node(
    graph: onnx.ModelProto, node: onnx.NodeProto, added: list[onnx.NodeProto]
) -> None:
    index = list(graph.graph.node).index(node)
    graph.graph.node.remove(node)
    for new in reversed(added):
        graph.graph.node.insert(index, new)


def test_no_sum_of_two_products_can_overflow(quantized_graph: onnx.ModelProto) -> None:
    """So AVX2, which adds two products in int16, computes the same for every essay."""
    weights = [
        numpy_helper.to_array(tensor)
        for tensor in quantized_graph.graph.initializer
        if tensor.name.endswith("_quantized")
    ]
    assert len(weights) == len(quantized_layers(quantized_graph))
    assert max(MAX_ACTIVATION * largest_pair(matrix) for matrix in weights) <= INT16_MAX


def test_predictions_for_short_texts_hardly_change(
    root: Path, scorer: Scorer, shipped: Path, reference: Reader
) -> None:
    quantized, slope = Reader(shipped), scorer.manifest.calibration.slope
    texts = [*proof_texts(), *(path.read_text() for path in (root / "examples").glob("*.txt"))]
    for text in texts:
        clean = normalize(text)
        difference = slope * (quantized.predict(clean) - reference.predict(clean))
        assert abs(difference) < 0.1  # of a score point


def test_a_thousand_essays_keep_their_scores(
    asap2: Path, scorer: Scorer, shipped: Path, reference: Reader
) -> None:
    essays = read_essays(asap2).usable()
    chosen = essays[essays["split"] != "train"].sort_values("split", ascending=False).head(1000)
    human = chosen["score"].to_numpy(float)
    dev = (chosen["split"] == "dev").to_numpy()
    scale = scorer.manifest.scale
    quantized_scores, reference_scores = (
        _scores(reader, chosen, dev, scorer) for reader in (Reader(shipped), reference)
    )
    assert np.mean(quantized_scores == reference_scores) >= MIN_UNCHANGED_SCORES
    gap = qwk(human, quantized_scores, scale) - qwk(human, reference_scores, scale)
    assert abs(gap) <= 0.005


def _scores(
    reader: Reader, essays: pd.DataFrame, dev: npt.NDArray[np.bool_], scorer: Scorer
) -> npt.NDArray[np.int64]:
    """Return whole scores; each graph is calibrated on ``dev``, as a bundle is."""
    predictions = np.array([reader.predict(normalize(text)) for text in essays["text"]])
    slope, intercept = fit_line(predictions[dev], essays["score"].to_numpy(float)[dev])
    line = replace(scorer.manifest.calibration, slope=slope, intercept=intercept)
    scale = scorer.manifest.scale
    return np.array([scale.nearest(line.raw_score(one, scale)) for one in predictions])
