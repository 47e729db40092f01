"""What the function's image is built from: a bundle, or artefacts of your own."""

import argparse
import shlex
from pathlib import Path

from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_lambda as lambda_

from .cdk import ROOT
from .settings import Settings, SettingsError, from_words

FILE = "image/Dockerfile"
MODELS = "image/models"  # where a model of your own lies
FOLDERS = ("bert-tokenizer", "bert-model")
HEAD = "aes_model.h5"
HEAD_IN_IMAGE = f"/var/task/{HEAD}"  # a base image of your own may bring it
PLATFORMS = {
    "x86_64": ecr_assets.Platform.LINUX_AMD64,
    "arm64": ecr_assets.Platform.LINUX_ARM64,
}


def build_args(settings: Settings, root: Path) -> dict[str, str]:
    """Return the arguments of the Dockerfile: which model, and on which base.

    Artefacts in ``image/models/`` are what is deployed, if there are any; else the bundle.

    Args:
        settings: the deployment's.
        root: the folder that the image is built from.

    Raises:
        SettingsError: an artefact is missing, the bundle is not there, or there are both.
    """
    base = {"BASE": settings.base_image, "LAB_BASE": settings.lab_image or settings.base_image}
    heads = [
        place for place in (f"{MODELS}/{HEAD}", f"image/src/{HEAD}") if (root / place).exists()
    ]
    folders = [name for name in FOLDERS if (root / MODELS / name).is_dir()]
    if not heads and not folders:
        return {**base, "MODEL": "bundle", "BUNDLE": _bundle(settings, root)}
    if missing := [name for name in FOLDERS if name not in folders]:
        there = [*folders, *heads]
        raise SettingsError(
            f"There is {there[0]} but no {MODELS}/{missing[0]}/; a model of your own needs "
            f"{MODELS}/{FOLDERS[0]}/, {MODELS}/{FOLDERS[1]}/ and {HEAD}."
        )
    if "bundle" in settings.model_fields_set:
        raise SettingsError(
            f"The bundle {settings.bundle} is asked for, but artefacts of your own lie in "
            f"{MODELS}/; take one of the two away."
        )
    recipe = f"{MODELS}/recipe.toml"
    return {
        **base,
        "MODEL": "artefacts",
        "HEAD": heads[0] if heads else HEAD_IN_IMAGE,
        "RECIPE": recipe if (root / recipe).is_file() else "classic",
        "SCALE": settings.scale,
        "NAME": settings.name,
    }


def _bundle(settings: Settings, root: Path) -> str:
    folder = (root / settings.bundle).resolve()
    models = root.resolve() / "models"
    if not (folder / "bundle.json").is_file():
        raise SettingsError(f"bundle is {settings.bundle}, where there is no bundle.json.")
    if models not in folder.parents:
        raise SettingsError(
            f"bundle is {settings.bundle}; an image takes bundles from models/, so copy it there."
        )
    return folder.relative_to(root.resolve()).as_posix()


def image_code(settings: Settings, root: Path) -> lambda_.DockerImageCode:
    """Return the image as an asset of this repository; the Dockerfile says what is in it."""
    return lambda_.DockerImageCode.from_image_asset(
        str(root),
        file=FILE,
        platform=PLATFORMS[settings.architecture],
        build_args=build_args(settings, root),
    )


def main() -> None:
    """Print the options with which ``docker build`` makes the image that would be deployed."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("setting", nargs="*", help="like base_image=…")
    words = parser.parse_args().setting
    try:
        settings = Settings.load(from_words(words), folder=ROOT)
        arguments = build_args(settings, ROOT)
    except SettingsError as error:
        parser.exit(1, f"{error}\n")
    options = ["--file", FILE, "--platform", PLATFORMS[settings.architecture].platform]
    for name, value in arguments.items():
        options += ["--build-arg", f"{name}={value}"]
    print(shlex.join(options))


if __name__ == "__main__":
    main()
