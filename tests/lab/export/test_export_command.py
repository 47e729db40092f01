"""``essay-scorer export`` converts a user's artifacts to a bundle, or explains why it cannot."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import keras
import pytest
import torch
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel

from essay_scorer import Scorer
from essay_scorer.cli.entry_point import main
from essay_scorer.model.bundle import verify_bundle

L = keras.layers


@pytest.fixture
def user_artifacts(encoder: Path, tmp_path: Path) -> Path:
    """Artifacts like the original system's: vocabulary only, PyTorch weights, an LSTM head."""
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


def test_a_users_artifacts_become_a_bundle_that_scores(
    user_artifacts: Path, recipe_file: Path
) -> None:
    assert _export(user_artifacts, recipe_file) == 0
    verify_bundle(user_artifacts / "bundle")
    scorer = Scorer.load(user_artifacts / "bundle")
    score = scorer.score("The library should be open on Sundays.")
    assert 0 <= score.raw <= 12
    assert (score.interval.low, score.interval.high, score.interval.coverage) == (0, 12, 1.0)


def _remove_weights(folder: Path) -> None:
    (folder / "bert-model" / "pytorch_model.bin").unlink()


def _remove_config(folder: Path) -> None:
    (folder / "bert-model" / "config.json").unlink()


def _use_distilbert(folder: Path) -> None:
    shutil.rmtree(folder / "bert-model")
    config = DistilBertConfig(vocab_size=99, dim=16, n_layers=1, n_heads=2, hidden_dim=16)
    DistilBertModel(config).save_pretrained(folder / "bert-model")


def _shrink_vocabulary(folder: Path) -> None:
    small = BertConfig(vocab_size=9, hidden_size=16, num_hidden_layers=1, num_attention_heads=2)
    shutil.rmtree(folder / "bert-model")
    BertModel(small).save_pretrained(folder / "bert-model")


def _remove_tokenizer(folder: Path) -> None:
    shutil.rmtree(folder / "bert-tokenizer")


def _corrupt_head(folder: Path) -> None:
    (folder / "aes_model.h5").write_bytes(b"not a model")


def _widen_head(folder: Path) -> None:
    keras.Sequential([keras.Input((300,)), L.Dense(1)]).save(folder / "aes_model.h5")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_remove_weights, "no weights"),
        (_remove_config, "no config.json"),
        (_use_distilbert, "must be a BERT"),
        (_shrink_vocabulary, "does not fit the encoder"),
        (_remove_tokenizer, "not a tokenizer folder"),
        (_corrupt_head, "not a Keras model"),
        (_widen_head, "gives vectors of 16"),
    ],
)
def test_unusable_artifacts_fail_with_one_line(
    damage: Callable[[Path], None],
    message: str,
    user_artifacts: Path,
    recipe_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    damage(user_artifacts)
    assert _export(user_artifacts, recipe_file) == 1
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert [path.name for path in user_artifacts.glob("bundle*")] == []
