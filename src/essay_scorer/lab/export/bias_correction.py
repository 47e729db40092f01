"""Correct the biases of linear layers for the mean error of their quantized weights.

Rounding a weight changes a layer's output by the error times the activation. The mean activation
of a channel is seldom zero, so each output is shifted, and a mean over tokens keeps the shift.
Biases that take it back cost nothing at run time (Nagel et al. 2019, *Data-Free Quantization
Through Weight Equalization and Bias Correction*).
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from essay_scorer.lab.export.smoothing import Channels


def correct_biases(
    model: onnx.ModelProto,
    layers: Mapping[str, str],
    means: Mapping[str, Channels],
    quantized: Mapping[str, npt.NDArray[np.float32]],
) -> None:
    """Change biases so that the quantized layers' outputs keep their means.

    Args:
        model: the graph before quantization; a linear layer without a bias is left as it is.
        layers: the name of each linear layer's weights, by the name of its node.
        means: the mean activations that a linear layer reads, by the name of its weights.
        quantized: the values of the weights that quantization leaves, by their name.
    """
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in [node for node in model.graph.node if node.name in layers]:
        name, addition = node.input[1], _find_addition(model, node, stored)
        if addition is None:
            continue
        error = numpy_helper.to_array(stored[name]) - quantized[name]
        index = 0 if addition.input[0] in stored else 1
        bias = numpy_helper.to_array(stored[addition.input[index]]) + means[name] @ error
        # Layers with equal biases may share one tensor: each gets its own.
        addition.input[index] = f"{name}_bias"
        model.graph.initializer.append(numpy_helper.from_array(bias, f"{name}_bias"))


def _find_addition(
    model: onnx.ModelProto, node: onnx.NodeProto, stored: Mapping[str, onnx.TensorProto]
) -> onnx.NodeProto | None:
    """Return the addition of a stored bias to a node's output, after those of other tensors."""
    output = node.output[0]
    for following in model.graph.node:
        if following.op_type == "Add" and output in following.input:
            if any(name in stored for name in following.input):
                return following
            output = following.output[0]
    return None
