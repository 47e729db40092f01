"""Somebody's own artefacts become a bundle, or a sentence."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel

from essay_scorer import Scorer
from essay_scorer.model.bundle import verify_bundle
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.export.artifacts import read_head

Capture = pytest.CaptureFixture[str]
L = keras.layers


@pytest.fixture
def own(encoder: Path, tmp_path: Path) -> Path:
    """The folders of the original: vocabulary only, PyTorch weights, an LSTM head."""
    tokenizer, model = tmp_path / "bert-tokenizer", tmp_path / "bert-model"
    tokenizer.mkdir()
    vocabulary = json.loads((encoder / "tokenizer.json").read_bytes())["model"]["vocab"]
    words = sorted(vocabulary, key=vocabulary.__getitem__)
    (tokenizer / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    (tokenizer / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    bert = BertModel.from_pretrained(encoder)
    bert.config.save_pretrained(model)
    torch.save(bert.state_dict(), model / "pytorch_model.bin")
    keras.utils.set_random_seed(11)
    keras.Sequential(
        [
            keras.Input((1, 12)),
            L.LSTM(12, return_sequences=True),
            L.LSTM(6),
            L.Dense(1, activation="relu", bias_initializer="ones"),
        ]
    ).save(tmp_path / "aes_model.h5")
    return tmp_path


def _export(folder: Path, recipe: Path) -> int:
    return main(
        [
            "export",
            *("--tokenizer", str(folder / "bert-tokenizer")),
            *("--encoder", str(folder / "bert-model")),
            *("--head", str(folder / "aes_model.h5")),
            *("--recipe", str(recipe)),
            *("--scale", "0-12"),
            *("--out", str(folder / "bundle")),
        ]
    )


def test_the_originals_own_folders_become_a_bundle_that_scores(
    own: Path, recipe_file: Path
) -> None:
    assert _export(own, recipe_file) == 0
    verify_bundle(own / "bundle")
    score = Scorer.load(own / "bundle").score("The library should be open on Sundays.")
    assert 0 <= score.raw <= 12
    assert (score.interval.low, score.interval.high, score.interval.coverage) == (0, 12, 1.0)


def _as_keras_2_wrote_it(path: Path) -> None:
    """Turn a head's settings into the form of TensorFlow's Keras 2.15; its weights stay."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])["config"]
        for layer in config["layers"]:
            _age(layer)
        config = {"name": config["name"], "layers": config["layers"]}
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": config})
        file.attrs["keras_version"], file.attrs["backend"] = "2.15.0", "tensorflow"


def _age(layer: dict[str, Any]) -> None:
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
                _age(settings[name])


@pytest.mark.parametrize(
    "layers",
    [
        lambda: [L.LSTM(12, return_sequences=True, recurrent_dropout=0.4), L.LSTM(6)],
        lambda: [L.Bidirectional(L.LSTM(6)), L.Dropout(0.5)],
        lambda: [L.GRU(6)],
    ],
)
def test_a_head_from_keras_2_says_what_it_said(
    layers: Callable[[], list[Any]], tmp_path: Path
) -> None:
    keras.utils.set_random_seed(12)
    head = keras.Sequential([keras.Input((1, 16)), *layers(), L.Dense(1)])
    path = tmp_path / "aes_model.h5"
    head.save(path)
    _as_keras_2_wrote_it(path)
    with pytest.raises((ValueError, TypeError), match=r"time_major|locate class"):
        keras.models.load_model(path, compile=False)  # the reason why we read it ourselves
    vectors = np.random.default_rng(1).normal(size=(3, 1, 16)).astype(np.float32)
    assert read_head(path).predict(vectors, verbose=0) == pytest.approx(
        head.predict(vectors, verbose=0), abs=1e-6
    )


def _no_weights(own: Path) -> None:
    (own / "bert-model" / "pytorch_model.bin").unlink()


def _no_config(own: Path) -> None:
    (own / "bert-model" / "config.json").unlink()


def _another_kind(own: Path) -> None:
    shutil.rmtree(own / "bert-model")
    config = DistilBertConfig(vocab_size=99, dim=16, n_layers=1, n_heads=2, hidden_dim=16)
    DistilBertModel(config).save_pretrained(own / "bert-model")


def _a_short_vocabulary(own: Path) -> None:
    small = BertConfig(vocab_size=9, hidden_size=16, num_hidden_layers=1, num_attention_heads=2)
    shutil.rmtree(own / "bert-model")
    BertModel(small).save_pretrained(own / "bert-model")


def _no_tokenizer(own: Path) -> None:
    shutil.rmtree(own / "bert-tokenizer")


def _no_head(own: Path) -> None:
    (own / "aes_model.h5").write_bytes(b"not a model")


def _a_wide_head(own: Path) -> None:
    keras.Sequential([keras.Input((300,)), L.Dense(1)]).save(own / "aes_model.h5")


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (_no_weights, "no weights"),
        (_no_config, "no config.json"),
        (_another_kind, "must be a BERT"),
        (_a_short_vocabulary, "does not fit the encoder"),
        (_no_tokenizer, "not a tokenizer folder"),
        (_no_head, "not a Keras model"),
        (_a_wide_head, "gives vectors of 16"),
    ],
)
def test_artefacts_that_cannot_be_used_are_one_sentence(
    harm: Callable[[Path], None], sentence: str, own: Path, recipe_file: Path, capsys: Capture
) -> None:
    harm(own)
    assert _export(own, recipe_file) == 1
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1
    assert [path.name for path in own.glob("bundle*")] == []
