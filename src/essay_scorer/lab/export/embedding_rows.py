"""Store the word embeddings in int8, with a scale for each token's row.

The table is most of a small encoder's weights, and no matrix product reads it: a row is looked
up and multiplied by its scale.
"""

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

_MAX_INT8 = 127

Rows = npt.NDArray[np.int8]
Scales = npt.NDArray[np.float32]


def quantize_embeddings(model: onnx.ModelProto) -> None:
    """Replace the table of word embeddings by whole numbers and scales."""
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    gather = next(
        node for node in model.graph.node
        if node.op_type == "Gather" and node.input[0] in stored and node.input[1] == "input_ids"
    )  # fmt: skip
    table = stored[gather.input[0]]
    rows, scales = quantize_rows(numpy_helper.to_array(table).astype(np.float32))
    index = list(model.graph.node).index(gather)
    replaced = [gather, *_cast_after(model, gather)]
    for node in _lookup(table.name, replaced[-1].output[0]):
        model.graph.node.insert(index, node)
        index += 1
    for node in replaced:
        model.graph.node.remove(node)
    model.graph.initializer.remove(table)
    model.graph.initializer.extend(
        [
            numpy_helper.from_array(rows, f"{table.name}_int8"),
            numpy_helper.from_array(scales, f"{table.name}_row_scales"),
        ]
    )


def quantize_rows(table: npt.NDArray[np.float32]) -> tuple[Rows, Scales]:
    """Quantize a table of vectors.

    Args:
        table: (rows, width).

    Returns:
        Whole numbers of the same shape, and the scale of each row, (rows, 1).
    """
    largest = np.abs(table).max(axis=1, keepdims=True)
    scales = np.maximum(largest / _MAX_INT8, np.finfo(np.float32).tiny).astype(np.float32)
    return np.rint(table / scales).astype(np.int8), scales


def _cast_after(model: onnx.ModelProto, gather: onnx.NodeProto) -> list[onnx.NodeProto]:
    """Return the cast to float32 that follows a lookup in a table of float16."""
    return [
        node
        for node in model.graph.node
        if node.op_type == "Cast" and node.input[0] == gather.output[0]
    ]


def _lookup(table: str, output: str) -> list[onnx.NodeProto]:
    rows, vectors, scales = f"{output}_rows", f"{output}_unscaled", f"{output}_scales"
    return [
        helper.make_node("Gather", [f"{table}_int8", "input_ids"], [rows], axis=0),
        helper.make_node("Cast", [rows], [vectors], to=TensorProto.FLOAT),
        helper.make_node("Gather", [f"{table}_row_scales", "input_ids"], [scales], axis=0),
        helper.make_node("Mul", [vectors, scales], [output]),
    ]
