"""The shipped bundle on a processor without VNNI, which QEMU emulates."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

HASWELL = ["qemu-x86_64", "-cpu", "Haswell"]  # AVX2, like AWS Lambda

RUN_PRODUCT = """
import sys, numpy, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
print(session.run(None, {"activations": numpy.ones((1, 64), numpy.float32)})[0][0, 0])
"""

PREDICT = """
import sys, pathlib
from essay_scorer.model.reader import Reader
print(Reader(pathlib.Path(sys.argv[1]), threads=1).predict(sys.argv[2]))
"""


def _run(command: list[str], code: str, *arguments: object) -> float:
    words = [*command, sys.executable, "-c", code, *map(str, arguments)]
    return float(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


@pytest.fixture
def haswell() -> list[str]:
    if shutil.which(HASWELL[0]) is None:
        pytest.skip("qemu-x86_64 is not installed (Debian: qemu-user, by `make system-packages`)")
    return HASWELL


@pytest.mark.parametrize(
    ("pair", "exact"), [((64, 64), True), ((127, 1), True), ((127, 127), False), ((127, 40), False)]
)
def test_only_pairs_over_128_overflow(
    pair: tuple[int, int], exact: bool, haswell: list[str], tmp_path: Path
) -> None:
    """The emulator shows the overflow, and neighbors in a column are what is added in int16."""
    path = tmp_path / "product.onnx"
    onnx.save_model(_product(pair), path)
    assert (_run(haswell, RUN_PRODUCT, path) == pytest.approx(32 * sum(pair))) is exact


def _product(pair: tuple[int, int]) -> onnx.ModelProto:
    """Return a graph that multiplies ones, quantized to 255, by 32 such pairs of weights."""
    weights = np.tile(np.array(pair, np.int8)[:, np.newaxis], (32, 16))
    initializers = [
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(np.array(1.0, np.float32), "scale"),
        numpy_helper.from_array(np.array(0, np.int8), "zero_point"),
    ]
    node = helper.make_node(
        "DynamicQuantizeMatMul", ["activations", "weights", "scale", "zero_point"], ["out"],
        domain="com.microsoft",
    )  # fmt: skip
    graph = helper.make_graph(
        [node],
        "product",
        [helper.make_tensor_value_info("activations", onnx.TensorProto.FLOAT, (1, 64))],
        [helper.make_tensor_value_info("out", onnx.TensorProto.FLOAT, (1, 16))],
        initializers,
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def test_the_prediction_for_a_text_is_the_same(shipped: Path, haswell: list[str]) -> None:
    text = "A library should be open on Sundays."
    emulated, native = (_run(command, PREDICT, shipped, text) for command in (haswell, []))
    assert emulated == pytest.approx(native, abs=1e-4)
