"""A pool of worker processes, one for each core; outcomes come in the order of the tasks.

The tasks in flight are bounded, and so are finished tasks that wait for an earlier one, so
memory does not grow with the file. A worker that dies is replaced. Its in-flight requests are
retried one at a time to isolate the poison one, which fails as ``worker_died``.
"""

import selectors
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self, TypeVar

from essay_scorer.batch.worker_process import Task, WorkerProcess
from essay_scorer.errors import RowError, WorkerError

TASKS_PER_MESSAGE = 4
MESSAGES_PER_WORKER = 2  # in flight, so that a worker never waits for its next message
WINDOW = 16  # messages for each worker that are in flight or wait for an earlier one
MAX_DEATHS = 16  # in a row; beyond that, no single request is to blame
WORKER_DIED = "worker_died"

T = TypeVar("T", bound=Task)


class WorkerPool:
    """Worker processes that score tasks. A context manager: leaving it stops them."""

    def __init__(self, command: Sequence[str], workers: int) -> None:
        """Start the processes; entering the context waits until they are ready.

        Args:
            command: starts a worker.
            workers: how many.
        """
        self._command = command
        self._selector = selectors.DefaultSelector()
        self._queue: deque[Sequence[Task]] = deque()  # messages that no worker has yet
        self._deaths = 0  # since the last answer
        self._workers = [self._start_worker() for _ in range(workers)]

    @classmethod
    def for_bundle(cls, bundle: Path, workers: int, *, profile: Path | None = None) -> Self:
        """Return a pool of workers that score with a bundle, each on one core.

        Args:
            bundle: its folder.
            workers: how many.
            profile: a teacher's, as a file.
        """
        files = [str(bundle), *([str(profile)] if profile else [])]
        return cls([sys.executable, "-P", "-m", "essay_scorer.batch.worker", *files], workers)

    def __enter__(self) -> Self:
        """Wait until all workers are ready.

        Raises:
            WorkerError: one cannot start.
        """
        try:
            for worker in self._workers:
                worker.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        for worker in self._workers:
            worker.stop()
        self._selector.close()

    def run(self, tasks: Iterable[T]) -> Iterator[list[T]]:
        """Yield the tasks in order, a few at a time, each with its outcome.

        Args:
            tasks: read as the window allows. One that has an outcome is not sent to a worker.

        Raises:
            WorkerError: the workers keep dying.
        """
        pending: deque[list[T]] = deque()
        for group in _groups(tasks):
            pending.append(group)
            if message := [task for task in group if task.outcome is None]:
                self._queue.append(message)
                self._dispatch()
            yield from _pop_finished(pending)
            while len(pending) >= WINDOW * len(self._workers):
                yield from self._wait(pending)
        while pending:
            yield from self._wait(pending)

    def _wait(self, pending: deque[list[T]]) -> Iterator[list[T]]:
        """Wait for a worker, then yield what is finished in order."""
        self._collect()
        self._dispatch()
        yield from _pop_finished(pending)

    def _start_worker(self) -> WorkerProcess:
        worker = WorkerProcess(self._command)
        self._selector.register(worker.answers, selectors.EVENT_READ, worker)
        return worker

    def _dispatch(self) -> None:
        """Send queued messages to the workers with the fewest in flight."""
        while self._queue:
            worker = min(self._workers, key=lambda worker: len(worker.in_flight))
            if len(worker.in_flight) >= MESSAGES_PER_WORKER:
                return
            worker.send(self._queue.popleft())

    def _collect(self) -> None:
        """Wait until a worker answers, dies, or has room for unsent bytes, and handle it."""
        blocked = [worker for worker in self._workers if worker.unsent]
        for worker in blocked:
            self._selector.register(worker.requests, selectors.EVENT_WRITE, worker)
        ready = self._selector.select()
        for worker in blocked:
            self._selector.unregister(worker.requests)
        for key, events in ready:
            if events == selectors.EVENT_WRITE:
                key.data.flush()
            elif key.data.receive():
                self._deaths = 0
            else:
                self._replace(key.data)

    def _replace(self, dead: WorkerProcess) -> None:
        """Start a worker in place of a dead one, and queue its messages again."""
        self._selector.unregister(dead.answers)
        dead.stop()
        self._deaths += 1
        if self._deaths > MAX_DEATHS:
            raise WorkerError("The workers die one after another; is there enough memory?")
        self._retry(dead.in_flight)
        worker = self._start_worker()
        self._workers[self._workers.index(dead)] = worker
        worker.wait_until_ready()

    def _retry(self, messages: deque[Sequence[Task]]) -> None:
        """Queue the messages of a dead worker first; it died at the oldest of them."""
        if not messages:
            return
        suspect = messages.popleft()
        self._queue.extendleft(reversed(messages))
        if len(suspect) > 1:
            self._queue.extendleft([task] for task in reversed(suspect))
        else:
            suspect[0].outcome = RowError(WORKER_DIED)


def _groups(tasks: Iterable[T]) -> Iterator[list[T]]:
    group: list[T] = []
    for task in tasks:
        group.append(task)
        if len(group) == TASKS_PER_MESSAGE:
            yield group
            group = []
    if group:
        yield group


def _pop_finished(pending: deque[list[T]]) -> Iterator[list[T]]:
    while pending and all(task.outcome is not None for task in pending[0]):
        yield pending.popleft()
