"""One worker process for each core; requests go out to all, answers come back in order.

What a worker is given is bounded, and so is what waits for an earlier answer: memory does
not grow with the file.  A worker that dies is replaced.  What it was given goes to others,
one request at a time, until the one that killed it is alone and gets an error.
"""

import json
import os
import selectors
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from essay_scorer.errors import ScorerError
from essay_scorer.tables.rows import Answer

AT_ONCE = 4  # requests in one message
AHEAD = 2  # messages that a worker holds, so that it never waits for the next
WINDOW = 16  # messages for each worker that may be under way or wait for an earlier one
DEATHS = 16  # in a row, after which the trouble is not one text's
WORKER_DIED = "worker_died"


class WorkerError(ScorerError):
    """The workers cannot be started."""

    code = "worker_failed"


def cores() -> int:
    """Cores that this process may use; the graph's runtime, which knows too, is not loaded here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(eq=False, slots=True)
class _Message:
    requests: list[Any]
    answers: list[Answer] = field(default_factory=list)
    parts: "list[_Message]" = field(default_factory=list)  # where it had to be sent in parts

    @property
    def done(self) -> bool:
        return all(part.done for part in self.parts) if self.parts else bool(self.answers)

    def collected(self) -> list[Answer]:
        if not self.parts:
            return self.answers
        return [answer for part in self.parts for answer in part.collected()]

    def divide(self) -> "list[_Message]":
        self.parts = [_Message([request]) for request in self.requests]
        return self.parts


class _Worker:
    def __init__(self, command: Sequence[str]) -> None:
        self.given: deque[_Message] = deque()
        self.unsent = bytearray()
        self._said = b""
        self.process = subprocess.Popen(  # noqa: S603 - this package's own program
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the run, which then ends its workers
        )

        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.requests, self.answers = self.process.stdin, self.process.stdout
        os.set_blocking(self.requests.fileno(), False)

    def send(self, message: _Message) -> None:
        """Give it a message, as far as the pipe takes it; ``push`` sends the rest."""
        self.given.append(message)
        self.unsent += json.dumps(message.requests, default=_no_text).encode() + b"\n"
        self.push()

    def push(self) -> None:
        """Send on as much as the pipe takes."""
        try:
            while self.unsent and (sent := self.requests.write(self.unsent)):
                del self.unsent[:sent]
        except BrokenPipeError:  # it died: its output will say so, too
            self.unsent.clear()

    def receive(self) -> list[Any] | None:
        """Wait until it says something, and return that; nothing if it died."""
        while data := os.read(self.answers.fileno(), 1 << 16):
            *lines, self._said = (self._said + data).split(b"\n")
            if lines:
                return [json.loads(line) for line in lines]
        return None

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.requests.close()
        self.answers.close()


def _no_text(_value: object) -> None:
    """Stand in for a value that JSON does not have, and that is no text either."""


class Workers:
    """Processes that answer requests.  Use it in a ``with`` block, which ends them."""

    def __init__(self, command: Sequence[str], count: int) -> None:
        self._command = command
        self._selector = selectors.DefaultSelector()
        self._waiting: deque[_Message] = deque()
        self._deaths = 0  # since somebody answered
        self._workers = [self._start() for _ in range(count)]

    @classmethod
    def scoring(cls, bundle: Path, count: int) -> Self:
        """Start workers that score with a bundle, each on one core."""
        return cls([sys.executable, "-P", "-m", "essay_scorer.batch.worker", str(bundle)], count)

    def __enter__(self) -> Self:
        try:
            for worker in self._workers:
                self._greet(worker)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        for worker in self._workers:
            worker.end()
        self._selector.close()

    def answers(self, requests: Iterable[Any]) -> Iterator[list[Answer]]:
        """Yield the answers in the order of the requests, a few at a time."""
        order: deque[_Message] = deque()
        for message in _messages(requests):
            order.append(message)
            self._waiting.append(message)
            self._hand_out()
            while len(order) == WINDOW * len(self._workers):
                yield from self._oldest(order)
        while order:
            yield from self._oldest(order)

    def _oldest(self, order: deque[_Message]) -> Iterator[list[Answer]]:
        """Wait until somebody answers, and yield what is answered in order."""
        self._collect()
        self._hand_out()
        while order and order[0].done:
            yield order.popleft().collected()

    def _start(self) -> _Worker:
        worker = _Worker(self._command)
        self._selector.register(worker.answers, selectors.EVENT_READ, worker)
        return worker

    def _greet(self, worker: _Worker) -> None:
        said = worker.receive()
        if said is None:
            raise WorkerError("A worker died while it started; is there memory for it?")
        if "failed" in said[0]:
            raise WorkerError(said[0]["failed"])

    def _hand_out(self) -> None:
        """Give what waits to the workers that hold least."""
        while self._waiting:
            idle = min(self._workers, key=lambda worker: len(worker.given))
            if len(idle.given) >= AHEAD:
                return
            idle.send(self._waiting.popleft())

    def _collect(self) -> None:
        """Wait until a worker says something or takes more, and see to it."""
        taking = [worker for worker in self._workers if worker.unsent]
        for worker in taking:
            self._selector.register(worker.requests, selectors.EVENT_WRITE, worker)
        ready = self._selector.select()
        for worker in taking:
            self._selector.unregister(worker.requests)
        for key, events in ready:
            worker = key.data
            if events == selectors.EVENT_WRITE:
                worker.push()
            elif (said := worker.receive()) is None:
                self._replace(worker)
            else:
                self._deaths = 0
                for answers in said:
                    worker.given.popleft().answers = answers

    def _replace(self, dead: _Worker) -> None:
        self._selector.unregister(dead.answers)
        dead.end()
        self._deaths += 1
        if self._deaths > DEATHS:
            raise WorkerError("The workers die one after the other; is there memory for them?")
        if dead.given:
            suspect = dead.given.popleft()
            self._waiting.extendleft(reversed(dead.given))
            if len(suspect.requests) > 1:
                self._waiting.extendleft(reversed(suspect.divide()))
            else:
                suspect.answers = [{"error": WORKER_DIED}]
        started = self._start()
        self._workers[self._workers.index(dead)] = started
        self._greet(started)


def _messages(requests: Iterable[Any]) -> Iterator[_Message]:
    several: list[Any] = []
    for request in requests:
        several.append(request)
        if len(several) == AT_ONCE:
            yield _Message(several)
            several = []
    if several:
        yield _Message(several)
