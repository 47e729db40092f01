"""Schedule concurrent texts by deadline: short ones do not wait for long ones.

The unit of work is one window. Of the waiting texts, the one with the earliest deadline runs
next, and a text's deadline is proportional to its length (earliest deadline first). So a short
text overtakes a long one, and a long one is never starved.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from essay_scorer.machine import available_cores

SECONDS_PER_TOKEN = 0.0003  # about five times what a token takes on two cores


class Scheduler:
    """Lets a fixed number of texts compute at the same time. Thread-safe."""

    def __init__(self, slots: int) -> None:
        """Take the number of texts that may compute at the same time."""
        self._slots = self._free = slots
        self._lock = threading.Lock()  # held briefly, over the fields
        self._waiting: list[tuple[float, int, threading.Lock]] = []
        self._arrivals = itertools.count()  # breaks ties between equal deadlines

    @classmethod
    def for_threads(cls, threads: int, cores: int | None = None) -> Self:
        """Return a scheduler for texts that compute on ``threads`` threads each.

        Beyond two threads per text, concurrency beats more threads.

        Args:
            threads: of one text.
            cores: that all texts may use; all that the process has by default.
        """
        return cls(max(1, (cores or available_cores()) // min(threads, 2)))

    @property
    def computing(self) -> int:
        """The number of texts that compute now."""
        return self._slots - self._free

    @property
    def waiting(self) -> int:
        """The number of texts that wait for a slot."""
        return len(self._waiting)

    def deadline(self, tokens: int) -> float:
        """Return the deadline of a text of ``tokens`` tokens that arrives now.

        It is on the monotonic clock, in seconds.
        """
        return time.monotonic() + SECONDS_PER_TOKEN * tokens

    @contextmanager
    def slot(self, deadline: float) -> Iterator[None]:
        """Wait for a free slot, and hold it while the block runs."""
        with self._lock:
            turn = None
            if self._free:
                self._free -= 1
            else:
                turn = threading.Lock()
                turn.acquire()
                heapq.heappush(self._waiting, (deadline, next(self._arrivals), turn))
        if turn:
            turn.acquire()  # released by whoever frees a slot
        try:
            yield
        finally:
            with self._lock:
                if self._waiting:
                    heapq.heappop(self._waiting)[2].release()
                else:
                    self._free += 1
