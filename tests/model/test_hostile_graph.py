"""A malicious graph is rejected with a clear error."""

from pathlib import Path

import pytest
from onnx import ModelProto, TensorProto, helper

from essay_scorer import BundleInvalid, Scorer
from essay_scorer.model.files import GIBBERISH, GRAPH, WEIGHTS
from essay_scorer.model.reader import Reader

from .edits import edit_manifest, record_file, rejection


def _external(dims: list[int], location: str, offset: int = 0, length: int = 400) -> TensorProto:
    tensor = TensorProto(name="weights", data_type=TensorProto.FLOAT, dims=dims)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)
    return tensor


def _inside(dims: list[int]) -> TensorProto:
    return TensorProto(name="weights", data_type=TensorProto.FLOAT, dims=dims, raw_data=bytes(400))


def _graph(
    weights: TensorProto,
    *,
    width: object = 5,
    ids: int = TensorProto.INT64,
    rank: int = 2,
    further_outputs: tuple[str, ...] = (),
) -> ModelProto:
    """Return the smallest valid graph of a scorer; a further output is 0.25."""
    nodes = [
        helper.make_node("ReduceSum", ["weights"], ["sum"], keepdims=0),
        helper.make_node("Unsqueeze", ["sum", "axes"], ["raw"]),
        helper.make_node("Identity", ["state"], ["next_state"]),
    ]
    value = helper.make_tensor_value_info
    inputs = [
        value("input_ids", ids, ["n"] * rank),
        value("state", TensorProto.FLOAT, [width]),
    ]
    outputs = [
        value("raw", TensorProto.FLOAT, [1]),
        value("next_state", TensorProto.FLOAT, [width]),
        *(value(name, TensorProto.FLOAT, [1]) for name in further_outputs),
    ]
    quarter = helper.make_tensor("quarter", TensorProto.FLOAT, [1], [0.25])
    nodes += [helper.make_node("Constant", [], [name], value=quarter) for name in further_outputs]
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [0])
    graph = helper.make_graph(nodes, "graph", inputs, outputs, [weights, axes])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def _put(folder: Path, model: ModelProto) -> None:
    (folder / GIBBERISH).unlink(missing_ok=True)
    edit_manifest(folder, lambda table: table["files"].pop(GIBBERISH, None))
    (folder / GRAPH).write_bytes(model.SerializeToString())
    record_file(folder, GRAPH)


def test_the_smallest_graph_loads(sparse_copy: Path) -> None:
    _put(sparse_copy, _graph(_external([100], WEIGHTS)))
    assert Scorer.load(sparse_copy, threads=1).score("An essay.").value == 1


def test_a_graph_may_tell_how_familiar_the_prompt_is(sparse_copy: Path) -> None:
    _put(sparse_copy, _graph(_inside([100]), further_outputs=("familiarity",)))
    assert Reader(sparse_copy).read("An essay.").familiarity == 0.25
    _put(sparse_copy, _graph(_inside([100])))
    assert Reader(sparse_copy).read("An essay.").familiarity == 1.0


@pytest.mark.parametrize(
    "weights",
    [
        _external([100], "../secret"),
        _external([100], f"../bundle/{WEIGHTS}/../../secret"),
        _external([100], "SECRET"),  # its absolute path
        _external([100], "link"),  # to a file outside of the folder
        _external([100], "/proc/self/mem"),
        _external([100], "*/_ORT_MEM_ADDR_/*", offset=2**40),  # the memory of this process
        _external([100], "not there"),
        _external([100], WEIGHTS, offset=2**40),
        _external([100], WEIGHTS, offset=-4),
        _external([100], WEIGHTS, offset=2**63 - 8),
        _external([2**40], WEIGHTS, length=2**42),
        _external([2**40], WEIGHTS),
        _external([2**33, 2**33], WEIGHTS),
        _inside([2**40]),
        _inside([2**33, 2**33]),
        _inside([-5]),
    ],
)
def test_weights_must_be_in_the_folder_and_as_declared(
    sparse_copy: Path, tmp_path: Path, weights: TensorProto
) -> None:
    (tmp_path / "secret").write_bytes(bytes(400))
    (sparse_copy / "link").symlink_to(tmp_path / "secret")
    for entry in weights.external_data:
        entry.value = entry.value.replace("SECRET", str(tmp_path / "secret"))
    _put(sparse_copy, _graph(weights))
    assert (
        rejection(sparse_copy, BundleInvalid)
        == f"{sparse_copy / GRAPH} is not a graph that can be loaded."
    )


@pytest.mark.parametrize(
    "model",
    [
        _graph(_inside([100]), width=10**12),
        _graph(_inside([100]), width=1),
        _graph(_inside([100]), width="any"),
        _graph(_inside([100]), ids=TensorProto.FLOAT),
        _graph(_inside([100]), rank=1),
        _graph(_inside([100]), further_outputs=("secret",)),
        _graph(_inside([100]), further_outputs=("familiarity", "secret")),
    ],
)
def test_a_graph_with_wrong_inputs_or_outputs_is_rejected(
    sparse_copy: Path, model: ModelProto
) -> None:
    _put(sparse_copy, model)
    assert f"{sparse_copy / GRAPH} is not an essay scorer's graph." == rejection(
        sparse_copy, BundleInvalid
    )


def test_a_graph_with_custom_operators_is_rejected(sparse_copy: Path) -> None:
    model = _graph(_inside([100]))
    model.graph.node[0].domain = "custom"
    model.opset_import.append(helper.make_opsetid("custom", 1))
    _put(sparse_copy, model)
    assert (
        rejection(sparse_copy, BundleInvalid)
        == f"{sparse_copy / GRAPH} is not a graph that can be loaded."
    )
