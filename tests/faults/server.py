"""``essay-scorer serve`` as a process of its own, which a test may harm."""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

SERVE = ("-m", "essay_scorer.cli", "serve", "--log")
PATIENCE = 60.0  # seconds; a busy machine is slow


@dataclass(frozen=True)
class Server:
    """A running server, and what it has written so far."""

    process: "subprocess.Popen[bytes]"
    port: int
    out: Path
    err: Path

    def log(self) -> list[dict[str, Any]]:
        """Return the lines of the log."""
        return [json.loads(line) for line in self.out.read_text(encoding="utf-8").splitlines()]

    def complaints(self) -> str:
        """Return what it wrote beside the log and its address."""
        return self.err.read_text(encoding="utf-8").partition("\n")[2]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def logged(self, count: int) -> list[dict[str, Any]]:
        """Return the log once it has so many lines."""
        until(lambda: len(self.log()) >= count)
        return self.log()

    def memory(self) -> int:
        """Return the bytes of address space that it has."""
        status = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="utf-8")
        return int(status.split()[0]) * resource.getpagesize()

    def peak_memory(self) -> int:
        """Return the most bytes that it had resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        (size,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(size) * 1024

    def limit_memory(self, size: int) -> None:
        resource.prlimit(self.process.pid, resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))


def until(happens: Callable[[], bool]) -> None:
    """Wait for what is to happen soon."""
    end = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@contextmanager
def running(
    *options: str,
    port: int = 0,
    code: tuple[str, ...] = SERVE,
    out: IO[bytes] | None = None,
    prepare: Callable[[], None] | None = None,
    **variables: str,
) -> Iterator[Server]:
    """Run a server until the block ends.

    Args:
        options: more words for ``serve``.
        port: of it; a free one by default.
        code: what Python runs.
        out: where its log goes, if not to a file of the test's.
        prepare: runs in the new process, before it becomes the server.
        variables: more of its environment.
    """
    with tempfile.TemporaryDirectory() as folder:
        log, err = Path(folder) / "log", Path(folder) / "err"
        log.touch()
        with log.open("wb") as log_file, err.open("wb") as err_file:
            process = subprocess.Popen(
                [sys.executable, *code, "--port", str(port), *options],
                stdout=out or log_file,
                stderr=err_file,
                preexec_fn=prepare,  # noqa: PLW1509 - it sets limits, and no thread runs yet
                env={**os.environ, "OMP_NUM_THREADS": "1", **variables},
            )
        try:
            until(lambda: b"\n" in err.read_bytes() or process.poll() is not None)
            said = err.read_text(encoding="utf-8").partition("\n")[0]
            assert said.startswith("listening on"), err.read_text(encoding="utf-8")
            yield Server(process, urlsplit(said.split()[-1]).port or 0, log, err)
        finally:
            process.kill()
            process.wait(PATIENCE)
