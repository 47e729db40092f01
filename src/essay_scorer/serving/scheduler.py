"""Whose turn it is to compute, where several texts are read at the same time.

One turn is one window.  Of the texts that wait, the one that is due first goes first, and a
text is due after a time in proportion to its length.  So a short text does not wait until a
long one is through, and a long one, whose time comes too, does not wait for ever.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SLACK = 0.0003  # seconds that a token may wait: some five times what it takes on two cores


class Turns:
    """Lets so many compute at once and the others wait in order.  Thread-safe."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._lock = threading.Lock()  # held for moments, over what stands below
        self._waiting: list[tuple[float, int, threading.Lock]] = []
        self._count = itertools.count()  # of two that are due at the same time, the first comer

    @staticmethod
    def due(tokens: int) -> float:
        """Return when a text of so many tokens that comes now is due, on the monotonic clock."""
        return time.monotonic() + SLACK * tokens

    @contextmanager
    def turn(self, due: float) -> Iterator[None]:
        """Wait for a turn, and have it until the block ends."""
        with self._lock:
            mine = None
            if self._free:
                self._free -= 1
            else:
                mine = threading.Lock()
                mine.acquire()
                heapq.heappush(self._waiting, (due, next(self._count), mine))
        if mine:
            mine.acquire()  # whoever ends a turn releases it
        try:
            yield
        finally:
            with self._lock:
                if self._waiting:
                    heapq.heappop(self._waiting)[2].release()
                else:
                    self._free += 1
