"""Copies of the repository, to deploy another model or another handler."""

import shutil
from pathlib import Path

from infra.cdk_cli import ROOT

DEPLOYED = ("app.py", "cdk.json", ".dockerignore", "infra", "image", "requirements", "src",
            "models", "examples")  # fmt: skip


def copy_repository(target: Path) -> None:
    """Copy what a deployment is built from, without the user's own artifacts."""
    for name in DEPLOYED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("node_modules", "__pycache__", "tests")
            shutil.copytree(source, target / name, ignore=ignored)
        else:
            shutil.copy(source, target / name)
    shutil.rmtree(target / "image" / "models", ignore_errors=True)
    (target / ".venv-infra").symlink_to(ROOT / ".venv-infra")
