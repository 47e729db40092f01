"""What the image is built from: the files in the repository decide."""

import infra  # noqa: F401 - sets the Node.js that CDK runs in

# isort: split
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template as TemplateAssertions

from infra.cdk_cli import ROOT
from infra.image import DOCKERFILE, base_images, build_args, image_code
from infra.settings import Settings, SettingsError
from infra.tests.templates import properties


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository with one bundle."""
    bundle = tmp_path / "models" / "default"
    bundle.mkdir(parents=True)
    (bundle / "bundle.json").write_text("{}")
    return tmp_path


def _add_artifacts(root: Path, *names: str) -> None:
    for name in names:
        path = root / "image" / name
        if path.suffix:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        else:
            path.mkdir(parents=True)


def test_the_shipped_bundle_is_the_default(root: Path) -> None:
    arguments = build_args(Settings(), root)
    assert (arguments["MODEL"], arguments["BUNDLE"]) == ("bundle", "models/default")
    assert arguments["BASE"] == "public.ecr.aws/lambda/python:3.13"


def test_base_image_is_named_by_its_digest_and_keeps_its_tag(root: Path) -> None:
    name, pin = Settings().base_image, f"public.ecr.aws/lambda/python@sha256:{'0' * 64}"
    arguments = build_args(Settings(), root, {name: pin})
    assert (arguments["BASE"], arguments["BASE_NAME"]) == (pin, name)
    assert arguments["BASE_DIGEST"] == f"sha256:{'0' * 64}"


def test_only_another_digest_behind_the_same_tag_changes_the_image(root: Path) -> None:
    (root / "image").mkdir()
    (root / DOCKERFILE).write_text("FROM scratch\n")

    def image(digit: str) -> object:
        pins = {Settings().base_image: f"public.ecr.aws/lambda/python@sha256:{digit * 64}"}
        stack = Stack(App(), "essay-scorer")
        code = image_code(Settings(), root, build_args(Settings(), root, pins))
        lambda_.DockerImageFunction(stack, "Function", code=code)
        template = dict(TemplateAssertions.from_stack(stack).to_json())
        return properties(template, "AWS::Lambda::Function")["Code"]

    assert image("0") == image("0")
    assert image("0") != image("1")


def test_image_of_the_lab_matters_only_if_the_lab_runs(root: Path) -> None:
    settings, pins = Settings(lab_image="lab"), {"lab": "sha256:1"}
    assert build_args(settings, root, pins) == build_args(settings, root)
    assert base_images(settings, root) == [settings.base_image]
    _add_artifacts(root, "models/bert-tokenizer", "models/bert-model")
    arguments = build_args(settings, root, pins)
    assert (arguments["LAB_BASE"], arguments["LAB_BASE_DIGEST"]) == ("lab", "sha256:1")
    assert base_images(settings, root) == ["lab", settings.base_image]


def test_a_teachers_profile_is_packed_into_the_image(root: Path) -> None:
    assert "PROFILE" not in build_args(Settings(), root)
    (root / "profiles").mkdir()
    (root / "profiles" / "school.json").write_text('{"format": 1, "bundle": {}}')
    arguments = build_args(Settings(profile="profiles/school.json"), root)
    assert (arguments["PROFILE_SOURCE"], arguments["PROFILE"]) == ("file", "profiles/school.json")


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        ("profiles/none.json", "profile is profiles/none.json, which does not exist."),
        ("profiles/wrong.json", "profile is profiles/wrong.json, which is not a profile."),
        ("models/default/bundle.json", "an image can only contain a profile in profiles/"),
        ("profiles/../models/default/bundle.json", "can only contain a profile in profiles/"),
    ],
)
def test_a_profile_that_cannot_be_packed_is_refused(root: Path, profile: str, reason: str) -> None:
    (root / "profiles").mkdir()
    (root / "profiles" / "wrong.json").write_text("[]")
    with pytest.raises(SettingsError, match=re.escape(reason)):
        build_args(Settings(profile=profile), root)


@pytest.mark.parametrize("head", ["models/aes_model.h5", "src/aes_model.h5"])
def test_artifacts_are_exported_without_any_setting(root: Path, head: str) -> None:
    _add_artifacts(root, "models/bert-tokenizer", "models/bert-model", head)
    arguments = build_args(Settings(), root)
    assert arguments["MODEL"] == "artifacts"
    assert arguments["HEAD"] == f"image/{head}"
    assert arguments["RECIPE"] == "classic"


def test_base_image_may_contain_the_head(root: Path) -> None:
    _add_artifacts(root, "models/bert-tokenizer", "models/bert-model")
    assert build_args(Settings(), root)["HEAD"] == "/var/task/aes_model.h5"


def test_recipe_beside_the_artifacts_is_used(root: Path) -> None:
    _add_artifacts(root, "models/bert-tokenizer", "models/bert-model", "models/recipe.toml")
    assert build_args(Settings(), root)["RECIPE"] == "image/models/recipe.toml"


def test_incomplete_artifacts_are_an_error_that_names_the_missing_one(root: Path) -> None:
    _add_artifacts(root, "models/bert-model", "models/aes_model.h5")
    with pytest.raises(SettingsError, match="bert-model but no image/models/bert-tokenizer/;"):
        build_args(Settings(), root)


def test_artifacts_and_a_chosen_bundle_are_an_error(root: Path) -> None:
    _add_artifacts(root, "models/bert-tokenizer", "models/bert-model", "models/aes_model.h5")
    with pytest.raises(SettingsError, match="remove one of the two"):
        build_args(Settings(bundle="models/default"), root)


@pytest.mark.parametrize(
    ("bundle", "message"),
    [
        ("models/nowhere", "which has no bundle.json"),
        ("elsewhere", "an image can only contain a bundle in models/"),
        ("models/../elsewhere", "an image can only contain a bundle in models/"),
    ],
)
def test_bundle_outside_the_build_context_is_an_error(
    root: Path, bundle: str, message: str
) -> None:
    (root / "elsewhere").mkdir()
    (root / "elsewhere" / "bundle.json").touch()
    with pytest.raises(SettingsError, match=message):
        build_args(Settings(bundle=bundle), root)


def test_build_arguments_are_those_of_the_dockerfile(root: Path) -> None:
    dockerfile = (ROOT / "image" / "Dockerfile").read_text()
    declared = {
        line.split()[1].split("=")[0] for line in dockerfile.splitlines() if line[:4] == "ARG "
    }
    (root / "profiles").mkdir()
    (root / "profiles" / "a.json").write_text('{"bundle": {}}')
    of_bundle = set(build_args(Settings(profile="profiles/a.json"), root))
    _add_artifacts(root, "models/bert-tokenizer", "models/bert-model")
    assert of_bundle | set(build_args(Settings(), root)) == declared


def test_models_of_the_build_arguments_are_stages_of_the_dockerfile(root: Path) -> None:
    dockerfile = (ROOT / "image" / "Dockerfile").read_text()
    models = [build_args(Settings(), root)["MODEL"]]
    _add_artifacts(root, "models/bert-tokenizer", "models/bert-model")
    models.append(build_args(Settings(), root)["MODEL"])
    for model in models:
        assert f" AS model-{model}\n" in dockerfile


def test_image_and_lab_install_the_same_torch() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (torch,) = [line.split(" := ")[1] for line in makefile.splitlines() if line[:5] == "TORCH"]
    assert f" {torch} " in (ROOT / "image" / "Dockerfile").read_text().replace("\\\n", " ")


def test_image_on_any_base_allows_snap_start() -> None:
    dockerfile = (ROOT / "image" / "Dockerfile").read_text()
    final_stage = dockerfile.rpartition("\nFROM ")[2]
    assert '\nLABEL com.amazonaws.lambda.feature.snapstart="Allow"\n' in final_stage


def _docker_options(*settings: str) -> subprocess.CompletedProcess[str]:
    """Print the options of `docker build`, as `make image` does."""
    return subprocess.run(
        [sys.executable, "-m", "infra.image", *settings],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_image_follows_the_settings() -> None:
    done = _docker_options("architecture=arm64", "base_image=mirror.example/python:3.13")
    options = shlex.split(done.stdout)
    assert options[options.index("--platform") + 1] == "linux/arm64"
    assert "BASE=mirror.example/python:3.13" in options


@pytest.mark.parametrize("setting", ["memroy=4096", "exam.toml", "architecture=sparc"])
def test_make_image_fails_with_an_invalid_setting(setting: str) -> None:
    done = _docker_options(setting)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert setting.partition("=")[0] in done.stderr
