"""``encoder.layers``: the first layers of an encoder, from the artifacts to the graph."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import BertModel

from essay_scorer import Scorer
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.export.encoder_folder import read_encoder
from essay_scorer.model.reader import Reader
from essay_scorer.text.normalize import normalize

Capture = pytest.CaptureFixture[str]


def _cut(recipe: Path, layers: object, folder: Path) -> Path:
    text = recipe.read_text(encoding="utf-8")
    path = folder / "cut.toml"
    path.write_text(text.replace("[tokenizer]", f"layers = {layers}\n[tokenizer]"), "utf-8")
    return path


def _train(recipe: Path, data: Path, out: Path) -> int:
    return main(["train", "--recipe", str(recipe), "--data", str(data), "--out", str(out)])


@pytest.fixture(scope="module", params=["recipe_file", "trained_recipe_file"])
def recipe(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each kind of recipe, with the first of the encoder's two layers."""
    return _cut(request.getfixturevalue(request.param), 1, tmp_path_factory.mktemp("recipe"))


@pytest.fixture(scope="module")
def made(recipe: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    assert _train(recipe, data, out) == 0
    return out


def test_the_artifact_is_the_cut_encoder(made: Path) -> None:
    artifact = BertModel.from_pretrained(made / "bert-model", add_pooling_layer=False)
    assert artifact.config.num_hidden_layers == len(artifact.encoder.layer) == 1


def test_the_graph_has_the_cut_encoders_layers(made: Path, essays: pd.DataFrame) -> None:
    reading = Reader(made / "bundle").read(normalize(essays["text"][0]))
    assert len(reading.layer_means) in (16, 2 * 16)  # of the last layer, or of all


def test_exporting_the_artifacts_gives_the_same_scores(
    made: Path, recipe: Path, essays: pd.DataFrame, tmp_path: Path
) -> None:
    command = ["export", "--recipe", str(recipe), "--scale", "0-1", "--out", str(tmp_path / "b")]
    command += ["--tokenizer", str(made / "bert-tokenizer"), "--encoder", str(made / "bert-model")]
    assert main([*command, "--head", str(made / "aes_model.h5")]) == 0
    readers = Reader(tmp_path / "b"), Reader(made / "bundle")
    for text in essays["text"].head(6):
        exported, original = (reader.read(normalize(text)).prediction for reader in readers)
        assert exported == pytest.approx(original, abs=1e-6)
    assert Scorer.load(made / "bundle").score(essays["text"][0]).scale.max == 4


def test_the_layers_that_stay_are_the_first_ones(encoder: Path) -> None:
    whole, cut = read_encoder(encoder), read_encoder(encoder, layers=1)
    ids = torch.tensor([[2, 7, 9, 3]])
    with torch.no_grad():
        states = whole(ids, output_hidden_states=True).hidden_states
        assert np.array_equal(cut(ids).last_hidden_state.numpy(), states[1].numpy())


@pytest.mark.parametrize("layers", [0, -1, 1.5, '"two"', "true"])
def test_a_number_of_layers_below_one_is_one_error(
    layers: object, recipe_file: Path, data: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert _train(_cut(recipe_file, layers, tmp_path), data, tmp_path / "out") == 1
    err = capsys.readouterr().err
    assert "layers must be a whole number of at least 1" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("kind", ["recipe_file", "trained_recipe_file"])
def test_more_layers_than_there_are_is_one_error(
    kind: str,
    encoder: Path,
    data: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: Capture,
) -> None:
    recipe = _cut(request.getfixturevalue(kind), 3, tmp_path)
    assert _train(recipe, data, tmp_path / "out") == 1
    assert capsys.readouterr().err == f"essay-scorer: {encoder} has 2 layers, not 3.\n"
