"""Shared fixtures: the shipped scorer, the example essays, the Lambda function, a local server."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import pytest

from essay_scorer import Scorer

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def scorer() -> Scorer:
    return Scorer.load()


@pytest.fixture(scope="session")
def shipped() -> Path:
    return ROOT / "models" / "default"


@pytest.fixture(scope="session")
def example() -> Callable[[str], str]:
    return lambda name: (ROOT / "examples" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def function() -> ModuleType:
    """The Lambda function's module, imported as the runtime imports it."""
    spec = importlib.util.spec_from_file_location("main", ROOT / "image" / "src" / "main.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """The port of one ``essay-scorer serve`` that all tests share."""
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        address = server.stderr.readline().split()[-1]
        yield urlsplit(address).port or 0
        server.terminate()
        assert server.stderr.read() == ""  # no request caused a warning


@pytest.fixture(scope="session")
def asap2() -> Path:
    """The scored essays that the shipped bundle was trained and evaluated on."""
    folder = Path(os.environ.get("ESSAY_SCORER_DATA", ROOT.parent / "shared" / "data"))
    path = folder / "asap2.parquet"
    if not path.is_file():
        pytest.skip(f"the ASAP 2.0 essays are not at {path}; set ESSAY_SCORER_DATA")
    return path
