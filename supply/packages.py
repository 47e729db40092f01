"""The locked Python packages as CycloneDX's components, with the licences that they declare."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cyclonedx.spdx import is_expression, is_supported_id

from .locks import IMAGE, ROOT

Component = dict[str, Any]  # as CycloneDX writes it


class SbomError(RuntimeError):
    """The bill cannot be made; the message says why."""


def packages(environment: Path) -> dict[str, Any]:
    """Return a bill of the image's lock, with this program as what the packages are parts of.

    Args:
        environment: where the same versions are installed, whose metadata have the licences.

    Raises:
        SbomError: a package is not installed there as the lock has it, or declares no licence.
    """
    bill = _cyclonedx("requirements", str(IMAGE), f"--pyproject={ROOT / 'pyproject.toml'}")
    installed = _cyclonedx("environment", str(environment / "bin" / "python"))
    add_licences(bill["components"], installed["components"])
    for component in bill["components"]:
        del component["description"]  # the line of the lock again, with every hash
    return bill


def _cyclonedx(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "cyclonedx_py", *arguments]
    command += ["--spec-version=1.6", "--output-reproducible", "--short-PURLs", "--no-validate"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SbomError(f"cyclonedx-py fails: {done.stderr.strip()[-400:]}")
    bill: dict[str, Any] = json.loads(done.stdout)
    return bill


def add_licences(locked: Sequence[Component], installed: Sequence[Component]) -> None:
    """Give each locked package the licences of the same package where it is installed."""
    # A purl spells a name in one way only, whatever the lock and the metadata do.
    there = {one["purl"].partition("@")[0]: one for one in installed if "purl" in one}
    for package in locked:
        name, version = package["name"], package["version"]
        found = there.get(package["purl"].partition("@")[0], {})
        if found.get("version") != version:
            raise SbomError(
                f"The image has {name} {version}, the environment here "
                f"{found.get('version', 'none')}, so its licence is not known; "
                "remove .venv/.serve and try again."
            )
        if not found.get("licenses"):
            raise SbomError(f"{name} {version} declares no licence.")
        package["licenses"] = found["licenses"]


def licences(said: str) -> list[dict[str, Any]]:
    """Return a licence as CycloneDX has it: SPDX's identifier or expression, else a name."""
    if is_supported_id(said):
        return [{"license": {"id": said}}]
    return [{"expression": said}] if is_expression(said) else [{"license": {"name": said}}]
