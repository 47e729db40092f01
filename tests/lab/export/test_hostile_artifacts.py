"""Malicious artifacts are refused with a clear error, and none of their code runs."""

import os
import pickle
from pathlib import Path
from typing import Any

import essay_scorer.lab  # noqa: F401 - chooses Keras' backend

# isort: split
import keras
import pytest
import torch
from transformers import BertConfig

from essay_scorer.errors import FileError
from essay_scorer.lab.export.encoder_folder import read_encoder
from essay_scorer.lab.export.keras_head import read_head


class Payload:
    """Creates a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self._folder),)


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize("name", ["aes_model.h5", "aes_model.keras"])
def test_a_head_with_code_is_not_loaded(tmp_path: Path, name: str) -> None:
    layers = [keras.Input((8,)), keras.layers.Lambda(lambda x: x + 1), keras.layers.Dense(1)]
    keras.Sequential(layers).save(tmp_path / name)
    with pytest.raises(
        FileError, match=rf"{name} is not a Keras model .*: its layer \S+ is a Lambda"
    ):
        read_head(tmp_path / name)


@pytest.mark.parametrize("zipped", [True, False])
def test_an_encoder_with_code_is_not_loaded(tmp_path: Path, zipped: bool) -> None:
    created, weights = tmp_path / "created", tmp_path / "pytorch_model.bin"
    config = BertConfig(
        vocab_size=10,
        hidden_size=4,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=4,
        max_position_embeddings=8,
    )
    config.save_pretrained(tmp_path)
    if zipped:
        torch.save({"weights": Payload(created)}, weights)
    else:
        weights.write_bytes(pickle.dumps(Payload(created), protocol=2))
    with pytest.raises(FileError, match=r"has no weights that fit its config\.json"):
        read_encoder(tmp_path)
    assert not created.exists()
