"""What the tests of quantization look at in a quantized graph."""

import numpy as np
import numpy.typing as npt
import onnx

INT16_MAX = 2**15 - 1  # the largest sum of two products that are added in int16
MAX_ACTIVATION = 255  # of a quantized activation

_QUANTIZED_OPERATORS = {"DynamicQuantizeMatMul", "MatMulIntegerToFloat"}


def quantized_nodes(graph: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Return the nodes of quantized linear layers."""
    return [node for node in graph.graph.node if node.op_type in _QUANTIZED_OPERATORS]


def quantized_layers(graph: onnx.ModelProto) -> list[str]:
    """Return the names of the quantized linear layers, sorted."""
    return sorted(node.input[1].removesuffix("_quantized") for node in quantized_nodes(graph))


def largest_pair(weights: npt.NDArray[np.int8]) -> int:
    """Return the largest sum of the absolute values of two neighboring weights."""
    sizes = np.abs(weights.astype(int))
    return int((sizes[0::2] + sizes[1::2]).max())
