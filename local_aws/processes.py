"""Child processes that end with their parent."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

MAX_WAIT = 60  # seconds until a child must be ready, or must have ended
POLL_INTERVAL = 0.1  # seconds
LOG_LINES = 10  # of a child that did not start, for the error message


class ChildError(RuntimeError):
    """A child process did not start; the message has the last lines of its log."""


class Child:
    """A process with a log; its context starts it, waits until it is ready, and ends it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        is_ready: Callable[[], bool],
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Describe the process; entering the context starts it.

        Args:
            name: for error messages.
            command: program and arguments.
            log: the file for its output.
            is_ready: returns whether it has started.
            env: its environment variables; those of this process if None.
        """
        self.name, self.log = name, log
        self._command, self._is_ready, self._env = list(command), is_ready, env
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.log.open("wb") as file:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=self._env,
                start_new_session=True,  # Ctrl-C reaches only the parent, which ends its children
            )
        deadline = time.monotonic() + MAX_WAIT
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._stop()
                raise ChildError(f"{self.name} did not start; {self.log} ends:\n{self._tail()}")
            time.sleep(POLL_INTERVAL)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _tail(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LOG_LINES:])

    def _stop(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(MAX_WAIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
