"""However a run is interrupted, the next one completes it with the same result."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batch.interrupted_runs import (
    WAIT,
    checkpoint_of,
    has_saved_more_than,
    kill_after,
    start,
    wait_until,
)
from tests.essay_files import COMMAND, Batch, make_essays, write_csv

COUNT = 160

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = make_essays(COUNT)
    rows[50]["text"] = ""
    return write_csv(tmp_path_factory.mktemp("essays") / "essays.csv", rows)


@pytest.fixture(scope="module")
def uninterrupted(source: Path, batch: Batch) -> bytes:
    """The output of a run that nothing interrupted."""
    out = source.with_name("uninterrupted.csv")
    assert batch(source, out).returncode == 3
    return out.read_bytes()


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in found.split()]


def _all_gone(processes: list[int]) -> bool:
    return not any(map(_is_alive, processes))


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@needs_proc
def test_a_run_that_is_killed_again_and_again_resumes(
    source: Path, uninterrupted: bytes, batch: Batch, tmp_path: Path
) -> None:
    out = tmp_path / "scores.csv"
    for saved in (1, 30, 31, 60):
        with start(source, out) as run:
            wait_until(has_saved_more_than, saved, checkpoint_of(out))
            workers = _children(run.pid)
            run.kill()
        assert not out.exists()
        wait_until(_all_gone, workers)
    done = batch(source, out)
    assert done.returncode == 3
    assert "reused from an interrupted run" in done.stderr
    assert out.read_bytes() == uninterrupted
    assert list(tmp_path.iterdir()) == [out]


def test_a_truncated_checkpoint_does_no_harm(
    source: Path, uninterrupted: bytes, batch: Batch, tmp_path: Path
) -> None:
    whole = kill_after(COUNT // 2, source, tmp_path / "half.csv").read_bytes()
    for size in (1, len(whole) // 2, len(whole) - 1):
        out = tmp_path / f"scores{size}.csv"
        checkpoint_of(out).write_bytes(whole[:size])
        assert batch(source, out).returncode == 3
        assert out.read_bytes() == uninterrupted
        assert not checkpoint_of(out).exists()


@needs_proc
def test_a_killed_worker_is_replaced(source: Path, uninterrupted: bytes, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    with start(source, out) as run:
        wait_until(has_saved_more_than, 10, checkpoint_of(out))
        os.kill(_children(run.pid)[0], signal.SIGKILL)
        run.communicate(timeout=WAIT)
    assert run.returncode == 3
    assert out.read_bytes() == uninterrupted


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell's background command ignores SIGINT, and so would all that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_leaves_only_the_checkpoint(
    source: Path, uninterrupted: bytes, batch: Batch, tmp_path: Path
) -> None:
    out = tmp_path / "scores.csv"
    with start(source, out) as run:
        wait_until(has_saved_more_than, 10, checkpoint_of(out))
        run.send_signal(signal.SIGINT)
        _, stderr = run.communicate(timeout=WAIT)
    assert (run.returncode, stderr) == (130, "essay-scorer: interrupted\n")
    assert list(tmp_path.iterdir()) == [checkpoint_of(out)]
    assert batch(source, out).returncode == 3
    assert out.read_bytes() == uninterrupted


def test_an_input_that_changes_while_it_is_read_gives_no_output(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "essays.csv", make_essays(COUNT))
    out = tmp_path / "scores.csv"
    with start(source, out) as run:
        wait_until(has_saved_more_than, 10, checkpoint_of(out))
        with source.open("a") as file:
            file.write("E999,One more essay came in while the others were scored.,5b\n")
        _, stderr = run.communicate(timeout=WAIT)
    assert run.returncode == 1
    assert stderr.count("\n") == 1
    assert "essays.csv changed while it was read; run this again" in stderr
    assert not out.exists()
    done = subprocess.run([*COMMAND, source, out], capture_output=True, text=True, check=True)
    assert f"scored   {COUNT + 1} of {COUNT + 1}" in done.stderr


def test_a_second_run_with_the_same_output_is_refused(
    source: Path, batch: Batch, tmp_path: Path
) -> None:
    out = tmp_path / "scores.csv"
    with start(source, out) as first:
        wait_until(has_saved_more_than, 2, checkpoint_of(out))
        first.send_signal(signal.SIGSTOP)  # it would end before the second one starts
        second = batch(source, out)
        first.send_signal(signal.SIGCONT)
        assert second.returncode == 1
        assert second.stderr.count("\n") == 1
        assert "Another run is writing" in second.stderr
        first.communicate(timeout=WAIT)
    assert first.returncode == 3


def test_a_full_disk_leaves_only_the_checkpoint(
    source: Path, uninterrupted: bytes, batch: Batch, tmp_path: Path
) -> None:
    """A limit on the size of files replaces the full disk: writing fails in the middle."""
    out = tmp_path / "scores.csv"
    limited = f"ulimit -f 24; exec {' '.join(COMMAND)} {source} {out}"  # KiB
    done = subprocess.run(
        ["bash", "-c", limited], capture_output=True, text=True, check=False, timeout=WAIT
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "scores.csv.checkpoint cannot be written: disk I/O error." in done.stderr
    assert list(tmp_path.iterdir()) == [checkpoint_of(out)]
    done = batch(source, out)
    assert done.returncode == 3
    assert "reused from an interrupted run" in done.stderr
    assert out.read_bytes() == uninterrupted
