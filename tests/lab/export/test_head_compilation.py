"""Heads of every kind compile to a graph that predicts the same; others are refused."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pandas as pd
import pytest
from transformers import BertModel

from essay_scorer import FileError
from essay_scorer.errors import ExportError
from essay_scorer.lab.export.artifacts import Artifacts
from essay_scorer.lab.export.compile_graph import WindowStep, compile_graph
from essay_scorer.lab.export.equivalence import verify_equivalence

L = keras.layers
HEADS = {
    "dense": lambda: [keras.Input((16,)), L.Dense(8, activation="relu"), L.Dense(1)],
    "the original system's": lambda: [
        keras.Input((1, 12)),
        L.LSTM(12, return_sequences=True, dropout=0.4),
        L.LSTM(6),
        L.Dense(1, activation="relu"),
    ],
    "bidirectional": lambda: [keras.Input((1, 16)), L.Bidirectional(L.LSTM(6)), L.Dense(1)],
    "gru": lambda: [keras.Input((1, 16)), L.GRU(6), L.Dropout(0.5), L.Dense(1)],
}


@pytest.mark.parametrize("name", HEADS)
def test_a_head_compiles_to_a_graph_that_predicts_the_same(
    name: str, trained: Path, essays: pd.DataFrame, tmp_path: Path
) -> None:
    for part in ("bert-tokenizer", "bert-model"):
        shutil.copytree(trained / part, tmp_path / part)
    keras.utils.set_random_seed(5)
    keras.Sequential(HEADS[name]()).save(tmp_path / "aes_model.h5")
    compile_graph(Artifacts.load(tmp_path), tmp_path / "bundle")
    texts = list(essays["text"].head(4))
    assert verify_equivalence(Artifacts.load(tmp_path), tmp_path / "bundle", texts) < 1e-4


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (lambda: [keras.Input((99,)), L.Dense(1)], "gives vectors of 16"),
        (lambda: [keras.Input((7, 16)), L.LSTM(4), L.Dense(1)], "gives vectors of 16"),
        (lambda: [keras.Input((16,)), L.Dense(6)], "one vector to one number"),
    ],
)
def test_a_head_that_does_not_fit_the_encoder_is_refused(
    layers: Callable[[], list[Any]], message: str, trained: Path
) -> None:
    encoder = BertModel.from_pretrained(trained / "bert-model", add_pooling_layer=False)
    with pytest.raises(FileError, match=message):
        WindowStep(encoder, keras.Sequential(layers()))


def test_the_graph_of_other_artifacts_is_refused(
    trained: Path, essays: pd.DataFrame, tmp_path: Path
) -> None:
    compile_graph(Artifacts.load(trained), tmp_path)
    other = Artifacts.load(trained)
    other.head.get_layer("known_prompts").bias.assign_add([0.01])
    with pytest.raises(ExportError):
        verify_equivalence(other, tmp_path, list(essays["text"].head(4)))


@pytest.mark.parametrize("name", ["bert-tokenizer", "bert-model", "aes_model.h5"])
def test_a_missing_artifact_is_named(trained: Path, tmp_path: Path, name: str) -> None:
    for path in trained.iterdir():
        if path.name in {"bert-tokenizer", "bert-model", "aes_model.h5"} - {name}:
            copy = shutil.copytree if path.is_dir() else shutil.copy
            copy(path, tmp_path / path.name)
    with pytest.raises(FileError, match=name):
        Artifacts.load(tmp_path)
