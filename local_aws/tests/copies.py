"""Copies of the repository, to deploy something else than it holds."""

import shutil
from pathlib import Path

from infra.cdk import ROOT

LAYOUT = ("app.py", "cdk.json", ".dockerignore", "infra", "image", "requirements", "src", "models",
          "examples")  # fmt: skip


def copy_repository(root: Path) -> None:
    """Copy what a deployment is made of, without a model of one's own."""
    for name in LAYOUT:
        source = ROOT / name
        if source.is_dir():
            leave = shutil.ignore_patterns("node_modules", "__pycache__", "tests")
            shutil.copytree(source, root / name, ignore=leave)
        else:
            shutil.copy(source, root / name)
    shutil.rmtree(root / "image" / "models", ignore_errors=True)
    (root / ".venv-infra").symlink_to(ROOT / ".venv-infra")
