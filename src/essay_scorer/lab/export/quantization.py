"""Dynamic int8 quantization of the encoder's linear layers.

Weights become whole numbers with a scale for each column; activations become whole numbers
with one scale per tensor, at run time. The file shrinks, and the linear layers are two to four
times as fast. Outliers among the activations are smoothed before (``smoothing.py``), and the mean
error of the weights goes into the biases (``bias_correction.py``). The word embeddings become
whole numbers with a scale for each row (``embedding_rows.py``).

Processors without VNNI, such as AWS Lambda's x86 ones, add the products of two neighboring
weights in int16, where twice 255 × 127 overflows. Therefore the absolute values of two
neighboring weights add up to at most 128, which costs less than one bit, and all processors
compute the same.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from transformers import BertModel

from essay_scorer.lab.export.bias_correction import correct_biases
from essay_scorer.lab.export.embedding_rows import quantize_embeddings
from essay_scorer.lab.export.graph_files import load_graph, optimize_graph
from essay_scorer.lab.export.smoothing import smooth_activations
from essay_scorer.lab.recipe import ExportRecipe
from essay_scorer.model.files import GRAPH, TOKENIZER
from essay_scorer.text.normalize import normalize
from essay_scorer.text.tokenizer import WindowTokenizer

QuantizedWeights: TypeAlias = tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]

_MAX_PAIR = 127  # of two neighboring weights before rounding, which may add one half to each

_QUANTIZED_SUFFIX = "_quantized"  # ONNX Runtime's, of a quantized tensor's name

# Measured to be slower or larger than the operators that they replace.
_EXCLUDED_FUSIONS = ("SkipLayerNormFusion", "BiasGeluFusion", "EmbedLayerNormFusion")


def quantize_encoder(
    source: Path, target: Path, encoder: BertModel, recipe: ExportRecipe, texts: Sequence[str]
) -> None:
    """Write a graph whose encoder has quantized linear layers and word embeddings.

    Args:
        source: the folder of a bundle with a float32 graph.
        target: the folder to write the quantized graph and its weights to.
        encoder: the encoder in the graph; the recipe names its linear layers.
        recipe: the smoothing and the outlier channels of each linear layer.
        texts: essays on which the activations are measured.

    Raises:
        FileError: the recipe names a linear layer that the encoder does not have.
    """
    model = load_graph(source / GRAPH)
    layers = name_linear_layers(model, encoder)
    tokenizer = WindowTokenizer(source / TOKENIZER)
    tokenized = (tokenizer.tokenize(normalize(text)) for text in texts)
    means = smooth_activations(model, layers, recipe, tokenized)
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    weights = {name: quantize_weights(stored[name]) for name in means}
    left = {name: whole * scale for name, (whole, scale) in weights.items()}
    correct_biases(model, layers, means, left)
    quantize_embeddings(model)
    quantized = target / "quantized.onnx"
    _quantize(model, quantized, layers)
    _rescale_columns(quantized, weights)
    level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    optimize_graph(quantized, target / GRAPH, level=level, without=_EXCLUDED_FUSIONS)
    quantized.unlink()


def name_linear_layers(model: onnx.ModelProto, encoder: BertModel) -> Mapping[str, str]:
    """Find the encoder's linear layers in a graph, by the values of their weights.

    Args:
        model: the graph; the weights of linear layers get the names of the layers.
        encoder: the encoder in it.

    Returns:
        The name of each linear layer, such as ``layer.0.output.dense``, by the name of its
        node in the graph.
    """
    layers = {
        module.weight.detach().T.contiguous().numpy().tobytes(): name
        for name, module in encoder.encoder.named_modules()
        if isinstance(module, nn.Linear)
    }
    names = {
        tensor.name: layers[data]
        for tensor in model.graph.initializer
        if len(tensor.dims) == 2 and (data := numpy_helper.to_array(tensor).tobytes()) in layers
    }
    for tensor in model.graph.initializer:
        tensor.name = names.get(tensor.name, tensor.name)
    nodes = {}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in names:
            nodes[node.name] = node.input[1] = names[node.input[1]]
    return nodes


def quantize_weights(
    weights: npt.NDArray[np.float32],
) -> QuantizedWeights:
    """Quantize a weight matrix, so that no sum of two products overflows int16.

    Args:
        weights: (inputs, outputs).

    Returns:
        Whole numbers of the same shape, and the scale of each column, (outputs,). In each
        column, the absolute values of rows 2 i and 2 i + 1 add up to at most 128.
    """
    sizes = np.abs(np.pad(weights, ((0, len(weights) % 2), (0, 0))))
    pairs = (sizes[0::2] + sizes[1::2]).max(axis=0)
    scale = np.maximum(pairs / _MAX_PAIR, np.finfo(np.float32).tiny).astype(np.float32)
    return np.rint(weights / scale).astype(np.int8), scale


def _quantize(model: onnx.ModelProto, path: Path, layers: Mapping[str, str]) -> None:
    """Write the graph with ONNX Runtime's quantization of these nodes."""
    with _without_warnings():
        quantize_dynamic(
            model,
            path,
            op_types_to_quantize=["MatMul"],
            nodes_to_quantize=list(layers),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True, "WeightSymmetric": True},
        )


def _rescale_columns(path: Path, weights: Mapping[str, QuantizedWeights]) -> None:
    """Replace the graph's quantized weights by those of ``quantize_weights``.

    ONNX Runtime's quantizer allows every weight seven bits, as if its neighbor were as large.
    Here the largest pair of neighbors in a column uses the whole range of int16.
    """
    model, scales = onnx.load(path), {}
    for tensor in model.graph.initializer:
        if tensor.name.endswith(_QUANTIZED_SUFFIX):
            name = tensor.name.removesuffix(_QUANTIZED_SUFFIX)
            whole, scale = weights[name]
            tensor.CopyFrom(numpy_helper.from_array(whole, tensor.name))
            scales[f"{name}_scale"] = scale
    for tensor in model.graph.initializer:
        if tensor.name in scales:
            tensor.CopyFrom(numpy_helper.from_array(scales[tensor.name], tensor.name))
    onnx.save_model(model, path)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Silence the quantizer, which warns about every tensor whose type it cannot infer."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
