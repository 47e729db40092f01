"""``essay-scorer serve`` as a process of its own, which a test may damage."""

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

from tests.hang import HANG_SECONDS

SERVE = ("-m", "essay_scorer.cli", "serve", "--log")


@dataclass(frozen=True)
class ServerProcess:
    """A running server and its output so far.

    Attributes:
        process: the server.
        port: that it listens on.
        out: the file with its standard output.
        err: the file with its standard error.
    """

    process: "subprocess.Popen[bytes]"
    port: int
    out: Path
    err: Path

    def log(self) -> list[dict[str, Any]]:
        """Return the lines of the request log."""
        return [json.loads(line) for line in self.out.read_text(encoding="utf-8").splitlines()]

    def wait_for_log(self, count: int) -> list[dict[str, Any]]:
        """Return the request log once it has ``count`` lines."""
        wait_until(lambda: len(self.log()) >= count)
        return self.log()

    def messages(self) -> str:
        """Return its standard error after the first line, which is its address."""
        return self.err.read_text(encoding="utf-8").partition("\n")[2]

    def kill(self) -> None:
        """Kill it without warning."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(HANG_SECONDS)

    def processor_time(self) -> float:
        """Return the processor time that it has used, in seconds."""
        status = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
        ticks = status.rpartition(")")[2].split()[11:13]  # in user and in kernel mode
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def address_space(self) -> int:
        """Return the size of its address space, in bytes."""
        status = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="utf-8")
        return int(status.split()[0]) * resource.getpagesize()

    def limit_address_space(self, size: int) -> None:
        """Limit its address space, in bytes."""
        resource.prlimit(self.process.pid, resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))

    def peak_memory(self) -> int:
        """Return its peak resident memory, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        (size,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(size) * 1024


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that becomes true soon."""
    end = time.monotonic() + HANG_SECONDS
    while not condition():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.02)


@contextmanager
def running_server(
    *options: str,
    port: int = 0,
    code: tuple[str, ...] = SERVE,
    out: IO[bytes] | None = None,
    prepare: Callable[[], None] | None = None,
    **variables: str,
) -> Iterator[ServerProcess]:
    """Run a server until the block ends.

    Args:
        options: further options of ``serve``.
        port: to listen on; a free one by default.
        code: arguments of the Python interpreter.
        out: where the request log goes; a temporary file by default.
        prepare: called in the new process before it becomes the server.
        variables: further environment variables.
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
            wait_until(lambda: b"\n" in err.read_bytes() or process.poll() is not None)
            first_line = err.read_text(encoding="utf-8").partition("\n")[0]
            assert first_line.startswith("listening on"), err.read_text(encoding="utf-8")
            yield ServerProcess(process, urlsplit(first_line.split()[-1]).port or 0, log, err)
        finally:
            process.kill()
            process.wait(HANG_SECONDS)
