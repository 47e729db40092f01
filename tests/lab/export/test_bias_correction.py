"""Biases take back the mean error of quantized weights."""

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from essay_scorer.lab.export.bias_correction import correct_biases
from essay_scorer.lab.export.quantization import quantize_weights

CHANNELS, OUTPUTS, TOKENS = 16, 4, 200
LAYERS = {"first_product": "first", "second_product": "second"}


@pytest.fixture
def activations() -> npt.NDArray[np.float32]:
    """Activations whose channels have means far from zero, as those of a BERT."""
    random = np.random.default_rng(7)
    means = random.normal(0, 5, CHANNELS)
    return (means + random.normal(0, 1, (1, TOKENS, CHANNELS))).astype(np.float32)


@pytest.fixture
def weights() -> dict[str, npt.NDArray[np.float32]]:
    random = np.random.default_rng(8)
    return {
        name: random.normal(0, 1, (CHANNELS, OUTPUTS)).astype(np.float32)
        for name in LAYERS.values()
    }


def _model(weights: dict[str, npt.NDArray[np.float32]]) -> onnx.ModelProto:
    """Return a graph of two linear layers whose equal biases are one tensor.

    To the second product, another tensor is added before the bias, as outlier channels are.
    """
    nodes = [
        helper.make_node("MatMul", ["input", "first"], ["a"], "first_product"),
        helper.make_node("Add", ["a", "bias"], ["first_output"]),
        helper.make_node("MatMul", ["input", "second"], ["b"], "second_product"),
        helper.make_node("Add", ["b", "first_output"], ["c"]),
        helper.make_node("Add", ["bias", "c"], ["second_output"]),
    ]
    tensors = {**weights, "bias": np.ones(OUTPUTS, np.float32)}
    graph = helper.make_graph(
        nodes,
        "layers",
        [_tensor("input", CHANNELS)],
        [_tensor("first_output", OUTPUTS), _tensor("second_output", OUTPUTS)],
        [numpy_helper.from_array(value, name) for name, value in tensors.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def _tensor(name: str, width: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, "tokens", width))


def _run(
    model: onnx.ModelProto, activations: npt.NDArray[np.float32]
) -> list[npt.NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return [np.asarray(output) for output in session.run(None, {"input": activations})]


def test_the_mean_output_of_quantized_layers_stays(
    activations: npt.NDArray[np.float32], weights: dict[str, npt.NDArray[np.float32]]
) -> None:
    left = {name: (np.rint(4 * weight) / 4).astype(np.float32) for name, weight in weights.items()}
    before = _run(_model(weights), activations)
    rounded = _run(_model(left), activations)
    corrected_model = _model(weights)
    means = dict.fromkeys(weights, activations.mean(axis=(0, 1)))
    correct_biases(corrected_model, LAYERS, means, left)
    for tensor in corrected_model.graph.initializer:
        if tensor.name in left:
            tensor.CopyFrom(numpy_helper.from_array(left[tensor.name], tensor.name))
    corrected = _run(corrected_model, activations)
    for exact, wrong, right in zip(before, rounded, corrected, strict=True):
        assert np.abs((wrong - exact).mean(axis=1)).max() > 0.5
        assert np.abs((right - exact).mean(axis=1)).max() < 1e-4


def test_weights_without_an_error_change_nothing(
    activations: npt.NDArray[np.float32], weights: dict[str, npt.NDArray[np.float32]]
) -> None:
    whole, scale = quantize_weights(weights["first"])
    exact = {**weights, "first": whole * scale}
    model = _model(exact)
    correct_biases(model, LAYERS, dict.fromkeys(weights, activations.mean(axis=(0, 1))), exact)
    for old, new in zip(_run(_model(exact), activations), _run(model, activations), strict=True):
        assert new == pytest.approx(old, abs=1e-5)
