"""Somebody's own artefacts become a bundle, or a sentence."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import keras
import pytest
import torch
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel

from essay_scorer import Scorer
from essay_scorer.bundle import verify
from essay_scorer.cli import main

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
    verify(own / "bundle")
    score = Scorer.load(own / "bundle").score("The library should be open on Sundays.")
    assert 0 <= score.raw <= 12
    assert (score.interval.low, score.interval.high, score.interval.coverage) == (0, 12, 1.0)


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
