"""Faults of the bundle's files: each test checks a row of the page."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .local_server_faults import (
    ALTERED,
    SHORT,
    TABLE,
    TRUNCATED,
    check_next_request,
    failed_start,
    send,
)
from .server_process import running_server


@pytest.fixture
def bundle(shipped: Path, tmp_path: Path) -> Path:
    return shutil.copytree(shipped, tmp_path / "bundle")


def test_a_file_is_truncated(bundle: Path) -> None:
    advice = set()
    for path in bundle.iterdir():
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        message = failed_start("--bundle", str(bundle))
        assert str(path) in message
        advice.add(message.rpartition("; ")[2])
        path.write_bytes(content)
    with running_server("--bundle", str(bundle)) as server:
        recovery = check_next_request(server)
    assert recovery
    TABLE.check_row(
        TRUNCATED,
        caller="connection refused; a running server is not affected",
        logged=f"one error that names the file: *{' '.join(advice)}*",
        recovery="it starts once the file is complete",
    )


def test_a_file_is_altered(bundle: Path) -> None:
    path = bundle / "model.onnx.data"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    command = [sys.executable, "-m", "essay_scorer.cli", "bundle", "verify", str(bundle)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert str(path) in done.stderr
    with running_server("--bundle", str(bundle)) as server:
        caller = send(SHORT, server.port)
    TABLE.check_row(
        ALTERED,
        caller=f"{caller}, with the score of the altered weights: a start checks only sizes",
        logged="nothing; `essay-scorer bundle verify` names the file",
        recovery="copy the bundle again",
    )
