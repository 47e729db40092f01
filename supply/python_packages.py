"""The locked Python packages as components of CycloneDX, with the licenses that they declare."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cyclonedx.spdx import is_expression, is_supported_id

from supply.locks import IMAGE_LOCK, ROOT

MAX_ERROR_CHARACTERS = 400

Component = dict[str, Any]  # as CycloneDX defines it in JSON


class SbomError(RuntimeError):
    """The bill of materials cannot be made; the message says why."""


def bill_of_packages(environment: Path) -> dict[str, Any]:
    """Return a bill of materials of this project and the packages of the image's lock.

    Args:
        environment: a virtual environment with the same packages, whose metadata declare the
            licenses.

    Raises:
        SbomError: the environment lacks a package or has another version of it, or a package
            declares no license.
    """
    bill = _run_cyclonedx("requirements", str(IMAGE_LOCK), f"--pyproject={ROOT / 'pyproject.toml'}")
    installed = _run_cyclonedx("environment", str(environment / "bin" / "python"))
    add_licenses(bill["components"], installed["components"])
    for component in bill["components"]:
        del component["description"]  # the lock's line, which repeats every hash
    return bill


def _run_cyclonedx(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "cyclonedx_py", *arguments]
    command += ["--spec-version=1.6", "--output-reproducible", "--short-PURLs", "--no-validate"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SbomError(f"cyclonedx-py failed: {done.stderr.strip()[-MAX_ERROR_CHARACTERS:]}")
    bill: dict[str, Any] = json.loads(done.stdout)
    return bill


def add_licenses(locked: Sequence[Component], installed: Sequence[Component]) -> None:
    """Copy the license of each installed package to the locked one.

    Raises:
        SbomError: a package is not installed in the locked version, or declares no license.
    """
    # A purl normalizes names, which a lock and a package's metadata may spell differently.
    by_purl = {
        component["purl"].partition("@")[0]: component
        for component in installed
        if "purl" in component
    }
    for package in locked:
        name, version = package["name"], package["version"]
        found = by_purl.get(package["purl"].partition("@")[0], {})
        if found.get("version") != version:
            raise SbomError(
                f"The image has {name} {version}, but this environment has "
                f"{found.get('version', 'none')}, so its license is unknown; "
                "delete .venv/.serve and try again."
            )
        if not found.get("licenses"):
            raise SbomError(f"{name} {version} declares no license.")
        package["licenses"] = found["licenses"]


def license_choice(text: str) -> list[dict[str, Any]]:
    """Return a license as CycloneDX defines it.

    Args:
        text: an SPDX identifier or expression, or any other name.
    """
    if is_supported_id(text):
        return [{"license": {"id": text}}]
    return [{"expression": text}] if is_expression(text) else [{"license": {"name": text}}]
