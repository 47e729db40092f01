"""Runs of ``essay-scorer batch`` that are stopped in the middle."""

import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from tests.essay_files import COMMAND
from tests.hang import HANG_SECONDS

WAIT = HANG_SECONDS


def wait_until(condition: Callable[..., bool], *arguments: object) -> None:
    end = time.monotonic() + WAIT
    while not condition(*arguments):
        assert time.monotonic() < end
        time.sleep(0.005)


def checkpoint_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.checkpoint")


def count_saved(checkpoint: Path) -> int:
    """Return the number of outcomes in a checkpoint, even while a run has it locked."""
    with suppress(sqlite3.Error):  # the file does not exist, or is changing right now
        uri = f"{checkpoint.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            return int(database.execute("SELECT count(*) FROM outcomes").fetchone()[0])
    return 0


def has_saved_more_than(count: int, checkpoint: Path) -> bool:
    return count_saved(checkpoint) > count


def start(source: Path, out: Path) -> "subprocess.Popen[str]":
    """Start a run."""
    return subprocess.Popen([*COMMAND, source, out], stderr=subprocess.PIPE, text=True)


def kill_after(saved: int, source: Path, out: Path) -> Path:
    """Kill a run that has saved more than so many outcomes, and return its checkpoint."""
    checkpoint = checkpoint_of(out)
    with start(source, out) as run:
        wait_until(has_saved_more_than, saved, checkpoint)
        run.kill()
    return checkpoint
