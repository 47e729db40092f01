"""Eight bits instead of thirty-two: the number format of the encoder's products.

A product of the encoder is an essay's vectors times a matrix of learned weights.  In
``int8`` the weights are whole numbers with a scale for each column, and the vectors become
whole numbers with one scale for all as they come.  The file shrinks and the products
are two to four times as fast.

One scale for all wastes its steps where a few figures are far larger than the rest, so
those are made level or set apart before (``level.py``).

Processors without VNNI, as AWS Lambda's x86 presents itself, add the products of two
neighbouring weights in sixteen bits, where 255 × 127 twice has no room.  So two neighbours
may add up to 128 at most, which costs less than one bit.  All processors then give the same
whole numbers.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pandas as pd
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from transformers import BertModel

from essay_scorer.lab.calibration.conformal import fit_line
from essay_scorer.lab.export.compile_graph import load_graph, optimise
from essay_scorer.lab.export.smoothing import make_level
from essay_scorer.lab.recipe import ExportRecipe
from essay_scorer.model.calibration import Calibration, Scale
from essay_scorer.model.files import GRAPH, TOKENIZER
from essay_scorer.model.reader import Reader
from essay_scorer.text.normalize import normalize
from essay_scorer.text.tokenizer import WindowTokenizer

KEPT = 0.99  # of a thousand essays must keep their score, else float32 stays
SAMPLE = 1000

_QUANTISED = "_quantized"  # what the quantiser puts behind a name

# Measured slower or larger than the operators they would take the place of.
UNWANTED_FUSIONS = ("SkipLayerNormFusion", "BiasGeluFusion", "EmbedLayerNormFusion")


def narrow(
    source: Path, target: Path, encoder: BertModel, recipe: ExportRecipe, texts: Sequence[str]
) -> None:
    """Write the graph of one folder into another, with the encoder's products in eight bits.

    Args:
        source: a bundle's folder whose graph is in float32.
        target: the folder to write ``model.onnx`` and its weights into.
        encoder: whose weights the graph holds; their names are what the recipe speaks of.
        recipe: which products' vectors are made level, and how many figures are set apart.
        texts: essays to see on how large the figures get.

    Raises:
        FileError: the recipe speaks of a product that the encoder does not have.
    """
    model = load_graph(source / GRAPH)
    products = name_products(model, encoder)
    windows = WindowTokenizer(source / TOKENIZER)
    make_level(model, products, recipe, (windows.tokens(normalize(text)) for text in texts))
    wide = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    narrowed = target / "narrowed.onnx"
    with _quiet():
        quantize_dynamic(
            model,
            narrowed,
            op_types_to_quantize=["MatMul"],
            nodes_to_quantize=list(products),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True, "WeightSymmetric": True},
        )
    _fill_the_room(narrowed, wide)
    level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    optimise(narrowed, target / GRAPH, level=level, without=UNWANTED_FUSIONS)
    narrowed.unlink()


def _fill_the_room(path: Path, wide: Mapping[str, npt.NDArray[np.float32]]) -> None:
    """Scale each column so that its largest pair of neighbours fills the sixteen bits.

    The quantiser knows only seven bits for every weight, as if its neighbour were as large.
    """
    model, scales = onnx.load(path), {}
    for tensor in model.graph.initializer:
        if tensor.name.endswith(_QUANTISED):
            name = tensor.name.removesuffix(_QUANTISED)
            whole, scale = whole_numbers(wide[name])
            tensor.CopyFrom(numpy_helper.from_array(whole, tensor.name))
            scales[f"{name}_scale"] = scale
    for tensor in model.graph.initializer:
        if tensor.name in scales:
            tensor.CopyFrom(numpy_helper.from_array(scales[tensor.name], tensor.name))
    onnx.save_model(model, path)


def whole_numbers(
    weights: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Return a matrix of weights as whole numbers and a scale for each of its columns.

    Rounding may add half to either neighbour, so that a pair of 127 ends at 128 at most.
    """
    sizes = np.abs(np.pad(weights, ((0, len(weights) % 2), (0, 0))))
    pairs = (sizes[0::2] + sizes[1::2]).max(axis=0)
    scale = np.maximum(pairs / 127, np.finfo(np.float32).tiny).astype(np.float32)
    return np.rint(weights / scale).astype(np.int8), scale


def name_products(model: onnx.ModelProto, encoder: BertModel) -> Mapping[str, str]:
    """Give the graph's weights the names they have in the encoder, ``layer.0.output.dense``.

    Returns:
        The name of each product of the encoder, by the name of its node in the graph.
    """
    wanted = {
        module.weight.detach().T.contiguous().numpy().tobytes(): name
        for name, module in encoder.encoder.named_modules()
        if isinstance(module, nn.Linear)
    }
    names = {
        tensor.name: wanted[data]
        for tensor in model.graph.initializer
        if len(tensor.dims) == 2 and (data := numpy_helper.to_array(tensor).tobytes()) in wanted
    }
    for tensor in model.graph.initializer:
        tensor.name = names.get(tensor.name, tensor.name)
    products = {}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in names:
            products[node.name] = node.input[1] = names[node.input[1]]
    return products


def kept_scores(wide: Reader, narrow: Reader, essays: pd.DataFrame, *, scale: Scale) -> float:
    """Return the share of essays to which two graphs give the same score.

    Each is brought to the scale on split ``dev``, as a bundle is; the essays are those of
    ``dev`` and ``test``, a thousand at most: a graph knows those of ``train`` by heart, so
    that they say little about an essay that comes.
    """
    order = essays.sort_values("split", kind="stable")
    sample = order[order["split"].isin(["dev", "test"])].head(SAMPLE)
    dev, human = (sample["split"] == "dev").to_numpy(), sample["score"].to_numpy(float)
    values = []
    for reader in (wide, narrow):
        numbers = np.array([reader.number(normalize(text)) for text in sample["text"]])
        slope, intercept = fit_line(numbers[dev], human[dev])
        line = Calibration(slope=slope, intercept=intercept, coverage=0.0, bands=())
        values.append(np.array([line.value(line.raw(number, scale)) for number in numbers]))
    return float(np.mean(values[0] == values[1]))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the quantiser from telling what it cannot know of intermediate values."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
