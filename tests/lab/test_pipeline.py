"""From a file of scored essays to a bundle that scores, with a kill in between."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import torch
from transformers import BertModel

from essay_scorer import FileError, Scorer
from essay_scorer.bundle import verify
from essay_scorer.cli import main
from essay_scorer.features import NAMES
from essay_scorer.lab.artefacts import Artefacts
from essay_scorer.lab.branches import Branch, FeatureBranch, NgramBranch, Sides, fit_blend, join
from essay_scorer.lab.export import (
    ExportError,
    ReadingStep,
    compile_graph,
    prove_equal,
    reference_numbers,
)
from essay_scorer.lab.recipe import Recipe
from essay_scorer.lab.train import Training, targets_of, tokenise
from essay_scorer.tokens import WindowTokenizer


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
    shapes = {tensor.name: tuple(tensor.shape) for tensor in head.inputs}
    assert shapes == {
        "essay": (None, encoder.config.hidden_size),
        "writing_features_1": (None, len(NAMES)),
        "ngram_places_1": (None, None),
        "ngram_weights_1": (None, None),
    }
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
    other.head.set_weights([weight * 1.01 for weight in other.head.get_weights()])
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
    with pytest.raises(FileError, match="is the disk full"):
        training.checkpoint()
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]
    training.step = 0
    training.resume()
    assert training.step == 4


def test_a_checkpoint_of_other_essays_is_not_gone_on_with(
    recipe_file: Path, essays: pd.DataFrame, tmp_path: Path
) -> None:
    recipe = Recipe.load(str(recipe_file))
    Training(recipe, essays, tmp_path).checkpoint()
    Training(recipe, essays, tmp_path).resume()
    with pytest.raises(FileError, match="give another --out"):
        Training(recipe, essays.head(40), tmp_path).resume()


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
    assert main(["evaluate", "--data", str(data), "--bundle", str(made / "bundle"), "--json"]) == 0
    measured = verify(made / "bundle").metrics["test"]
    assert f'"qwk": {measured["qwk"]}' in capsys.readouterr().out


L = keras.layers
HEADS = {
    "dense": lambda: [keras.Input((16,)), L.Dense(8, activation="relu"), L.Dense(1)],
    "the original's": lambda: [
        keras.Input((1, 12)),
        L.LSTM(12, return_sequences=True, dropout=0.4),
        L.LSTM(6),
        L.Dense(1, activation="relu"),
    ],
    "bidirectional": lambda: [keras.Input((1, 16)), L.Bidirectional(L.LSTM(6)), L.Dense(1)],
    "gru": lambda: [keras.Input((1, 16)), L.GRU(6), L.Dropout(0.5), L.Dense(1)],
}


@pytest.mark.parametrize("name", HEADS)
def test_heads_of_every_kind_compile_to_what_they_say(
    name: str, made: Path, essays: pd.DataFrame, tmp_path: Path
) -> None:
    for part in ("bert-tokenizer", "bert-model"):
        shutil.copytree(made / part, tmp_path / part)
    keras.utils.set_random_seed(5)
    keras.Sequential(HEADS[name]()).save(tmp_path / "aes_model.h5")
    compile_graph(Artefacts.load(tmp_path), tmp_path / "bundle")
    texts = list(essays["text"].head(4))
    assert prove_equal(Artefacts.load(tmp_path), tmp_path / "bundle", texts) < 1e-4


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        (lambda: [keras.Input((99,)), L.Dense(1)], "gives vectors of 16"),
        (lambda: [keras.Input((7, 16)), L.LSTM(4), L.Dense(1)], "gives vectors of 16"),
        (lambda: [keras.Input((16,)), L.Dense(6)], "one vector to one number"),
    ],
)
def test_a_head_that_does_not_fit_is_refused(
    layers: Callable[[], list[Any]], sentence: str, made: Path, tmp_path: Path
) -> None:
    encoder = BertModel.from_pretrained(made / "bert-model", add_pooling_layer=False)
    with pytest.raises(FileError, match=sentence):
        ReadingStep(encoder, keras.Sequential(layers()))


def test_the_joined_head_is_the_blend_of_its_branches(
    made: Path, essays: pd.DataFrame, recipe_file: Path
) -> None:
    """Keras' layers against the library that fitted them."""
    recipe = Recipe.load(str(recipe_file))
    assert recipe.ngrams is not None
    assert recipe.features is not None
    texts = essays["text"].head(20).tolist()
    sides = Sides.of(texts, WindowTokenizer(made / "bert-tokenizer" / "tokenizer.json"))
    targets = targets_of(essays.head(20))
    branches: list[Branch] = [
        NgramBranch(recipe.ngrams, sides, targets, ["a", "b"] * 10),
        FeatureBranch(recipe.features, sides, targets),
    ]
    flat = keras.Sequential([keras.Input((16,)), L.Dense(1, kernel_initializer="zeros")])
    head = join(flat, branches, np.array([0.2, 0.5, 0.3]), 0.1)
    blended = 0.1 + 0.5 * branches[0].predict(sides) + 0.3 * branches[1].predict(sides)
    for row in range(20):
        bag = sides.ngrams[[row]]
        number = head(
            {
                "essay": np.zeros((1, 16), np.float32),
                "writing_features_1": sides.features[[row]],
                "ngram_places_1": bag.indices[np.newaxis].astype(np.int64),
                "ngram_weights_1": bag.data[np.newaxis],
            }
        )
        assert float(number[0, 0].detach()) == pytest.approx(blended[row], abs=1e-4)


def test_a_branch_that_says_nothing_counts_for_nothing() -> None:
    random = np.random.default_rng(4)
    human = random.normal(3, 1, 300)
    good, noise, wrong = human + random.normal(0, 0.3, 300), random.normal(0, 1, 300), -human
    weights, intercept = fit_blend([good, noise, wrong], human)
    assert weights[0] == pytest.approx(0.92, abs=0.05)
    assert weights[1:] == pytest.approx([0, 0], abs=0.05)
    assert intercept == pytest.approx(human.mean() - good.mean() * weights[0], abs=0.1)


def test_the_words_of_one_assignment_do_not_count(
    made: Path, essays: pd.DataFrame, recipe_file: Path
) -> None:
    recipe = Recipe.load(str(recipe_file))
    assert recipe.ngrams is not None
    tokenizer = WindowTokenizer(made / "bert-tokenizer" / "tokenizer.json")
    texts = essays["text"].head(24)
    bound = [f"{text} Sunday library" * (1 + number % 2) for number, text in enumerate(texts)]
    targets = np.arange(24) % 2 + essays["score"].head(24).to_numpy(float)
    prompts = ["odd" if number % 2 else "even" for number in range(24)]
    sides = Sides.of([text * (1 + number % 2) for number, text in enumerate(bound)], tokenizer)
    branch = NgramBranch(recipe.ngrams, sides, targets, prompts)
    shared = Sides.of(list(texts), tokenizer)
    only_even = np.asarray((sides.ngrams[1::2] > 0).sum(axis=0)).ravel() == 0
    changed = shared.ngrams.copy()
    changed.data = np.where(only_even[changed.indices], 9.0, changed.data)
    assert branch.predict(Sides(features=shared.features, ngrams=changed)) == pytest.approx(
        branch.predict(shared)
    )


@pytest.mark.parametrize("frozen", [1, 2])
def test_frozen_layers_stay_and_are_read_once(
    recipe_file: Path, essays: pd.DataFrame, encoder: Path, tmp_path: Path, frozen: int
) -> None:
    recipe = Recipe.load(str(recipe_file))
    settings = replace(recipe.training, frozen_layers=frozen, epochs=1)
    chosen = essays[essays["split"] == "train"].reset_index(drop=True)
    training = Training(replace(recipe, training=settings), chosen, tmp_path)
    cut = tokenise(training.tokenizer.backend_tokenizer, chosen["text"].head(5))
    with torch.no_grad():
        from_ids, from_states = (
            training.network(cut),
            training.network(training.examples.essays[:5]),
        )
    assert from_states.numpy() == pytest.approx(from_ids.numpy(), abs=1e-3)  # kept in 16 bits

    training.run()
    before = BertModel.from_pretrained(encoder, add_pooling_layer=False).state_dict()
    after = training.network.encoder.state_dict()
    changed = {name.split(".")[2] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {str(layer) for layer in range(frozen, 2)}
