"""An installed wheel is typed: mypy accepts the public API written out, and it runs."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

PUBLIC_API = Path(__file__).with_name("public_api.py")


def _run(*command: object, **variables: str) -> str:
    done = subprocess.run(
        [*map(str, command)],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    _run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, root)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv")
    python = folder / "venv" / "bin" / "python"
    _run(*pip, "--python", python, "install", "--no-deps", "--no-compile", wheel)
    return python


def test_the_public_api_is_typed(installed: Path) -> None:
    mypy = (sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports")
    _run(*mypy, "--config-file", os.devnull, "--python-executable", installed, PUBLIC_API)


def test_the_public_api_runs(installed: Path) -> None:
    (packages,) = installed.parents[1].glob("lib/python*/site-packages")
    output = _run(sys.executable, PUBLIC_API, PYTHONPATH=str(packages))
    assert Path(output.strip()) == packages / "essay_scorer"
