"""Heads that Keras 2 saved give the same predictions in Keras 3."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from essay_scorer.lab.export.keras_head import read_head

L = keras.layers


@pytest.mark.parametrize(
    "layers",
    [
        lambda: [L.LSTM(12, return_sequences=True, recurrent_dropout=0.4), L.LSTM(6)],
        lambda: [L.Bidirectional(L.LSTM(6)), L.Dropout(0.5)],
        lambda: [L.GRU(6)],
    ],
)
def test_a_head_from_keras_2_predicts_the_same(
    layers: Callable[[], list[Any]], tmp_path: Path
) -> None:
    keras.utils.set_random_seed(12)
    head = keras.Sequential([keras.Input((1, 16)), *layers(), L.Dense(1)])
    path = tmp_path / "aes_model.h5"
    head.save(path)
    _convert_to_keras_2(path)
    with pytest.raises((ValueError, TypeError), match=r"time_major|locate class"):
        keras.models.load_model(path, compile=False)  # why ``read_head`` replaces the layers
    vectors = np.random.default_rng(1).normal(size=(3, 1, 16)).astype(np.float32)
    assert read_head(path).predict(vectors, verbose=0) == pytest.approx(
        head.predict(vectors, verbose=0), abs=1e-6
    )


def _convert_to_keras_2(path: Path) -> None:
    """Rewrite a head's configuration in the form of TensorFlow's Keras 2.15."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])["config"]
        for layer in config["layers"]:
            _convert_layer(layer)
        config = {"name": config["name"], "layers": config["layers"]}
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": config})
        file.attrs["keras_version"], file.attrs["backend"] = "2.15.0", "tensorflow"


def _convert_layer(layer: dict[str, Any]) -> None:
    for name in ("module", "registered_name", "build_config"):
        layer.pop(name, None)
    settings = layer["config"]
    settings["dtype"] = "float32"
    for name in ("optional", "quantization_config", "zero_output_for_mask"):
        settings.pop(name, None)
    if layer["class_name"] == "InputLayer":
        settings["batch_input_shape"] = settings.pop("batch_shape")
    if layer["class_name"] in {"LSTM", "GRU"}:
        settings |= {"time_major": False, "implementation": 2}
    for name, value in settings.items():
        if isinstance(value, dict) and "class_name" in value:
            settings[name] = {key: value[key] for key in ("class_name", "config")}
            if name in {"layer", "backward_layer"}:
                _convert_layer(settings[name])
