"""What the container image is built from: a bundle, or the user's own artifacts."""

import argparse
import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_lambda as lambda_

from infra.base_image import BaseImage
from infra.cdk_cli import ROOT
from infra.settings import Settings, SettingsError, parse_overrides

DOCKERFILE = "image/Dockerfile"
ARTIFACTS = "image/models"  # the folder of the user's own artifacts
PROFILES = "profiles"  # the folder of teachers' profiles
FOLDERS = ("bert-tokenizer", "bert-model")
HEAD = "aes_model.h5"
HEAD_IN_IMAGE = f"/var/task/{HEAD}"  # where a custom base image may have it
PLATFORMS = {
    "x86_64": ecr_assets.Platform.LINUX_AMD64,
    "arm64": ecr_assets.Platform.LINUX_ARM64,
}


def build_args(
    settings: Settings, root: Path, pins: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the build arguments of the Dockerfile: the base images and the model.

    Artifacts in ``image/models/``, if there are any, take precedence over the bundle.

    Args:
        settings: of the deployment.
        root: the folder that the image is built from.
        pins: of the base images, by name; an image without one is found by its tag.

    Raises:
        SettingsError: an artifact or the bundle is missing, or both were chosen.
    """
    pins = pins or {}
    image = BaseImage(name=settings.base_image, pin=pins.get(settings.base_image, ""))
    base = {"BASE": image.reference, "BASE_NAME": image.name, "BASE_DIGEST": image.digest}
    places = (f"{ARTIFACTS}/{HEAD}", f"image/src/{HEAD}")
    heads = [place for place in places if (root / place).exists()]
    folders = [name for name in FOLDERS if (root / ARTIFACTS / name).is_dir()]
    base |= _profile_args(settings, root)
    if not heads and not folders:
        return {**base, "MODEL": "bundle", "BUNDLE": _bundle_path(settings, root)}
    _check_artifacts(settings, folders, heads)
    recipe = f"{ARTIFACTS}/recipe.toml"
    lab_name = settings.lab_image or settings.base_image
    lab_image = BaseImage(name=lab_name, pin=pins.get(lab_name, ""))
    return {
        **base,
        "LAB_BASE": lab_image.reference,
        "LAB_BASE_DIGEST": lab_image.digest,
        "MODEL": "artifacts",
        "HEAD": heads[0] if heads else HEAD_IN_IMAGE,
        "RECIPE": recipe if (root / recipe).is_file() else "classic",
        "SCALE": settings.scale,
        "NAME": settings.name,
    }


def base_images(settings: Settings, root: Path) -> Sequence[str]:
    """Return the names of the base images that the image is built from.

    Raises:
        SettingsError: an artifact or the bundle is missing, or both were chosen.
    """
    arguments = build_args(settings, root)
    return sorted({arguments[name] for name in ("BASE", "LAB_BASE") if name in arguments})


def _check_artifacts(settings: Settings, folders: Sequence[str], heads: Sequence[str]) -> None:
    if missing := [name for name in FOLDERS if name not in folders]:
        found = [*folders, *heads]
        raise SettingsError(
            f"There is {found[0]} but no {ARTIFACTS}/{missing[0]}/; your own model needs "
            f"{ARTIFACTS}/{FOLDERS[0]}/, {ARTIFACTS}/{FOLDERS[1]}/ and {HEAD}."
        )
    if "bundle" in settings.model_fields_set:
        raise SettingsError(
            f"bundle is {settings.bundle}, but {ARTIFACTS}/ holds artifacts; remove one of the two."
        )


def _bundle_path(settings: Settings, root: Path) -> str:
    """Return the path of the bundle's folder, relative to the root."""
    folder = (root / settings.bundle).resolve()
    if not (folder / "bundle.json").is_file():
        raise SettingsError(f"bundle is {settings.bundle}, which has no bundle.json.")
    if root.resolve() / "models" not in folder.parents:
        raise SettingsError(
            f"bundle is {settings.bundle}; an image can only contain a bundle in models/, so copy "
            "it there."
        )
    return folder.relative_to(root.resolve()).as_posix()


def _profile_args(settings: Settings, root: Path) -> dict[str, str]:
    """Return the build arguments of the teacher's profile, if there is one."""
    if settings.profile is None:
        return {}
    path = (root / settings.profile).resolve()
    if root.resolve() / PROFILES not in path.parents:
        raise SettingsError(
            f"profile is {settings.profile}; an image can only contain a profile in {PROFILES}/, "
            "so copy it there."
        )
    try:
        table = json.loads(path.read_bytes())
    except OSError:
        raise SettingsError(f"profile is {settings.profile}, which does not exist.") from None
    except ValueError:
        raise SettingsError(f"profile is {settings.profile}, which is not a profile.") from None
    if not isinstance(table, dict) or "bundle" not in table:
        raise SettingsError(f"profile is {settings.profile}, which is not a profile.")
    return {"PROFILE_SOURCE": "file", "PROFILE": path.relative_to(root.resolve()).as_posix()}


def image_code(
    settings: Settings, root: Path, arguments: Mapping[str, str]
) -> lambda_.DockerImageCode:
    """Return the image as a CDK asset.

    Args:
        settings: of the deployment.
        root: the folder that the image is built from.
        arguments: what ``build_args`` returned.
    """
    return lambda_.DockerImageCode.from_image_asset(
        str(root),
        file=DOCKERFILE,
        platform=PLATFORMS[settings.architecture],
        build_args=dict(arguments),
    )


def main() -> None:
    """Print the options with which `docker build` builds the image of a deployment."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("setting", nargs="*", help="as in settings.toml, like memory=4096")
    overrides = parser.parse_args().setting
    try:
        settings = Settings.load(parse_overrides(overrides), folder=ROOT)
        arguments = build_args(settings, ROOT)
    except SettingsError as error:
        parser.exit(1, f"{error}\n")
    options = ["--file", DOCKERFILE, "--platform", PLATFORMS[settings.architecture].platform]
    for name, value in arguments.items():
        options += ["--build-arg", f"{name}={value}"]
    print(shlex.join(options))


if __name__ == "__main__":
    main()
