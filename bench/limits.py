"""What no program on this machine could undercut: the floors beside the measurements."""

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
NARROW = ("DynamicQuantizeMatMul", "MatMulIntegerToFloat")


def processor() -> str:
    """Return the processor's name and how it multiplies."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    fields = {name.strip(): value.strip() for name, value in fields.items()}
    flags = fields.get("flags", "").split()
    sets = [
        name for name in ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8") if name in flags
    ]
    return f"{fields.get('model name', 'unknown')} ({', '.join(sets)})"


def measure(bundle: Path, tokens: int) -> dict[str, Any]:
    """Return the floors of a start and of a warm score.

    Args:
        bundle: the folder whose graph is counted.
        tokens: of the essay.
    """
    wide, narrow = operations(bundle, tokens)
    wide_rate, narrow_rate = rate(narrow=False), rate(narrow=True)
    size = (bundle / WEIGHTS).stat().st_size
    read = read_rate(bundle / WEIGHTS)
    return {
        "float32_operations": wide,
        "int8_operations": narrow,
        "float32_rate": wide_rate,
        "int8_rate": narrow_rate,
        "warm": wide / wide_rate + narrow / narrow_rate,
        "weights": size,
        "read_rate": read,
        "read": size / read,
        "interpreter": best(lambda: subprocess.run([sys.executable, "-c", ""], check=True)),
    }


def best(call: Callable[[], object], *, times: int = 7) -> float:
    """Return the shortest of several timings."""
    timings = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        timings.append(time.perf_counter() - begun)
    return min(timings)


def operations(bundle: Path, tokens: int) -> tuple[int, int]:
    """Return the additions and multiplications of the encoder's products: float32, int8."""
    model = onnx.load(bundle / GRAPH, load_external_data=False)
    shapes = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    wide = narrow = 0
    for node in model.graph.node:
        shape = shapes.get(node.input[1], ()) if len(node.input) > 1 else ()
        if node.op_type in NARROW:
            narrow += 2 * tokens * int(np.prod(shape))
        elif node.op_type == "MatMul" and len(shape) == 2:
            wide += 2 * tokens * int(np.prod(shape))
        elif node.op_type in ("MultiHeadAttention", "Softmax"):  # scores, and their sum
            width = next(shape[1] for name, shape in shapes.items() if "word_embeddings" in name)
            wide += 4 * tokens * tokens * width
    return wide, narrow


def rate(*, narrow: bool) -> float:
    """Return this machine's best operations a second in a product of two square matrices."""
    ones = np.ones((SIDE, SIDE), np.int8 if narrow else np.float32)
    node = (
        helper.make_node("MatMulInteger", ["a", "b"], ["out"])
        if narrow
        else helper.make_node("MatMul", ["a", "b"], ["out"])
    )
    kind = (TensorProto.UINT8, TensorProto.INT32) if narrow else (TensorProto.FLOAT,) * 2
    values = [
        helper.make_tensor_value_info(name, type_, (SIDE, SIDE))
        for name, type_ in zip(("a", "out"), kind, strict=True)
    ]
    graph = helper.make_graph(
        [node], "product", values[:1], values[1:], [numpy_helper.from_array(ones, "b")]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    a = np.ones((SIDE, SIDE), np.uint8 if narrow else np.float32)
    return float(2 * SIDE**3 / best(lambda: session.run(None, {"a": a}), times=40))


def read_rate(path: Path) -> float:
    """Return bytes a second of a first read of the weights, as far as the cache can be left."""
    with tempfile.NamedTemporaryFile(dir=path.parents[2]) as copy:
        copy.write(path.read_bytes())
        copy.flush()
        os.fsync(copy.fileno())
        size = path.stat().st_size

        def read() -> None:
            os.posix_fadvise(copy.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            with Path(copy.name).open("rb", buffering=0) as file:
                while file.read(1 << 20):
                    pass

        return size / best(read, times=3)
