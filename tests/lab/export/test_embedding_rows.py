"""Word embeddings in int8, with a scale for each row."""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from essay_scorer.lab.export.embedding_rows import quantize_embeddings, quantize_rows

TABLE = "encoder.embeddings.word_embeddings.weight"


def _model(table: np.ndarray) -> onnx.ModelProto:
    """Return a graph that looks up token vectors and doubles them."""
    nodes = [helper.make_node("Gather", [TABLE, "input_ids"], ["looked_up"], axis=0)]
    vectors = "looked_up"
    if table.dtype == np.float16:
        nodes.append(helper.make_node("Cast", [vectors], ["vectors"], to=TensorProto.FLOAT))
        vectors = "vectors"
    nodes.append(helper.make_node("Add", [vectors, vectors], ["doubled"]))
    graph = helper.make_graph(
        nodes,
        "embeddings",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, (1, "tokens"))],
        [helper.make_tensor_value_info("doubled", TensorProto.FLOAT, (1, "tokens", "width"))],
        [numpy_helper.from_array(table, TABLE)],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def _run(model: onnx.ModelProto) -> npt.NDArray[np.float32]:
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    (doubled,) = session.run(None, {"input_ids": np.array([[3, 0, 3, 49]])})
    return np.asarray(doubled, np.float32)


@pytest.mark.parametrize("stored", [np.float16, np.float32])
def test_a_lookup_is_as_precise_as_its_row_allows(stored: type) -> None:
    random = np.random.default_rng(11)
    sizes = 10.0 ** random.uniform(-3, 1, (50, 1))  # rare tokens have much smaller vectors
    table: npt.NDArray[Any] = (sizes * random.normal(0, 1, (50, 24))).astype(stored)
    model = _model(table)
    exact = _run(model)
    quantize_embeddings(model)
    onnx.checker.check_model(model)
    half_steps = np.abs(exact).max(axis=2, keepdims=True) / 127 / 2
    assert (np.abs(_run(model) - exact) <= half_steps * 1.01).all()


def test_the_stored_table_takes_one_byte_for_each_value() -> None:
    model = _model(np.ones((50, 24), np.float16))
    quantize_embeddings(model)
    tables = {tensor.name: tensor for tensor in model.graph.initializer}
    assert TABLE not in tables
    assert tables[f"{TABLE}_int8"].data_type == TensorProto.INT8
    assert len(numpy_helper.to_array(tables[f"{TABLE}_int8"]).tobytes()) == 50 * 24


@given(st.integers(0, 2**32 - 1), st.floats(1e-30, 1e30))
def test_rows_of_any_size_are_quantized(seed: int, size: float) -> None:
    table = (size * np.random.default_rng(seed).standard_t(2, (4, 8))).astype(np.float32)
    table[0] = 0
    rows, scales = quantize_rows(table)
    assert np.abs(rows * scales - table).max() <= 0.501 * scales.max()
    assert (rows[0] == 0).all()
