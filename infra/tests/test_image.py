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


def _base(root: Path) -> Path:
    """Lay out an image as a base has it: programs in folders that are links, and a script."""
    programs = root / "usr" / "bin"
    programs.mkdir(parents=True)
    (root / "bin").symlink_to("usr/bin")
    for name in ("bash", "curl", "python3.13", "dnf", "tr", "runtime-emulator"):
        (programs / name).write_text("")
    (programs / "sh").symlink_to("bash")
    (programs / "rbash").symlink_to("bash")
    (programs / "python3").symlink_to("python3.13")
    (root / "lambda-entrypoint.sh").write_text(
        "#!/bin/sh\n# It never calls curl.\nexec /usr/bin/runtime-emulator $(echo x | tr x y)\n"
    )
    pip = root / "usr" / "lib" / "python3.13" / "site-packages" / "pip"
    pip.mkdir(parents=True)
    (pip.parent / "numpy").mkdir()
    return root


def _bare(root: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "image" / "bare.py"), str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_programs_stay_that_start_the_function(tmp_path: Path) -> None:
    done = _bare(_base(tmp_path))
    kept = {"bash", "python3", "python3.13", "runtime-emulator", "sh", "tr"}
    assert set(done.stdout.partition(": ")[2].split()) == kept, done.stderr
    assert {path.name for path in (tmp_path / "bin").iterdir()} == kept
    packages = tmp_path / "usr" / "lib" / "python3.13" / "site-packages"
    assert [path.name for path in packages.iterdir()] == ["numpy"]


def test_an_image_that_starts_no_function_is_left_whole(tmp_path: Path) -> None:
    (_base(tmp_path) / "lambda-entrypoint.sh").unlink()
    done = _bare(tmp_path)
    assert done.returncode == 1
    assert "is no image of a Lambda function" in done.stderr
    assert (tmp_path / "bin" / "curl").exists()
