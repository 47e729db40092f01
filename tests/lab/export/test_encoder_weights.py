"""An encoder has the weights of its folder, whatever wraps them, or is refused."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForSequenceClassification, BertModel

from essay_scorer.cli.entry_point import main
from essay_scorer.errors import FileError
from essay_scorer.lab.export.encoder_folder import read_encoder

Weights = dict[str, torch.Tensor]
Change = Callable[[Weights], Any]


@pytest.fixture(scope="module")
def bert() -> BertModel:
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=11,
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=16,
    )
    return BertModel(config).eval()


def _write(folder: Path, config: BertConfig, content: Any, **options: Any) -> Path:
    """Write an encoder's folder, with options of its configuration that are not today's."""
    config.save_pretrained(folder)
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | options), encoding="utf-8")
    torch.save(content, folder / "pytorch_model.bin")
    return folder


def _prefixed(prefix: str) -> Change:
    return lambda weights: {prefix + name: weight for name, weight in weights.items()}


def _with_old_names(weights: Weights) -> Weights:
    old = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    renamed = {}
    for name, weight in weights.items():
        ending = next((ending for ending in old if name.endswith(ending)), "")
        renamed[name.removesuffix(ending) + old.get(ending, "")] = weight
    return renamed


def _with_heads(weights: Weights) -> Weights:
    heads = {
        "classifier.weight": torch.ones(3, 8),
        "cls.predictions.bias": torch.ones(11),
        "bert.embeddings.position_ids": torch.arange(16)[None],
    }
    return {f"bert.{name}": weight for name, weight in weights.items()} | heads


@pytest.mark.parametrize(
    "change",
    [
        dict,
        _prefixed("module."),
        _prefixed("bert."),
        _prefixed("model.bert."),
        _prefixed("module.bert.module."),
        _prefixed("_orig_mod."),
        _with_old_names,
        _with_heads,
        lambda weights: {"state_dict": _prefixed("model.")(weights), "epoch": 3},
        lambda weights: {"model_state_dict": weights, "optimizer": {"state": {0: torch.ones(2)}}},
        lambda weights: {"model": _prefixed("module.bert.")(weights)},
    ],
)
def test_the_weights_are_found_under_any_wrapper(
    change: Change, bert: BertModel, tmp_path: Path
) -> None:
    encoder = read_encoder(_write(tmp_path, bert.config, change(bert.state_dict())))
    ids = torch.tensor([[2, 7, 9, 3]])
    with torch.no_grad():
        assert torch.equal(encoder(ids).last_hidden_state, bert(ids).last_hidden_state)


def test_a_classifiers_shards_hold_the_encoder(bert: BertModel, tmp_path: Path) -> None:
    model = BertForSequenceClassification(bert.config)
    model.save_pretrained(tmp_path, max_shard_size="2KB")
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 1
    loaded, own = read_encoder(tmp_path).state_dict(), model.bert.state_dict()
    assert all(torch.equal(loaded[name], own[name]) for name in loaded)


QUERY = "encoder.layer.1.attention.self.query.weight"


def _without(*endings: str) -> Change:
    return lambda weights: {k: v for k, v in weights.items() if not k.endswith(endings)}


def _replaced(name: str, weight: torch.Tensor) -> Change:
    return lambda weights: {**weights, name: weight}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: {}, r"lacks embeddings\.word_embeddings\.weight and 36 more"),
        (lambda _: {"state_dict": {}}, r"lacks embeddings\.word_embeddings\.weight and 36 more"),
        (_without(QUERY), rf"lacks {QUERY}; save the whole encoder"),
        (_without("LayerNorm.weight"), r"lacks embeddings\.LayerNorm\.weight and 4 more"),
        (
            lambda weights: _prefixed("model.bert.")(_without(QUERY)(weights)),
            rf"lacks model\.bert\.{QUERY};",
        ),
        (_replaced(QUERY, torch.ones(8, 9)), rf"has {QUERY} in the shape \[8, 9\] .* \[8, 8\]"),
        (_replaced(QUERY, torch.full((8, 8), torch.nan)), rf"values in {QUERY} that are not"),
        (_replaced(QUERY, torch.full((8, 8), torch.inf)), rf"values in {QUERY} that are not"),
        (_replaced(QUERY, torch.ones(8, 8, dtype=torch.int8)), rf"has {QUERY} in torch.int8"),
        (
            _replaced("encoder.layer.2.output.dense.bias", torch.ones(8)),
            r"has encoder\.layer\.2\.output\.dense\.bias, which that BERT does not use",
        ),
        (
            _replaced("encoder.layer.0.attention.self.query.lora_A.weight", torch.ones(8)),
            "lora_A.weight, which that BERT does not use",
        ),
        (
            lambda weights: {"student": weights, "teacher": weights},
            r"more than one BERT \(student\.\S+ and teacher\.\S+\)",
        ),
        (lambda weights: weights | _prefixed("module.")(weights), "under two names"),
    ],
)
def test_weights_that_are_not_the_encoders_are_refused(
    change: Change, reason: str, bert: BertModel, tmp_path: Path
) -> None:
    _write(tmp_path, bert.config, change(bert.state_dict()))
    pattern = rf"has no weights that fit its config\.json: pytorch_model\.bin .*{reason}"
    with pytest.raises(FileError, match=pattern):
        read_encoder(tmp_path)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"num_hidden_layers": 4}, r"lacks encoder\.layer\.2\.\S+ and 31 more"),
        ({"num_hidden_layers": 1}, r"has encoder\.layer\.1\.\S+ and 15 more, which that BERT"),
        ({"position_embedding_type": "relative_key"}, 'position_embedding_type = "relative_key"'),
        ({"is_decoder": True}, "is_decoder = true"),
        ({"pruned_heads": {"0": [1]}}, "pruned_heads = "),
        ({"model_type": "roberta"}, "holds a roberta model; it must be a BERT"),
        ({"num_hidden_layers": "four"}, "has a config.json that is not a BERT's"),
        ({"hidden_size": 7}, "has a config.json that is not a BERT's"),
    ],
)
def test_a_configuration_of_another_encoder_is_refused(
    options: Mapping[str, Any], reason: str, bert: BertModel, tmp_path: Path
) -> None:
    _write(tmp_path, bert.config, bert.state_dict(), **options)
    with pytest.raises(FileError, match=reason):
        read_encoder(tmp_path)


def test_layers_that_a_recipe_cuts_off_need_not_be_complete(
    bert: BertModel, tmp_path: Path
) -> None:
    _write(tmp_path, bert.config, _without(QUERY)(bert.state_dict()))
    assert read_encoder(tmp_path, layers=1).config.num_hidden_layers == 1


def test_a_missing_shard_is_named(bert: BertModel, tmp_path: Path) -> None:
    bert.save_pretrained(tmp_path, max_shard_size="2KB")
    shard = sorted(tmp_path.glob("model-*.safetensors"))[1]
    shard.unlink()
    with pytest.raises(FileError, match=f"index.json names {shard.name}, which is missing"):
        read_encoder(tmp_path)


def test_a_damaged_file_is_refused(bert: BertModel, tmp_path: Path) -> None:
    bert.config.save_pretrained(tmp_path)
    save_file(dict(bert.state_dict()), tmp_path / "model.safetensors")
    whole = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[:-9])
    with pytest.raises(FileError, match=r"model\.safetensors cannot be read"):
        read_encoder(tmp_path)


def test_weights_of_tensorflow_are_named(bert: BertModel, tmp_path: Path) -> None:
    bert.config.save_pretrained(tmp_path)
    (tmp_path / "tf_model.h5").write_bytes(b"")
    with pytest.raises(FileError, match=r"has no weights that PyTorch reads, only tf_model\.h5"):
        read_encoder(tmp_path)


@pytest.mark.parametrize("kind", ["recipe_file", "trained_recipe_file"])
def test_training_does_not_start_from_random_weights(
    kind: str,
    encoder: Path,
    data: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for path in encoder.iterdir():
        if path.suffix == ".json":
            (own / path.name).write_bytes(path.read_bytes())
    torch.save({}, own / "pytorch_model.bin")
    recipe = tmp_path / "own.toml"
    text = request.getfixturevalue(kind).read_text(encoding="utf-8")
    recipe.write_text(text.replace(str(encoder), str(own)), encoding="utf-8")
    command = ["train", "--recipe", str(recipe), "--data", str(data)]
    assert main([*command, "--out", str(tmp_path / "out")]) == 1
    err = capsys.readouterr().err
    assert "pytorch_model.bin lacks embeddings.word_embeddings.weight and" in err
    assert err.count("\n") == 1
