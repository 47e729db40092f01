"""Heads that Keras 2.15 saved predict what they predicted there, or are refused with the reason.

``keras_two/expected.json`` has Keras 2.15's predictions of the vectors below. ``make keras2``
compares many more heads with Keras 2 itself.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from essay_scorer.errors import FileError
from essay_scorer.lab.export.compile_graph import WindowStep
from essay_scorer.lab.export.keras_head import describe_head, read_head

L = keras.layers
FILES = Path(__file__).with_name("keras_two")
EXPECTED: dict[str, list[float]] = json.loads((FILES / "expected.json").read_bytes())
VECTORS = np.random.default_rng(0).normal(size=(4, 1, 32)).astype(np.float64) * 0.6
TINY_BERT = {
    "vocab_size": 9,
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 8,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_head_predicts_what_keras_2_predicted(name: str) -> None:
    expected = EXPECTED[name]
    vectors = VECTORS[: len(expected)].astype(np.float32)
    predictions = read_head(FILES / name)(vectors, training=False).detach().numpy().ravel()
    assert predictions == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_graph_of_such_a_head_predicts_the_same(name: str, tmp_path: Path) -> None:
    step = WindowStep(BertModel(BertConfig(**TINY_BERT)).eval(), read_head(FILES / name)).eval()
    vector = torch.from_numpy(VECTORS[0, 0].astype(np.float32))
    exported = torch.export.export(_Head(step), (vector,)).module()
    assert float(exported(vector)) == pytest.approx(EXPECTED[name][0], abs=1e-5)


class _Head(torch.nn.Module):  # type: ignore[misc]  # an untyped class
    """The part of a graph that the head computes."""

    def __init__(self, step: WindowStep) -> None:
        super().__init__()
        self.head, self.signature = step.head, step.signature

    def forward(self, means: torch.Tensor) -> torch.Tensor:
        return self.signature.outputs(self.head, means, {})[0]


def test_a_stateful_head_starts_every_essay_alike() -> None:
    head, vector = read_head(FILES / "k2_stateful.h5"), VECTORS[:1].astype(np.float32)
    predictions = [float(head(vector, training=False).detach()) for _ in range(3)]
    assert predictions == [predictions[0]] * 3
    assert "starts every essay from the zero state" in describe_head(FILES / "k2_stateful.h5")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("k2_weights.h5", "the weights alone, without the layers"), ("k2_lambda.h5", "is a Lambda")],
)
def test_a_head_without_layers_or_with_code_is_refused(name: str, reason: str) -> None:
    with pytest.raises(FileError, match=rf"{name} is not a Keras model .*{reason}"):
        read_head(FILES / name)


Change = Callable[[dict[str, Any]], object]


def _edit(name: str, folder: Path, change: Change, *, version: str = "2.15.0") -> Path:
    """Copy a head, with another configuration."""
    path = folder / name
    path.write_bytes((FILES / name).read_bytes())
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        change(config["config"])
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = version
    return path


def _set(place: int, **options: Any) -> Change:
    return lambda config: config["layers"][place]["config"].update(options)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_set(1, time_major=True), "has time_major = True, which Keras 3 lacks"),
        (_set(1, activation="my_tanh"), "layer lstm_2 has the activation my_tanh, which is not"),
        (_set(1, output_dim=24), r"layer lstm_2 \(LSTM\) has options that Keras 3 lacks"),
        (_set(1, units=23), "layer lstm_2 has weights of"),
        (_set(4, dtype="float16"), "layer dense_1 computes in float16"),
        (
            _set(4, dtype={"class_name": "Policy", "config": {"name": "mixed_float16"}}),
            "layer dense_1 computes in mixed_float16",
        ),
        (lambda config: config["layers"][3].update(class_name="Embedding"), "class Embedding"),
        (lambda config: config["layers"][3].update(class_name="MyLayer"), "class MyLayer"),
        (lambda config: config["layers"][1].update(class_name="CuDNNLSTM"), "needs a GPU"),
        (lambda config: config["layers"].pop(), "has weights for dense_1, which is no layer"),
    ],
)
def test_what_keras_3_would_compute_otherwise_is_refused(
    change: Change, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(FileError, match=reason):
        read_head(_edit("k2_hard.h5", tmp_path, change))


@pytest.mark.parametrize(("version", "named"), [("1.2.2", "1.2.2"), ("", "1")])
def test_a_head_of_keras_1_is_refused(version: str, named: str, tmp_path: Path) -> None:
    path = _edit("k2_hard.h5", tmp_path, lambda _: None, version=version)
    with pytest.raises(FileError, match=rf"saved by Keras {named}; load it in Keras 2\.3\.1"):
        read_head(path)


def test_the_first_form_of_a_sequential_model_is_read(tmp_path: Path) -> None:
    """Keras 2.0 to 2.2 saved a list of layers, and the input's shape in the first of them."""
    path = tmp_path / "k2_hard.h5"
    path.write_bytes((FILES / "k2_hard.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        layers = config["config"]["layers"][1:]
        del layers[0]["config"]["recurrent_activation"]  # the default was the hard sigmoid
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": layers})
        file.attrs["keras_version"] = "2.2.0"
    predictions = read_head(path)(VECTORS.astype(np.float32), training=False).detach().numpy()
    assert predictions.ravel() == pytest.approx(EXPECTED["k2_hard.h5"], abs=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_refused(value: float, tmp_path: Path) -> None:
    head = keras.Sequential([keras.Input((8,)), L.Dense(2, name="deep"), L.Dense(1)])
    head.get_layer("deep").bias.assign([0.0, value])
    head.save(tmp_path / "head.h5")
    with pytest.raises(FileError, match="deep/bias have values that are not finite"):
        read_head(tmp_path / "head.h5")


def test_a_link_to_another_file_is_not_followed(tmp_path: Path) -> None:
    path = _edit("k2_slice.h5", tmp_path, lambda _: None)
    with h5py.File(path, "r+") as file:
        kernel = "model_weights/dense_10/dense_10/kernel:0"
        del file[kernel]
        file[kernel] = h5py.ExternalLink(str(FILES / "k2_slice.h5"), kernel)
    with pytest.raises(FileError, match="lacks the weights dense_10/dense_10/kernel:0"):
        read_head(path)


def test_layers_of_one_shape_keep_their_own_weights(tmp_path: Path) -> None:
    """The file's names decide, not the order in which Keras 3 happens to have the layers."""
    path = _edit("k2_slice.h5", tmp_path, _add_a_branch)
    with h5py.File(path, "r+") as file:
        weights = file["model_weights"]
        group = weights.create_group("a_twin")
        group.attrs["weight_names"] = [b"a_twin/kernel:0", b"a_twin/bias:0"]
        group["a_twin/kernel:0"] = np.full((32, 1), 5.0, np.float32)
        group["a_twin/bias:0"] = np.zeros(1, np.float32)
        weights.attrs["layer_names"] = [*weights.attrs["layer_names"], "a_twin", "difference"]
    vectors = VECTORS.astype(np.float32)
    predictions = read_head(path)(vectors, training=False).detach().numpy().ravel()
    twin = 5.0 * vectors[:, 0].sum(axis=1)
    assert predictions == pytest.approx(twin - EXPECTED["k2_slice.h5"], abs=1e-4)


def _add_a_branch(config: dict[str, Any]) -> None:
    """Subtract the output of a head from that of a second layer of the same shape."""
    dense = config["layers"][-1]
    twin = json.loads(json.dumps(dense).replace("dense_10", "a_twin"))
    nodes = [[["a_twin", 0, 0, {}], ["dense_10", 0, 0, {}]]]
    difference = {"class_name": "Subtract", "name": "difference", "inbound_nodes": nodes}
    config["layers"] += [twin, difference | {"config": {"name": "difference"}}]
    config["output_layers"] = [["difference", 0, 0]]


def test_a_saved_model_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(FileError, match="it is a SavedModel folder; load it in TensorFlow"):
        read_head(tmp_path)


class _Doubled(keras.layers.Layer):  # type: ignore[misc]  # an untyped class
    """A layer of the user's own."""

    def call(self, inputs: Any) -> Any:
        return inputs * 2


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize("suffix", [".h5", ".keras"])
@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (lambda: _Doubled(name="twice"), "layer twice is of the class _Doubled"),
        (lambda: L.Dense(2, dtype="mixed_float16", name="half"), "layer half computes in mixed"),
    ],
)
def test_such_layers_of_keras_3_are_refused_too(
    layer: Callable[[], Any], reason: str, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"head{suffix}"
    keras.Sequential([keras.Input((8,)), layer(), L.Dense(1)]).save(path)
    with pytest.raises(FileError, match=reason):
        read_head(path)
