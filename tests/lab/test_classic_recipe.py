"""The recipe ``classic``: cleaned words, a frozen BERT, an LSTM head."""

import re
from pathlib import Path

import keras
import pytest

from essay_scorer import Scorer
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.recipe import RECIPES
from essay_scorer.model.bundle import verify_bundle
from essay_scorer.model.files import CLEANING

pytestmark = pytest.mark.usefixtures("wordnet")


@pytest.fixture
def classic(encoder: Path, tmp_path: Path) -> Path:
    """The shipped recipe, for the small encoder."""
    text = (RECIPES / "classic.toml").read_text(encoding="utf-8")
    for old, new in (
        (r"^source = .*", f'source = "{encoder}"'),
        (r"^window = \d+", "window = 32"),
        (r"^input_size = \d+", "input_size = 12"),
        (r"^units = .*", "units = [12, 6]"),
        (r"^batch_size = \d+", "batch_size = 8"),
    ):
        text = re.sub(old, new, text, count=1, flags=re.MULTILINE)
    path = tmp_path / "small-classic.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def made(classic: Path, data: Path, tmp_path: Path) -> Path:
    """The folder that ``essay-scorer train`` writes."""
    out = tmp_path / "made"
    assert main(["train", "--recipe", str(classic), "--data", str(data), "--out", str(out)]) == 0
    return out


def test_training_gives_a_bundle_that_cleans_and_scores(made: Path) -> None:
    assert CLEANING in verify_bundle(made / "bundle").files
    scorer = Scorer.load(made / "bundle")
    one, other = "The town has two libraries.", "THIS TOWN! 2 two, of library"
    assert scorer.score(one).raw == scorer.score(other).raw
    assert scorer.score("I am the one and you are not").scale.max == 4  # mostly stop words

    head = keras.models.load_model(made / "aes_model.h5", compile=False)
    assert [type(layer).__name__ for layer in head.layers] == ["LSTM", "LSTM", "Dense"]
    assert head.input_shape == (None, 1, 12)


def test_exporting_its_artifacts_gives_the_same_scores(
    classic: Path, made: Path, tmp_path: Path
) -> None:
    command = ["export", "--recipe", str(classic), "--scale", "0-1", "--out", str(tmp_path / "b")]
    command += ["--tokenizer", str(made / "bert-tokenizer"), "--encoder", str(made / "bert-model")]
    assert main([*command, "--head", str(made / "aes_model.h5")]) == 0
    exported, original = Scorer.load(tmp_path / "b"), Scorer.load(made / "bundle")
    line = original.manifest.calibration
    for text in ("A quiet room and a good book.", "Many families visited the shelves."):
        prediction = exported.score(text).raw  # on the scale 0-1, the raw score is the prediction
        expected = line.raw_score(prediction, original.manifest.scale)
        assert original.score(text).raw == pytest.approx(expected, abs=1e-4)


def test_an_input_larger_than_the_encoders_vectors_is_one_error(
    classic: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classic.write_text(classic.read_text().replace("input_size = 12", "input_size = 300"))
    command = ["train", "--recipe", str(classic), "--data", str(data), "--out", str(tmp_path / "o")]
    assert main(command) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        "essay-scorer: The head reads vectors of 300; the encoder's have only 16."
    )
