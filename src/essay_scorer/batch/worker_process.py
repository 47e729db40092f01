"""A worker as the pool sees it: a process, its pipes, and the tasks that it has in flight."""

import json
import os
import subprocess
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from essay_scorer.errors import WorkerError
from essay_scorer.serving.outcomes import Outcome, outcome_from_dict

_READ_BYTES = 1 << 16


@dataclass(eq=False, slots=True)
class Task:
    """A request, and its outcome once there is one.

    Attributes:
        request: the JSON value that a worker scores.
        outcome: set at the start if no worker is needed.
    """

    request: object
    outcome: Outcome | None = None


class WorkerProcess:
    """A running worker.

    Attributes:
        in_flight: the messages that it has not answered yet, oldest first.
        unsent: bytes of messages that its input pipe had no room for.
        requests: the write end of its input, non-blocking.
        answers: the read end of its output.
    """

    def __init__(self, command: Sequence[str]) -> None:
        """Start the process; ``wait_until_ready`` must follow."""
        self.in_flight: deque[Sequence[Task]] = deque()
        self.unsent = bytearray()
        self._partial_line = b""
        self._process = subprocess.Popen(  # noqa: S603 - this package's own program
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C interrupts the run only, which stops its workers
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.requests, self.answers = self._process.stdin, self._process.stdout
        os.set_blocking(self.requests.fileno(), False)

    def wait_until_ready(self) -> None:
        """Wait until the worker has loaded its bundle.

        Raises:
            WorkerError: it cannot; the message says why.
        """
        lines = self._read_lines()
        if lines is None:
            raise WorkerError("A worker died while it started; is there enough memory?")
        if reason := json.loads(lines[0]).get("failed"):
            raise WorkerError(reason)

    def send(self, message: Sequence[Task]) -> None:
        """Send tasks, as far as the pipe has room; ``flush`` sends the rest."""
        self.in_flight.append(message)
        requests = [task.request for task in message]
        self.unsent += json.dumps(requests, default=_as_null).encode() + b"\n"
        self.flush()

    def flush(self) -> None:
        """Send as much of the unsent bytes as the pipe has room for."""
        try:
            while self.unsent and (sent := self.requests.write(self.unsent)):
                del self.unsent[:sent]
        except BrokenPipeError:  # it died; ``receive`` will notice
            self.unsent.clear()

    def receive(self) -> bool:
        """Wait for answers and set the outcomes of their tasks; False if the worker died."""
        lines = self._read_lines()
        if lines is None:
            return False
        for line in lines:
            for task, outcome in zip(self.in_flight.popleft(), json.loads(line), strict=True):
                task.outcome = outcome_from_dict(outcome)
        return True

    def stop(self) -> None:
        """Kill the process."""
        self._process.kill()
        self._process.wait()
        self.requests.close()
        self.answers.close()

    def _read_lines(self) -> list[bytes] | None:
        """Wait for at least one line of output; None at its end."""
        while data := os.read(self.answers.fileno(), _READ_BYTES):
            *lines, self._partial_line = (self._partial_line + data).split(b"\n")
            if lines:
                return lines
        return None


def _as_null(_value: object) -> None:
    """Replace a value that JSON does not have; it is no text, so the worker rejects it."""
