"""Figures of one size, so that one step of a whole number fits all of them.

The vectors that a BERT's products read hold a few figures that are ten times as large as the
rest.  Where all of a vector's figures share one scale in whole numbers, those few leave the
others only a handful of steps.  Two things help, and neither changes a product:

Figures are made level: each is divided by its usual size to some power, and its row of
weights multiplied by the same (Xiao et al. 2023, "SmoothQuant").  And the few largest are
set apart and multiplied in float32 (Dettmers et al. 2022, "LLM.int8()").
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from essay_scorer.errors import FileError
from essay_scorer.lab.recipe import ExportRecipe
from essay_scorer.text.tokenizer import TokenizedText

SMALLEST = 1e-3  # of the median size: no figure counts as smaller


def make_level(
    model: onnx.ModelProto,
    products: Mapping[str, str],
    recipe: ExportRecipe,
    essays: Iterable[TokenizedText],
) -> None:
    """Rewrite the graph so that its products read level figures, as the recipe says.

    Args:
        model: the graph, whose products say the same afterwards.
        products: the name of each product in the encoder, by the name of its node.
        recipe: for which products, and how far.
        essays: on which it is seen how large the figures get.

    Raises:
        FileError: the recipe speaks of a product that the encoder does not have.
    """
    for name in (*recipe.level, *recipe.apart):
        if name not in {_kind(product) for product in products.values()}:
            raise FileError(f"The recipe speaks of {name}, which the encoder does not have.")
    largest = _largest(model, products, essays)
    for (vectors, level, apart), nodes in _alike(model, products, recipe).items():
        _level(model, nodes, vectors, largest[vectors], level=level, apart=apart)


def _kind(product: str) -> str:
    """Return what a product is called in every layer: ``output.dense`` of ``layer.3.``."""
    return product.split(".", 2)[2]


def _alike(
    model: onnx.ModelProto, products: Mapping[str, str], recipe: ExportRecipe
) -> Mapping[tuple[str, float, int], list[onnx.NodeProto]]:
    """Return the products by the vectors that they read and by what the recipe wants of them."""
    alike: dict[tuple[str, float, int], list[onnx.NodeProto]] = {}
    for node in model.graph.node:
        if node.name in products:
            kind = _kind(products[node.name])
            key = (node.input[0], recipe.level.get(kind, 0.0), recipe.apart.get(kind, 0))
            alike.setdefault(key, []).append(node)
    return {key: nodes for key, nodes in alike.items() if key[1:] != (0.0, 0)}


def _largest(
    model: onnx.ModelProto, products: Mapping[str, str], essays: Iterable[TokenizedText]
) -> Mapping[str, npt.NDArray[np.float32]]:
    """Return the largest size of each figure, (width,), by the vectors that products read."""
    names = sorted({node.input[0] for node in model.graph.node if node.name in products})
    seen = onnx.ModelProto()
    seen.CopyFrom(model)
    seen.graph.output.extend(
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names
    )
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        seen.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    nothing = {node.name: _zeros(node) for node in session.get_inputs()}
    largest: dict[str, npt.NDArray[np.float32]] = {}
    for window in (window for essay in essays for window in essay.windows):
        for name, vectors in zip(
            names, session.run(names, {**nothing, "input_ids": window}), strict=True
        ):
            sizes = np.abs(vectors).max(axis=(0, 1))
            largest[name] = np.maximum(largest.get(name, sizes), sizes)
    return largest


def _zeros(node: onnxruntime.NodeArg) -> npt.NDArray[np.generic]:
    """Return zeros for an input that the encoder does not read."""
    shape = [size if isinstance(size, int) else 1 for size in node.shape]
    return np.zeros(shape, np.int64 if node.type == "tensor(int64)" else np.float32)


def _level(
    model: onnx.ModelProto,
    nodes: Sequence[onnx.NodeProto],
    vectors: str,
    largest: npt.NDArray[np.float32],
    *,
    level: float,
    apart: int,
) -> None:
    """Let products read ``vectors`` with their figures level, and without those set apart."""
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    sizes = np.maximum(largest / np.median(largest), SMALLEST) ** np.float32(level)
    alone = np.sort(np.argsort(-largest / sizes)[:apart])
    factors = 1 / sizes
    factors[alone] = 0
    levelled, few = f"{vectors}_level_{nodes[0].name}", f"{vectors}_apart_{nodes[0].name}"
    added = [helper.make_node("Mul", [vectors, f"{levelled}_factors"], [levelled])]
    model.graph.initializer.append(numpy_helper.from_array(factors, f"{levelled}_factors"))
    if apart:
        added.append(helper.make_node("Gather", [vectors, f"{few}_places"], [few], axis=2))
        model.graph.initializer.append(numpy_helper.from_array(alone, f"{few}_places"))
    _insert(model, before=nodes[0], nodes=added)
    for node in nodes:
        weight = numpy_helper.to_array(weights[node.input[1]])
        node.input[0] = levelled
        if apart:
            _add_few(model, node, few, weight[alone])
        weight = weight * sizes[:, None]
        weight[alone] = 0
        weights[node.input[1]].CopyFrom(numpy_helper.from_array(weight, node.input[1]))


def _add_few(
    model: onnx.ModelProto, node: onnx.NodeProto, few: str, weight: npt.NDArray[np.float32]
) -> None:
    """Add the product of the figures set apart to that of the others."""
    whole, name = node.output[0], f"{node.input[1]}_apart"
    model.graph.initializer.append(numpy_helper.from_array(weight, name))
    after = model.graph.node[list(model.graph.node).index(node) + 1]
    node.output[0] = f"{whole}_most"
    product = helper.make_node("MatMul", [few, name], [f"{whole}_few"])
    total = helper.make_node("Add", [f"{whole}_most", f"{whole}_few"], [whole])
    _insert(model, before=after, nodes=[product, total])


def _insert(
    model: onnx.ModelProto, *, before: onnx.NodeProto, nodes: Sequence[onnx.NodeProto]
) -> None:
    place = list(model.graph.node).index(before)
    for node in reversed(nodes):
        model.graph.node.insert(place, node)
