"""A bundle that was made to do harm is refused with a sentence, and nothing of it is loaded."""

import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper

from essay_scorer import BundleAltered, BundleError, BundleInvalid, Scorer
from essay_scorer.checks.gibberish import GibberishDetector
from essay_scorer.model.bundle import verify_bundle
from essay_scorer.model.files import (
    GIBBERISH,
    GRAPH,
    MANIFEST,
    MAX_FILE_BYTES,
    MAX_MANIFEST_BYTES,
    MODEL_CARD,
    TOKENIZER,
    WEIGHTS,
)

Edit = Callable[[dict[str, Any]], Any]


@pytest.fixture
def copy(shipped: Path, tmp_path: Path) -> Path:
    """Return a bundle that would load; its weights are a hole."""
    folder = tmp_path / "bundle"
    shutil.copytree(shipped, folder, ignore=shutil.ignore_patterns(WEIGHTS))
    (folder / WEIGHTS).touch()
    os.truncate(folder / WEIGHTS, (shipped / WEIGHTS).stat().st_size)
    return folder


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a graph is loaded."""
    monkeypatch.setattr(
        "essay_scorer.model.graph.onnxruntime.InferenceSession",
        lambda *_arguments, **_options: pytest.fail("a graph was loaded"),
    )


def _edit(folder: Path, edit: Edit) -> None:
    table = json.loads((folder / MANIFEST).read_bytes())
    edit(table)
    (folder / MANIFEST).write_text(json.dumps(table))


def _promise(folder: Path, name: str) -> None:
    """Let the manifest promise what a file now is."""
    size = (folder / name).stat().st_size
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest() if size < 1e7 else ""
    _edit(folder, lambda table: table["files"].update({name: {"size": size, "sha256": digest}}))


def _refusal(folder: Path, kind: type[BundleError]) -> str:
    """Return the sentence with which a bundle is refused."""
    with pytest.raises(kind) as caught:
        Scorer.load(folder, threads=1)
    sentence = str(caught.value)
    assert sentence.count("\n") == 0
    assert sentence.endswith(".")
    return sentence


def test_the_copy_would_load_if_nothing_were_wrong_with_it(copy: Path) -> None:
    assert Scorer.load(copy, threads=1).manifest.scale.max == 6


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize(
    "name", ["../secret", "/etc/hostname", "sub/file", ".", "", "a\0b", "..\\x"]
)
def test_no_file_of_another_place_is_in_a_bundle(copy: Path, name: str) -> None:
    def add(table: dict[str, Any]) -> None:
        table["files"][name] = {"size": 1, "sha256": ""}

    def replace(table: dict[str, Any]) -> None:
        table["files"][name] = table["files"].pop(MODEL_CARD, {"size": 1, "sha256": ""})

    for edit in (add, replace):
        _edit(copy, edit)
        assert MANIFEST in _refusal(copy, BundleInvalid)


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("name", [MANIFEST, TOKENIZER, GRAPH, WEIGHTS, MODEL_CARD, GIBBERISH])
def test_a_link_is_no_file_of_a_bundle(copy: Path, tmp_path: Path, name: str) -> None:
    """A card that is a link to a secret would be served to everybody."""
    (copy / name).rename(tmp_path / "secret")
    (copy / name).symlink_to(tmp_path / "secret")
    sentence = _refusal(copy, BundleInvalid)
    assert sentence == f"{copy / name} is no plain file; copy the bundle without links."


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("name", [MANIFEST, MODEL_CARD])
def test_what_never_ends_is_not_read(copy: Path, name: str) -> None:
    (copy / name).unlink()
    os.mkfifo(copy / name)
    assert name in _refusal(copy, BundleInvalid)
    (copy / name).unlink()
    (copy / name).mkdir()
    assert name in _refusal(copy, BundleInvalid)


def test_a_file_with_another_hash_is_refused_where_every_byte_is_checked(copy: Path) -> None:
    _edit(copy, lambda table: table["files"][MODEL_CARD].update(sha256="0" * 64))
    with pytest.raises(BundleAltered, match=MODEL_CARD):
        verify_bundle(copy)


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("size", [0, -1, 10**30, "3481", None, [3481], 3481.5])
def test_a_size_that_is_none_is_refused(copy: Path, size: object) -> None:
    _edit(copy, lambda table: table["files"][MODEL_CARD].update(size=size))
    assert MODEL_CARD in _refusal(copy, BundleAltered)


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("name", [TOKENIZER, GRAPH, MODEL_CARD, GIBBERISH])
def test_a_file_that_fills_the_memory_is_not_read(copy: Path, name: str) -> None:
    os.truncate(copy / name, MAX_FILE_BYTES + 1)
    _promise(copy, name)
    assert f"{copy / name} has {MAX_FILE_BYTES + 1} bytes" in _refusal(copy, BundleInvalid)


@pytest.mark.usefixtures("no_session")
def test_a_manifest_that_fills_the_memory_is_not_read(copy: Path) -> None:
    os.truncate(copy / MANIFEST, MAX_MANIFEST_BYTES + 1)
    assert f"has {MAX_MANIFEST_BYTES + 1} bytes" in _refusal(copy, BundleInvalid)


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"format": 2, "scale": {"min": 1, "max": ' + b"9" * 5000 + b"}}",
    ],
)
def test_a_manifest_that_breaks_readers_is_refused(copy: Path, content: bytes) -> None:
    (copy / MANIFEST).write_bytes(content)
    assert "is not JSON" in _refusal(copy, BundleInvalid)


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize(
    "edit",
    [
        lambda table: table["scale"].update(max="HERE"),
        lambda table: table.update(vector="HERE"),
        lambda table: table["calibration"].update(slope="HERE"),
        lambda table: table["calibration"]["bands"][0].__setitem__(0, "HERE"),
        lambda table: table["doubt"]["cost"].__setitem__(0, "HERE"),
        lambda table: table["thresholds"].update(max_words="HERE"),
        lambda table: table["thresholds"].update(nonsense="HERE"),
        lambda table: table["usual"]["1"].update(words=["HERE", 1]),
    ],
)
def test_what_one_cannot_calculate_with_is_refused(copy: Path, edit: Edit, number: str) -> None:
    _edit(copy, edit)
    text = (copy / MANIFEST).read_text()
    (copy / MANIFEST).write_text(text.replace('"HERE"', number))
    assert MANIFEST in _refusal(copy, BundleInvalid)


class Pickled:
    """Its unpickling makes a folder."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self._place),)


def _npy(head: str, body: bytes = b"\0" * 16) -> bytes:
    head = head.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode() + body


@pytest.mark.usefixtures("no_session")
def test_nothing_is_unpickled(copy: Path, tmp_path: Path) -> None:
    harm = tmp_path / "harm"
    np.save(copy / GIBBERISH, np.array([Pickled(harm)], dtype=object), allow_pickle=True)
    _promise(copy, GIBBERISH)
    assert "is not a table of numbers" in _refusal(copy, BundleInvalid)
    assert not harm.exists()
    np.load(copy / GIBBERISH, allow_pickle=True)
    assert harm.exists()  # so it would have been


def _zipped() -> bytes:
    file = io.BytesIO()
    np.savez(file, weights=np.zeros(3, np.float32))
    return file.getvalue()


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04.",  # a pickle
        _zipped(),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4398046511104,), }"),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9), }"),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }"),
        _npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }"),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", b"\0\0\xc0\x7f"),  # NaN
        _npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"),
        _npy("(" * 9000),
        _npy("__import__('os').mkdir('harm')"),
    ],
)
def test_a_table_that_is_none_is_refused(copy: Path, content: bytes) -> None:
    (copy / GIBBERISH).write_bytes(content)
    _promise(copy, GIBBERISH)
    assert GIBBERISH in _refusal(copy, BundleInvalid)


def test_a_table_of_another_encoder_is_refused_before_it_is_needed(copy: Path) -> None:
    np.save(
        copy / GIBBERISH, np.zeros(GibberishDetector.load(copy / GIBBERISH).figures, np.float32)
    )
    _promise(copy, GIBBERISH)
    assert f"{copy / GIBBERISH} is not of this bundle's encoder." == _refusal(copy, BundleInvalid)


def _external(dims: list[int], location: str, offset: int = 0, length: int = 400) -> TensorProto:
    tensor = TensorProto(name="weights", data_type=TensorProto.FLOAT, dims=dims)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)
    return tensor


def _inside(dims: list[int]) -> TensorProto:
    return TensorProto(name="weights", data_type=TensorProto.FLOAT, dims=dims, raw_data=bytes(400))


def _graph(
    weights: TensorProto, *, width: object = 5, ids: int = TensorProto.INT64, rank: int = 2
) -> ModelProto:
    """Return the smallest graph that a scorer would take, if nothing were wrong with it."""
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
    ]
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [0])
    graph = helper.make_graph(nodes, "graph", inputs, outputs, [weights, axes])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def _put(folder: Path, model: ModelProto) -> None:
    (folder / GIBBERISH).unlink()
    _edit(folder, lambda table: table["files"].pop(GIBBERISH))
    (folder / GRAPH).write_bytes(model.SerializeToString())
    _promise(folder, GRAPH)


def test_a_graph_is_loaded_where_nothing_is_wrong_with_it(copy: Path) -> None:
    _put(copy, _graph(_external([100], WEIGHTS)))
    assert Scorer.load(copy, threads=1).score("Nothing is wrong.").value == 1


@pytest.mark.parametrize(
    "weights",
    [
        _external([100], "../secret"),
        _external([100], f"../bundle/{WEIGHTS}/../../secret"),
        _external([100], "SECRET"),  # its whole path
        _external([100], "link"),  # out of the folder
        _external([100], "/proc/self/mem"),
        _external([100], "*/_ORT_MEM_ADDR_/*", offset=2**40),  # this process's own memory
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
def test_weights_lie_in_the_folder_and_are_what_they_say(
    copy: Path, tmp_path: Path, weights: TensorProto
) -> None:
    (tmp_path / "secret").write_bytes(bytes(400))
    (copy / "link").symlink_to(tmp_path / "secret")
    for entry in weights.external_data:
        entry.value = entry.value.replace("SECRET", str(tmp_path / "secret"))
    _put(copy, _graph(weights))
    assert _refusal(copy, BundleInvalid) == f"{copy / GRAPH} is not a graph that can be loaded."


@pytest.mark.parametrize(
    "model",
    [
        _graph(_inside([100]), width=10**12),
        _graph(_inside([100]), width=1),
        _graph(_inside([100]), width="any"),
        _graph(_inside([100]), ids=TensorProto.FLOAT),
        _graph(_inside([100]), rank=1),
    ],
)
def test_a_graph_that_no_essay_fits_is_refused(copy: Path, model: ModelProto) -> None:
    _put(copy, model)
    assert f"{copy / GRAPH} is not an essay scorer's graph." == _refusal(copy, BundleInvalid)


def test_a_graph_that_calls_foreign_code_is_refused(copy: Path) -> None:
    model = _graph(_inside([100]))
    model.graph.node[0].domain = "of.mine"
    model.opset_import.append(helper.make_opsetid("of.mine", 1))
    _put(copy, model)
    assert _refusal(copy, BundleInvalid) == f"{copy / GRAPH} is not a graph that can be loaded."
