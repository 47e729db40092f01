"""From a file of scored essays to a bundle that scores, with a kill in between."""

import shutil
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
import torch
from transformers import BertModel

from essay_scorer import FileError, Scorer
from essay_scorer.bundle import verify
from essay_scorer.cli import main
from essay_scorer.lab.artefacts import Artefacts
from essay_scorer.lab.export import ExportError, compile_graph, prove_equal, reference_numbers
from essay_scorer.lab.recipe import Recipe
from essay_scorer.lab.train import Training


@pytest.fixture(scope="module")
def made(data: Path, recipe_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``essay-scorer train`` leaves."""
    out = tmp_path_factory.mktemp("made")
    command = ["train", "--recipe", str(recipe_file), "--data", str(data), "--out", str(out)]
    assert main([*command, "--name", "tiny", "--licence", "MIT"]) == 0
    return out


def test_the_bundle_is_whole_and_says_what_it_is(made: Path) -> None:
    manifest = verify(made / "bundle")
    assert (manifest.model.name, manifest.recipe, manifest.licence) == ("tiny", "tiny", "MIT")
    assert (manifest.scale.min, manifest.scale.max) == (1, 4)
    assert manifest.metrics["test"]["essays"] == 12
    assert "**Licence of the weights: MIT.**" in (made / "bundle" / "README.md").read_text()


def test_the_three_artefacts_open_with_the_libraries_that_wrote_them(made: Path) -> None:
    encoder = BertModel.from_pretrained(made / "bert-model", add_pooling_layer=False)
    head = keras.models.load_model(made / "aes_model.h5", compile=False)
    assert head.input_shape == (None, encoder.config.hidden_size)
    assert (made / "bert-tokenizer" / "tokenizer.json").is_file()


def test_the_bundle_says_what_its_artefacts_say(made: Path, essays: pd.DataFrame) -> None:
    """Independent of the export's own proof: from ``raw`` back to the head's number."""
    scorer = Scorer.load(made / "bundle")
    line, scale = scorer.manifest.calibration, scorer.manifest.scale
    texts = list(essays["text"].head(12))
    numbers = reference_numbers(Artefacts.load(made), texts)
    raw = [line.raw(number, scale) for number in numbers]
    assert [score.raw for score in scorer.score_many(texts)] == pytest.approx(raw, abs=1e-4)


def test_the_model_learned_what_the_essays_show(made: Path, essays: pd.DataFrame) -> None:
    scores = Scorer.load(made / "bundle").score_many(essays["text"])
    assert np.corrcoef([score.raw for score in scores], essays["score"])[0, 1] > 0.5


def test_a_graph_of_other_artefacts_does_not_pass_the_proof(
    made: Path, essays: pd.DataFrame, tmp_path: Path
) -> None:
    compile_graph(Artefacts.load(made), tmp_path)
    other = Artefacts.load(made)
    with torch.no_grad():
        other.encoder.encoder.layer[0].output.dense.weight.mul_(1.5)
    with pytest.raises(ExportError):
        prove_equal(other, tmp_path, list(essays["text"].head(4)))


def test_a_killed_training_goes_on_to_the_same_weights(
    recipe_file: Path, essays: pd.DataFrame, tmp_path: Path
) -> None:
    recipe = Recipe.load(str(recipe_file))
    chosen = essays[essays["split"] == "train"].reset_index(drop=True)
    whole = Training(recipe, chosen, tmp_path / "whole")
    whole.run()

    killed = Training(recipe, chosen, tmp_path / "killed")
    killed.resume()
    batches = list(killed.batches(0))
    for batch in batches[:2]:
        killed.learn(batch)
    killed.checkpoint()
    killed.learn(batches[2])  # lost: it came after the checkpoint

    resumed = Training(recipe, chosen, tmp_path / "killed")
    resumed.run()
    for name, weight in whole.average.state_dict().items():
        assert torch.equal(weight, resumed.average.state_dict()[name]), name


def test_an_interrupted_checkpoint_leaves_the_last_one(
    recipe_file: Path, essays: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(Recipe.load(str(recipe_file)), essays, tmp_path)
    training.step = 4
    training.checkpoint()

    def fail(_state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(OSError, match="space"):
        training.checkpoint()
    training.step = 0
    training.resume()
    assert training.step == 4


@pytest.mark.parametrize("name", ["bert-tokenizer", "bert-model", "aes_model.h5"])
def test_a_missing_artefact_is_named(made: Path, tmp_path: Path, name: str) -> None:
    for path in made.iterdir():
        if path.name in {"bert-tokenizer", "bert-model", "aes_model.h5"} - {name}:
            copy = shutil.copytree if path.is_dir() else shutil.copy
            copy(path, tmp_path / path.name)
    with pytest.raises(FileError, match=name):
        Artefacts.load(tmp_path)


def test_the_evaluation_is_the_one_in_the_manifest(
    made: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--data", str(data), "--bundle", str(made / "bundle")]) == 0
    measured = verify(made / "bundle").metrics["test"]
    assert f'"qwk": {measured["qwk"]}' in capsys.readouterr().out
