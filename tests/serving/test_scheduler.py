"""Scheduling of concurrent texts."""

import threading

import pytest

from essay_scorer.serving.scheduler import Scheduler

from ..faults.server_process import wait_until


class Work:
    """Texts that compute in a scheduler's slots, each in its own thread."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._threads: list[threading.Thread] = []
        self.started: list[str] = []
        self.max_concurrent = 0
        self._running = 0

    def ask(self, name: str, deadline: float, proceed: threading.Event) -> None:
        """Ask for a slot; return once the text has it or waits for it."""
        waiting = len(self._scheduler._waiting)
        thread = threading.Thread(target=self._take, args=(name, deadline, proceed))
        thread.start()
        self._threads.append(thread)
        wait_until(lambda: name in self.started or len(self._scheduler._waiting) > waiting)

    def _take(self, name: str, deadline: float, proceed: threading.Event) -> None:
        with self._scheduler.slot(deadline):
            self.started.append(name)
            self._running += 1
            self.max_concurrent = max(self.max_concurrent, self._running)
            assert proceed.wait(10)
            self._running -= 1

    def end(self) -> None:
        for thread in self._threads:
            thread.join(10)


def test_the_earliest_deadline_runs_first() -> None:
    work, go = Work(Scheduler(1)), threading.Event()
    for name, deadline in (
        ("first", 9.0),
        ("long", 5.0),
        ("short", 1.0),
        ("too", 1.0),
        ("mid", 2.0),
    ):
        work.ask(name, deadline, go)
    go.set()
    work.end()
    assert work.started == ["first", "short", "too", "mid", "long"]


def test_the_number_of_concurrent_texts_is_limited() -> None:
    work, go = Work(Scheduler(2)), threading.Event()
    for number in range(6):
        work.ask(str(number), 0.0, go)
    assert len(work.started) == 2
    go.set()
    work.end()
    assert (len(work.started), work.max_concurrent) == (6, 2)


def test_a_failure_frees_the_slot() -> None:
    scheduler = Scheduler(1)
    with pytest.raises(ValueError, match="failed"), scheduler.slot(0.0):
        raise ValueError("failed")
    with scheduler.slot(0.0):
        pass


def test_the_deadline_is_proportional_to_the_length() -> None:
    scheduler = Scheduler(1)
    long, short = scheduler.deadline(20_000), scheduler.deadline(200)
    assert short < long < scheduler.deadline(200) + 10
