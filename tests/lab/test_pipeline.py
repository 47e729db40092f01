"""``essay-scorer train``: from a file of scored essays to artifacts and a bundle."""

from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from transformers import BertModel, PreTrainedTokenizerBase

from essay_scorer import Scorer
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.export.artifacts import Artifacts
from essay_scorer.lab.export.equivalence import reference_predictions
from essay_scorer.model.bundle import verify_bundle
from essay_scorer.model.files import GIBBERISH, LANGUAGES, TOPICS
from essay_scorer.model.reader import Reader
from essay_scorer.text.features import FEATURE_NAMES


def test_the_bundle_is_complete_and_describes_itself(trained: Path) -> None:
    manifest = verify_bundle(trained / "bundle")
    assert (manifest.model.name, manifest.recipe, manifest.license) == ("tiny", "tiny", "MIT")
    assert (manifest.scale.min, manifest.scale.max) == (1, 4)
    assert manifest.metrics["test"]["essays"] == 12
    assert manifest.files.keys() > {GIBBERISH, TOPICS, LANGUAGES}
    assert manifest.off_topic_part is not None
    assert 0 < manifest.thresholds.off_topic_part < 1
    assert "**License of the weights: MIT.**" in (trained / "bundle" / "README.md").read_text()


def test_the_artifacts_open_with_the_libraries_that_saved_them(trained: Path) -> None:
    encoder = BertModel.from_pretrained(trained / "bert-model", add_pooling_layer=False)
    head = keras.models.load_model(trained / "aes_model.h5", compile=False)
    shapes = {tensor.name: tuple(tensor.shape) for tensor in head.inputs}
    assert shapes == {
        "layer_means": (None, 3 * encoder.config.hidden_size),
        "writing_features_1": (None, len(FEATURE_NAMES)),
        "ngram_places_1": (None, None),
        "ngram_weights_1": (None, None),
        "character_places_1": (None, None),
        "character_weights_1": (None, None),
    }
    assert (trained / "bert-tokenizer" / "tokenizer.json").is_file()


def test_the_bundle_scores_as_its_artifacts_do(trained: Path, essays: pd.DataFrame) -> None:
    """Independent of the export's own check, and through the calibration."""
    scorer = Scorer.load(trained / "bundle")
    line, scale = scorer.manifest.calibration, scorer.manifest.scale
    texts = list(essays["text"].head(12))
    predictions = reference_predictions(Artifacts.load(trained), texts)
    raw = [line.raw_score(prediction, scale) for prediction in predictions]
    assert [score.raw for score in scorer.score_many(texts)] == pytest.approx(raw, abs=1e-4)


def test_a_new_prompt_has_intervals_of_its_own(trained: Path, essays: pd.DataFrame) -> None:
    manifest, reader = verify_bundle(trained / "bundle"), Reader(trained / "bundle")
    known = reader.read(essays["text"][0])
    new = reader.read("Zebras graze on warm savannas; lions hunt them at dusk.")
    assert new.familiarity < 0.5 < known.familiarity
    bands = manifest.calibration.new_prompt_bands
    assert len(bands) == len(manifest.calibration.bands)
    interval = Scorer.load(trained / "bundle").score("Zebras graze. Lions hunt them.").interval
    raw = manifest.calibration.raw_score(
        reader.predict("Zebras graze. Lions hunt them."), manifest.scale
    )
    assert interval == manifest.calibration.interval(raw, manifest.scale, familiarity=0.0)


def test_scores_correlate_with_human_scores(trained: Path, essays: pd.DataFrame) -> None:
    scores = Scorer.load(trained / "bundle").score_many(essays["text"])
    assert np.corrcoef([score.raw for score in scores], essays["score"])[0, 1] > 0.5


def test_the_manifest_records_what_evaluate_measures(
    trained: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = trained / "bundle"
    assert main(["evaluate", "--data", str(data), "--bundle", str(bundle), "--json"]) == 0
    recorded = verify_bundle(bundle).metrics["test"]
    assert f'"qwk": {recorded["qwk"]}' in capsys.readouterr().out


def test_the_card_names_the_part_of_length(trained: Path) -> None:
    card = (trained / "bundle" / "README.md").read_text(encoding="utf-8")
    metrics = verify_bundle(trained / "bundle").metrics
    length, qwk = metrics["test"]["length"], metrics["length_ridge_qwk"]
    ridge = f"| ridge regression on the length alone | {qwk:.3f} |"
    assert f"{ridge} {metrics['length_ridge_pearson']:.3f} |" in card
    assert f"| score, once log length is taken out | – | {length['partial']['value']:.2f} (" in card


@pytest.mark.parametrize(
    ("library", "file"),
    [(BertModel, "bert-model"), (PreTrainedTokenizerBase, "bert-tokenizer"), (keras.Model, "h5")],
)
def test_a_full_disk_is_one_error_and_no_bundle(
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


def test_a_disk_that_fills_while_the_bundle_is_written_leaves_no_bundle(
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
        "essay-scorer: The disk is full; free some space and run this again."
    )
    assert [path.name for path in (tmp_path / "out").glob("bundle*")] == []


def test_half_points_are_trained_scored_and_measured(
    essays: pd.DataFrame,
    recipe_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    halves = essays.assign(score=essays["score"] / 2 + 1, scale_min=1.5, scale_max=3.0)
    data, out = tmp_path / "essays.csv", tmp_path / "out"
    halves.drop(columns=["scale_min", "scale_max"]).to_csv(data, index=False)
    command = ["train", "--recipe", str(recipe_file), "--data", str(data), "--out", str(out)]
    assert main(command) == 0
    scorer = Scorer.load(out / "bundle")
    assert list(scorer.scale.scores) == [1.5, 2, 2.5, 3]
    scores = [scorer.score(text) for text in halves["text"]]
    assert {score.value for score in scores} <= set(scorer.scale.scores)
    assert all(score.interval.low <= score.value <= score.interval.high for score in scores)
    assert np.corrcoef([score.raw for score in scores], halves["score"])[0, 1] > 0.8
    assert verify_bundle(out / "bundle").metrics["test"]["qwk"] > 0
    capsys.readouterr()
    assert main(["evaluate", "--data", str(data), "--bundle", str(out / "bundle")]) == 0
    assert "QWK" in capsys.readouterr().out
