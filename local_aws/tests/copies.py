"""Copies of the repository, to deploy another model or another handler, or from a fresh clone."""

import shutil
import subprocess
import sys
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


def make_fresh_clone(target: Path, *, operations: str = "infra.command_line") -> None:
    """Copy the files that a clone has, without anything that was installed or built.

    Its ``.venv-infra`` runs this environment's Python, so that none has to be installed.

    Args:
        target: the folder of the clone.
        operations: the module that runs in place of ``infra.command_line``.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():  # not deleted
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    python = target / ".venv-infra" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        "#!/bin/sh\n"
        f'[ "$1 $2" = "-m infra.command_line" ] && shift 2 && set -- -m {operations} "$@"\n'
        f'exec "{sys.executable}" "$@"\n'
    )
    python.chmod(0o755)
    (target / ".venv-infra" / ".ready").touch()
