"""The cores that a process may use, and the limit on the memory that reading a file may use."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from essay_scorer import machine
from essay_scorer.errors import FileError
from essay_scorer.machine import available_cores, memory_limit

MIB = 1024**2


def test_a_function_uses_the_cores_that_its_memory_pays_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: range(6), raising=False)
    cores = {
        memory: available_cores({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory)})
        for memory in (128, 1024, 1769, 2048, 3008, 4096, 5307, 10_240)
    }
    assert cores == {128: 1, 1024: 1, 1769: 1, 2048: 1, 3008: 2, 4096: 2, 5307: 3, 10_240: 6}


def test_a_function_uses_no_more_cores_than_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: range(2), raising=False)
    assert available_cores({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "10240"}) == 2
    assert available_cores({}) == 2


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("200000", 2), ("150000", 2), ("50000", 1), ("900000", 6), ("max", 6), ("-1", 6)],
)
@pytest.mark.parametrize("version", [1, 2])
def test_a_container_uses_the_cores_of_its_quota(
    version: int, quota: str, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: range(6), raising=False)
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    assert available_cores({}) == 6
    if version == 2:
        (tmp_path / "cpu.max").write_text(f"{quota} 100000\n", encoding="ascii")
    else:
        (tmp_path / "cpu").mkdir()
        (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(f"{quota}\n", encoding="ascii")
        (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n", encoding="ascii")
    assert available_cores({}) == cores


def test_the_scorer_of_a_function_has_one_thread_per_core() -> None:
    code = "import essay_scorer; print(essay_scorer.Scorer.load().threads)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "1"


def test_the_memory_limit_ends_with_its_block() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with memory_limit("essays"):
        assert resource.getrlimit(resource.RLIMIT_DATA)[0] >= 0
    with pytest.raises(FileError, match="essays decompresses"), memory_limit("essays"):
        bytearray(1024**4)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_the_memory_limit_is_beyond_what_a_process_has_already() -> None:
    """A process that is large already, such as a server, may still read a small file."""
    held = bytearray(256 * MIB)
    with memory_limit("essays", 64 * MIB):
        assert len(bytearray(16 * MIB)) == 16 * MIB
    sentence = "essays decompresses to more than the 64 MiB"
    with pytest.raises(FileError, match=sentence), memory_limit("essays", 64 * MIB):
        bytearray(128 * MIB)
    assert len(held) == 256 * MIB
