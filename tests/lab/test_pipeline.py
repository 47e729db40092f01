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
from transformers import BertModel, PreTrainedTokenizerBase

from essay_scorer import FileError, Scorer
from essay_scorer.model.bundle import verify_bundle
from essay_scorer.cli.entry_point import main
from essay_scorer.text.features import FEATURE_NAMES
from essay_scorer.lab.export.artifacts import Artefacts
from essay_scorer.lab.heads.blend import Blend, Ensemble
from essay_scorer.lab.heads.base_models import RidgeBranch
from essay_scorer.errors import ExportError
from essay_scorer.lab.export.compile_graph import (
    ReadingStep,
    compile_graph,
    prove_equal,
    reference_numbers,
)
from essay_scorer.lab.heads.inputs import LAYERS, Inputs, read_layers
from essay_scorer.lab.heads.frozen_encoder import ReadingEncoder
from essay_scorer.lab.recipe import Blended, Recipe, RidgeRecipe
from essay_scorer.lab.heads.training import Training, targets_of


@pytest.fixture(scope="module")
def made(data: Path, recipe_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``essay-scorer train`` leaves."""
    out = tmp_path_factory.mktemp("made")
    command = ["train", "--recipe", str(recipe_file), "--data", str(data), "--out", str(out)]
    assert main([*command, "--name", "tiny", "--licence", "MIT"]) == 0
    return out


def test_the_bundle_is_whole_and_says_what_it_is(made: Path) -> None:
    manifest = verify_bundle(made / "bundle")
    assert (manifest.model.name, manifest.recipe, manifest.licence) == ("tiny", "tiny", "MIT")
    assert (manifest.scale.min, manifest.scale.max) == (1, 4)
    assert manifest.metrics["test"]["essays"] == 12
    assert "**Licence of the weights: MIT.**" in (made / "bundle" / "README.md").read_text()


def test_the_three_artefacts_open_with_the_libraries_that_wrote_them(made: Path) -> None:
    encoder = BertModel.from_pretrained(made / "bert-model", add_pooling_layer=False)
    head = keras.models.load_model(made / "aes_model.h5", compile=False)
    shapes = {tensor.name: tuple(tensor.shape) for tensor in head.inputs}
    assert shapes == {
        "layer_means": (None, 3 * encoder.config.hidden_size),
        "writing_features_1": (None, len(FEATURE_NAMES)),
        "ngram_places_1": (None, None),
        "ngram_weights_1": (None, None),
        "character_places_1": (None, None),
        "character_weights_1": (None, None),
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
    other.head.get_layer("known").bias.assign_add([0.01])
    with pytest.raises(ExportError):
        prove_equal(other, tmp_path, list(essays["text"].head(4)))


def test_a_killed_training_goes_on_to_the_same_weights(
    taught_file: Path, essays: pd.DataFrame, tmp_path: Path
) -> None:
    recipe = Recipe.load(str(taught_file))
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
    taught_file: Path, essays: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(Recipe.load(str(taught_file)), essays, tmp_path)
    training.step = 4
    training.checkpoint()

    def fail(_state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(FileError, match="is the disk full"):
        training.checkpoint()
    assert [path.name for path in tmp_path.glob("checkpoint*")] == ["checkpoint.pt"]
    training.step = 0
    training.resume()
    assert training.step == 4


@pytest.mark.parametrize(
    ("library", "file"),
    [(BertModel, "bert-model"), (PreTrainedTokenizerBase, "bert-tokenizer"), (keras.Model, "h5")],
)
def test_a_full_disk_is_one_sentence_and_no_bundle(
    library: type,
    file: str,
    recipe_file: Path,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(library, "save" if library is keras.Model else "save_pretrained", fail)
    command = ["train", "--recipe", str(recipe_file), "--data", str(data)]
    assert main([*command, "--out", str(tmp_path / "out")]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert file in last
    assert last.endswith("cannot be written; is the disk full?")
    assert not (tmp_path / "out" / "bundle").exists()


def test_a_disk_that_fills_while_the_bundle_is_written_leaves_none(
    recipe_file: Path,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("onnx.save_model", fail)
    command = ["train", "--recipe", str(recipe_file), "--data", str(data)]
    assert main([*command, "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        "essay-scorer: The disk is full; make room and run this again."
    )
    assert [path.name for path in (tmp_path / "out").glob("bundle*")] == []


def test_a_checkpoint_of_other_essays_is_not_gone_on_with(
    taught_file: Path, essays: pd.DataFrame, tmp_path: Path
) -> None:
    recipe = Recipe.load(str(taught_file))
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
    measured = verify_bundle(made / "bundle").metrics["test"]
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


@pytest.fixture(scope="module")
def read(
    recipe_file: Path, essays: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Inputs:
    """What the branches read of all the essays."""
    out = tmp_path_factory.mktemp("read")
    encoder = ReadingEncoder(Recipe.load(str(recipe_file)), out)
    return Inputs.of(list(essays["text"]), encoder, out)


@pytest.fixture(scope="module")
def ensemble(recipe_file: Path, essays: pd.DataFrame, read: Inputs) -> Ensemble:
    way = Recipe.load(str(recipe_file)).way
    assert isinstance(way, Blended)
    return Ensemble.fit(way, read, targets_of(essays), essays["prompt_id"].to_numpy())


def _head_numbers(head: keras.Model, read: Inputs, rows: list[int]) -> list[float]:
    numbers = []
    for row in rows:
        words, runs = read.ngrams[[row]], read.characters[[row]]
        number = head(
            {
                "layer_means": read.layers[[row]],
                "writing_features_1": read.features[[row]],
                "ngram_places_1": words.indices[np.newaxis].astype(np.int64),
                "ngram_weights_1": words.data[np.newaxis],
                "character_places_1": runs.indices[np.newaxis].astype(np.int64),
                "character_weights_1": runs.data[np.newaxis],
            }
        )
        numbers.append(float(number[0, 0].detach()))
    return numbers


def test_the_head_says_what_the_fitted_models_say(ensemble: Ensemble, read: Inputs) -> None:
    """Keras' layers against the library that fitted them."""
    rows = [*range(0, 60, 4)]
    expected = ensemble.predict(read[np.array(rows)])
    assert _head_numbers(ensemble.head(read), read, rows) == pytest.approx(expected, abs=1e-4)


def test_an_essay_on_another_assignment_is_scored_by_what_travels(
    ensemble: Ensemble, read: Inputs, essays: pd.DataFrame, recipe_file: Path, tmp_path: Path
) -> None:
    texts = ["Zebras graze on warm savannas; lions hunt them at dusk.", essays["text"][0]]
    encoder = ReadingEncoder(Recipe.load(str(recipe_file)), tmp_path)
    other = Inputs.of(texts, encoder, tmp_path)
    assert ensemble.familiarity is not None
    assert ensemble.other is not None
    strange, known = ensemble.familiarity.of(other)
    assert strange < 0.5 < known
    numbers = {name: branch.predict(other) for name, branch in ensemble.branches.items()}
    blends = ensemble.known.of(numbers), ensemble.other.of(numbers)
    assert set(ensemble.other.weights) == {"common", "features"}
    nearer = np.abs(ensemble.predict(other) - blends[0]) < np.abs(
        ensemble.predict(other) - blends[1]
    )
    assert nearer.tolist() == [False, True]


def test_one_assignment_alone_needs_no_telling_apart(
    recipe_file: Path, essays: pd.DataFrame, read: Inputs
) -> None:
    way = Recipe.load(str(recipe_file)).way
    assert isinstance(way, Blended)
    one = Ensemble.fit(way, read, targets_of(essays), np.zeros(len(essays), str))
    assert (one.other, one.familiarity) == (None, None)
    rows = [0, 7]
    expected = one.predict(read[np.array(rows)])
    assert _head_numbers(one.head(read), read, rows) == pytest.approx(expected, abs=1e-4)


def test_assignments_of_few_essays_count_as_one(
    recipe_file: Path, essays: pd.DataFrame, read: Inputs
) -> None:
    way = Recipe.load(str(recipe_file)).way
    assert isinstance(way, Blended)
    targets = targets_of(essays)
    own = Ensemble.fit(way, read, targets, np.arange(60))  # a prompt for each essay
    assert own.other is None
    some = np.where(np.arange(60) < 50, np.arange(60) % 2, np.arange(60))
    assert Ensemble.fit(way, read, targets, some).other is not None


def test_where_nothing_is_common_the_branch_says_the_mean(
    recipe_file: Path, essays: pd.DataFrame, read: Inputs
) -> None:
    targets = targets_of(essays)
    recipe = RidgeRecipe(alpha=1.0, share=1.01)  # nothing can be in more than all
    branch = RidgeBranch("common", "ngrams", recipe, read, targets, np.zeros(60, str))
    assert branch.predict(read).tolist() == pytest.approx([targets.mean()] * 60)


def test_a_branch_that_says_nothing_counts_for_nothing() -> None:
    random = np.random.default_rng(4)
    human = random.normal(3, 1, 300)
    numbers = {
        "good": human + random.normal(0, 0.3, 300),
        "noise": random.normal(0, 1, 300),
        "wrong": -human,
    }
    blend = Blend.fit(numbers, human)
    assert blend.weights["good"] == pytest.approx(0.96, abs=0.05)
    assert [blend.weights[name] for name in ("noise", "wrong")] == pytest.approx([0, 0], abs=0.05)
    blended = blend.of(numbers)
    assert (blended.mean(), blended.std()) == pytest.approx((human.mean(), human.std()))


def test_the_words_of_one_assignment_do_not_count(
    read: Inputs, essays: pd.DataFrame, recipe_file: Path
) -> None:
    way = Recipe.load(str(recipe_file)).way
    assert isinstance(way, Blended)
    prompts = np.array(["odd" if number % 2 else "even" for number in range(len(read))])
    table = read.ngrams.tolil()
    table[prompts == "odd", -1] = 1.0  # a word of the odd essays, who all have high scores
    bound = replace(read, ngrams=table.tocsr())
    targets = (prompts == "odd").astype(float)
    plain = bound.ngrams.tolil()
    plain[:, -1] = 0.0
    for recipe, counts in ((way.branches.ngrams, True), (way.branches.common, False)):
        branch = RidgeBranch("words", "ngrams", recipe, bound, targets, prompts)
        without = branch.predict(replace(read, ngrams=plain.tocsr()))
        differs = not np.allclose(branch.predict(bound), without)
        assert differs is counts


def test_reading_goes_on_where_it_was_killed(
    recipe_file: Path, essays: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = ReadingEncoder(Recipe.load(str(recipe_file)), tmp_path)
    texts = list(essays["text"].head(6))
    whole = read_layers(texts, encoder, tmp_path / "whole")
    means, seen = encoder.means, []

    def read_four(text: str) -> Any:
        seen.append(text)
        if len(seen) == 5:
            raise KeyboardInterrupt
        return means(text)

    monkeypatch.setattr(encoder, "means", read_four)
    with pytest.raises(KeyboardInterrupt):
        read_layers(texts, encoder, tmp_path)
    again = read_layers(texts, encoder, tmp_path)
    assert seen == [*texts[:5], *texts[4:]]
    assert np.array_equal(again, whole)
    seen.clear()
    assert np.array_equal(read_layers(texts[3:], encoder, tmp_path), whole[3:])
    assert seen == []


def test_what_another_encoder_read_is_refused(
    recipe_file: Path, essays: pd.DataFrame, tmp_path: Path
) -> None:
    encoder = ReadingEncoder(Recipe.load(str(recipe_file)), tmp_path)
    read_layers(["A text."], encoder, tmp_path)
    says = (tmp_path / LAYERS).with_suffix(".json")
    says.write_text(says.read_text().replace(encoder.identity[:8], "00000000"))
    with pytest.raises(FileError, match="give another --out"):
        read_layers(["A text."], encoder, tmp_path)
