"""What an image is built from: the files that lie there decide, and a half model is refused."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from infra.cdk import ROOT
from infra.image import build_args
from infra.settings import Settings, SettingsError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A repository with one bundle."""
    bundle = tmp_path / "models" / "default"
    bundle.mkdir(parents=True)
    (bundle / "bundle.json").write_text("{}")
    return tmp_path


def _own(place: Path, *names: str) -> None:
    for name in names:
        path = place / "image" / name
        if path.suffix:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        else:
            path.mkdir(parents=True)


def test_the_shipped_bundle_is_the_default(place: Path) -> None:
    arguments = build_args(Settings(), place)
    assert (arguments["MODEL"], arguments["BUNDLE"]) == ("bundle", "models/default")
    assert arguments["BASE"] == "public.ecr.aws/lambda/python:3.13"


@pytest.mark.parametrize("head", ["models/aes_model.h5", "src/aes_model.h5"])
def test_artefacts_of_ones_own_are_compiled_with_no_setting_changed(place: Path, head: str) -> None:
    _own(place, "models/bert-tokenizer", "models/bert-model", head)
    arguments = build_args(Settings(), place)
    assert arguments["MODEL"] == "artefacts"
    assert arguments["HEAD"] == f"image/{head}"
    assert arguments["RECIPE"] == "classic"


def test_a_base_image_may_bring_the_head(place: Path) -> None:
    _own(place, "models/bert-tokenizer", "models/bert-model")
    assert build_args(Settings(), place)["HEAD"] == "/var/task/aes_model.h5"


def test_a_recipe_of_ones_own_lies_beside_the_artefacts(place: Path) -> None:
    _own(place, "models/bert-tokenizer", "models/bert-model", "models/recipe.toml")
    assert build_args(Settings(), place)["RECIPE"] == "image/models/recipe.toml"


def test_half_a_model_is_refused_by_what_it_lacks(place: Path) -> None:
    _own(place, "models/bert-model", "models/aes_model.h5")
    with pytest.raises(SettingsError, match="bert-model but no image/models/bert-tokenizer/;"):
        build_args(Settings(), place)


def test_two_models_are_one_too_many(place: Path) -> None:
    _own(place, "models/bert-tokenizer", "models/bert-model", "models/aes_model.h5")
    with pytest.raises(SettingsError, match="take one of the two away"):
        build_args(Settings(bundle="models/default"), place)


@pytest.mark.parametrize(
    ("bundle", "sentence"),
    [
        ("models/nowhere", "where there is no bundle.json"),
        ("elsewhere", "an image takes bundles from models/"),
        ("models/../elsewhere", "an image takes bundles from models/"),
    ],
)
def test_a_bundle_that_no_image_can_take_is_refused(
    place: Path, bundle: str, sentence: str
) -> None:
    (place / "elsewhere").mkdir()
    (place / "elsewhere" / "bundle.json").touch()
    with pytest.raises(SettingsError, match=sentence):
        build_args(Settings(bundle=bundle), place)


def test_every_argument_is_one_of_the_dockerfiles(place: Path) -> None:
    dockerfile = (ROOT / "image" / "Dockerfile").read_text()
    declared = {
        line.split()[1].split("=")[0] for line in dockerfile.splitlines() if line[:4] == "ARG "
    }
    of_bundle = set(build_args(Settings(), place))
    _own(place, "models/bert-tokenizer", "models/bert-model")
    assert of_bundle | set(build_args(Settings(), place)) == declared


def test_the_image_and_the_lab_compile_with_the_same_torch() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (torch,) = [line.split(" := ")[1] for line in makefile.splitlines() if line[:5] == "TORCH"]
    assert f" {torch} " in (ROOT / "image" / "Dockerfile").read_text().replace("\\\n", " ")


def _options(*words: str) -> subprocess.CompletedProcess[str]:
    """Run what ``make image`` asks for docker's options."""
    return subprocess.run(
        [sys.executable, "-m", "infra.image", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_image_is_built_by_the_settings_that_deploy_it() -> None:
    done = _options("architecture=arm64", "base_image=mirror.example/python:3.13")
    options = shlex.split(done.stdout)
    assert options[options.index("--platform") + 1] == "linux/arm64"
    assert "BASE=mirror.example/python:3.13" in options


@pytest.mark.parametrize("word", ["memroy=4096", "exam.toml", "architecture=sparc"])
def test_no_image_is_built_by_a_wrong_setting(word: str) -> None:
    done = _options(word)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert word.partition("=")[0] in done.stderr
