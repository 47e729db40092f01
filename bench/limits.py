"""Lower bounds of the measured times: what no program could beat on this machine."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from essay_scorer.model.files import GRAPH, WEIGHTS

SIDE = 1024  # of the square matrices whose product is timed
QUANTIZED_PRODUCTS = ("DynamicQuantizeMatMul", "MatMulIntegerToFloat")


def measure(bundle: Path, tokens: int) -> dict[str, Any]:
    """Return lower bounds of a start and of a warm score, and what they are computed from.

    Args:
        bundle: the folder whose graph's operations are counted.
        tokens: of the essay.
    """
    float32, int8 = count_operations(bundle, tokens)
    float32_rate, int8_rate = product_rate(int8=False), product_rate(int8=True)
    size = (bundle / WEIGHTS).stat().st_size
    rate = read_rate(bundle / WEIGHTS)
    return {
        "float32_operations": float32,
        "int8_operations": int8,
        "float32_rate": float32_rate,
        "int8_rate": int8_rate,
        "warm": float32 / float32_rate + int8 / int8_rate,
        "weights": size,
        "read_rate": rate,
        "read": size / rate,
        "interpreter": best(lambda: subprocess.run([sys.executable, "-c", ""], check=True)),
    }


def best(call: Callable[[], object], *, times: int = 7) -> float:
    """Return the shortest of several timings, in seconds."""
    timings = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        timings.append(time.perf_counter() - began)
    return min(timings)


def count_operations(bundle: Path, tokens: int) -> tuple[int, int]:
    """Return the additions and multiplications of the encoder's matrix products.

    Returns:
        Those in float32, and those in int8.
    """
    model = onnx.load(bundle / GRAPH, load_external_data=False)
    shapes = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    float32 = int8 = 0
    for node in model.graph.node:
        shape = shapes.get(node.input[1], ()) if len(node.input) > 1 else ()
        if node.op_type in QUANTIZED_PRODUCTS:
            int8 += 2 * tokens * int(np.prod(shape))
        elif node.op_type == "MatMul" and len(shape) == 2:
            float32 += 2 * tokens * int(np.prod(shape))
        elif node.op_type in ("MultiHeadAttention", "Softmax"):  # scores, and the weighted sum
            width = max(shape[1] for name, shape in shapes.items() if "word_embeddings" in name)
            float32 += 4 * tokens * tokens * width
    return float32, int8


def product_rate(*, int8: bool) -> float:
    """Return this machine's best rate in a product of two square matrices, in operations/s."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    session = onnxruntime.InferenceSession(
        _product_model(int8=int8), options, providers=["CPUExecutionProvider"]
    )
    a = np.ones((SIDE, SIDE), np.uint8 if int8 else np.float32)
    return float(2 * SIDE**3 / best(lambda: session.run(None, {"a": a}), times=40))


def _product_model(*, int8: bool) -> bytes:
    """Return an ONNX model that multiplies its input with a constant matrix."""
    ones = np.ones((SIDE, SIDE), np.int8 if int8 else np.float32)
    operator = "MatMulInteger" if int8 else "MatMul"
    types = (TensorProto.UINT8, TensorProto.INT32) if int8 else (TensorProto.FLOAT,) * 2
    given, product = (
        helper.make_tensor_value_info(name, type_, (SIDE, SIDE))
        for name, type_ in zip(("a", "out"), types, strict=True)
    )
    node = helper.make_node(operator, ["a", "b"], ["out"])
    graph = helper.make_graph(
        [node], "product", [given], [product], [numpy_helper.from_array(ones, "b")]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    content: bytes = model.SerializeToString()
    return content


def read_rate(path: Path) -> float:
    """Return the rate of reading a file outside of the page cache, in bytes/s."""
    with tempfile.NamedTemporaryFile(dir=path.parents[2]) as copy:
        copy.write(path.read_bytes())
        copy.flush()
        os.fsync(copy.fileno())

        def read() -> None:
            os.posix_fadvise(copy.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            with Path(copy.name).open("rb", buffering=0) as file:
                while file.read(1 << 20):
                    pass

        return path.stat().st_size / best(read, times=3)
