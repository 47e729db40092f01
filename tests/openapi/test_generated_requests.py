"""Schemathesis generates valid and invalid requests from the OpenAPI document and checks them.

CASES= sets the number for each operation; `make contract` uses 2,000.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from essay_scorer.serving.keys import KeyHash, generate_key

from ..serving.http_calls import Call
from . import schemathesis_hooks as hooks

CASES = int(os.environ.get("CASES", "100"))
KEY = generate_key()


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run of Schemathesis: exit status, output, responses by operation and status."""

    status: int
    output: str
    counts: list[tuple[str, int, int]]

    def statuses(self, operation: str) -> Counter[int]:
        return Counter({status: count for name, status, count in self.counts if name == operation})

    @property
    def operations(self) -> set[str]:
        return {name for name, _status, _count in self.counts}


def _run(port: int, folder: Path, root: Path, *options: str, **variables: str) -> Run:
    counts, contract = folder / "counts.json", folder / "openapi.json"
    # Loaded from its URL, the document would leave the operation that serves it untested.
    contract.write_bytes(Call(method="GET", path="/openapi.json").send(port).body)
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(contract)]
    command += [f"--url=http://127.0.0.1:{port}", "--checks=all", "--continue-on-failure"]
    command += [f"--max-examples={CASES}", "--phases=examples,coverage,fuzzing", *options]
    done = subprocess.run(
        command,
        cwd=folder,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": str(root / "tests" / "openapi" / "schemathesis_hooks.py"),
            hooks.COUNTS: str(counts),
            **variables,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert counts.is_file(), done.stdout
    table = [tuple(line) for line in json.loads(counts.read_text(encoding="utf-8"))]
    return Run(status=done.returncode, output=done.stdout, counts=table)


@pytest.fixture(scope="module")
def open_run(port: int, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return _run(port, tmp_path_factory.mktemp("contract"), root)


@pytest.fixture
def locked_port() -> Iterator[int]:
    """The port of a server that requires ``KEY``."""
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0"]
    command += ["--key-hash", str(KeyHash.of(KEY))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        yield urlsplit(server.stderr.readline().split()[-1]).port or 0
        server.terminate()


def test_every_response_is_as_documented(open_run: Run) -> None:
    assert open_run.status == 0, open_run.output


def test_every_operation_had_its_number_of_cases(open_run: Run, root: Path) -> None:
    contract = json.loads(
        (root / "src/essay_scorer/serving/static/openapi.json").read_text(encoding="utf-8")
    )
    documented = {
        f"{method.upper()} {path}" for path, item in contract["paths"].items() for method in item
    }
    cases = {name: open_run.statuses(name).total() for name in open_run.operations}
    for name in sorted(cases):
        line = f"{name:<22}{cases[name]:>6} cases  {dict(open_run.statuses(name))}"
        print(line)  # noqa: T201 - `make contract` shows it
    assert cases.keys() == documented
    assert min(cases.values()) >= CASES


def test_valid_and_invalid_requests_were_among_them(open_run: Run) -> None:
    for name in ("POST /", "POST /model/predict"):
        assert {200, 400, 422} <= open_run.statuses(name).keys()


def _without_key(port: int, folder: Path, root: Path) -> Run:
    """Check that a server requires the key: Schemathesis removes and replaces it."""
    options = (f"--header=X-Api-Key: {KEY}", "--max-examples=20")
    return _run(port, folder, root, *options, **{hooks.LOCKED: "1"})


def test_a_server_with_a_key_requires_it(locked_port: int, root: Path, tmp_path: Path) -> None:
    run = _without_key(locked_port, tmp_path, root)
    assert run.status == 0, run.output
    assert {200, 422} <= run.statuses("POST /").keys()


def test_a_missing_key_check_would_be_detected(port: int, root: Path, tmp_path: Path) -> None:
    run = _without_key(port, tmp_path, root)
    assert run.status == 1
    assert "API accepts requests without authentication" in run.output
