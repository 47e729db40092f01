"""Texts that are read at the same time."""

import threading

import pytest
from tests.faults.server import until

from essay_scorer.serving.scheduler import Scheduler


class Work:
    """Texts that take turns, each in a thread of its own, and what they did."""

    def __init__(self, turns: Scheduler) -> None:
        self._turns = turns
        self._threads: list[threading.Thread] = []
        self.began: list[str] = []
        self.most = 0
        self._now = 0

    def ask(self, name: str, due: float, goes_on: threading.Event) -> None:
        """Ask for a turn; return when it has it or waits for it."""
        waiting = len(self._turns._waiting)
        thread = threading.Thread(target=self._take, args=(name, due, goes_on))
        thread.start()
        self._threads.append(thread)
        until(lambda: name in self.began or len(self._turns._waiting) > waiting)

    def _take(self, name: str, due: float, goes_on: threading.Event) -> None:
        with self._turns.turn(due):
            self.began.append(name)
            self._now += 1
            self.most = max(self.most, self._now)
            assert goes_on.wait(10)
            self._now -= 1

    def end(self) -> None:
        for thread in self._threads:
            thread.join(10)


def test_what_is_due_first_goes_first_whoever_came_first() -> None:
    work, go = Work(Scheduler(1)), threading.Event()
    for name, due in (("first", 9.0), ("long", 5.0), ("short", 1.0), ("too", 1.0), ("mid", 2.0)):
        work.ask(name, due, go)
    go.set()
    work.end()
    assert work.began == ["first", "short", "too", "mid", "long"]


def test_no_more_compute_at_once_than_may() -> None:
    work, go = Work(Scheduler(2)), threading.Event()
    for number in range(6):
        work.ask(str(number), 0.0, go)
    assert len(work.began) == 2
    go.set()
    work.end()
    assert (len(work.began), work.most) == (6, 2)


def test_a_turn_ends_where_it_fails() -> None:
    turns = Scheduler(1)
    with pytest.raises(ValueError, match="failed"), turns.turn(0.0):
        raise ValueError("failed")
    with turns.turn(0.0):
        pass


def test_a_long_text_is_due_later_than_a_short_one_but_before_all_that_come_later() -> None:
    long, short = Scheduler.due(20_000), Scheduler.due(200)
    assert short < long < Scheduler.due(200) + 10
