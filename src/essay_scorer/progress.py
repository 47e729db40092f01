"""Progress of long work on standard error: a bar on a terminal, a line a minute in a log.

The batch, AWS and the lab use it. The bar needs ``rich``, an optional dependency.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Protocol

SECONDS_PER_LINE = 60.0
SECONDS_PER_TERMINAL_LINE = 5.0  # on a terminal without rich

_Display = Callable[[int, int | None, str], None]  # takes what is done, the total, a note


class StepReport(Protocol):
    """Takes the number of finished steps, and a note about the last one."""

    def __call__(self, step: int, note: str = "") -> None: ...


class RowReport(Protocol):
    """Takes the number of finished rows."""

    def __call__(self, rows: int) -> None: ...


class Measurable(Protocol):
    """Work whose size and position have one unit, whatever it is."""

    @property
    def size(self) -> int | None:
        """The total; None if it is unknown."""

    def position(self) -> int:
        """Return how much of it is done."""


@contextmanager
def report_steps(what: str, total: int, *, done: int = 0) -> Iterator[StepReport]:
    """Yield a function that shows the progress of a known number of steps.

    Args:
        what: the name of the work.
        total: the number of steps.
        done: steps that an earlier run finished.
    """
    with _display(what, done) as display:

        def report(step: int, note: str = "") -> None:
            count = f"{step:,} of {total:,}"
            display(step, total, f"{count}, {note}" if note else count)

        yield report


@contextmanager
def report_rows(what: str, source: Measurable) -> Iterator[RowReport]:
    """Yield a function that shows the progress through a source, and the rows per second.

    Args:
        what: the name of the work.
        source: is asked for its position at each report.
    """
    started = time.monotonic()
    with _display(what, source.position()) as display:

        def report(rows: int) -> None:
            rate = rows / max(time.monotonic() - started, 1e-3)
            display(source.position(), source.size, f"{rows:,} rows, {rate:.1f} per second")

        yield report


def format_duration(seconds: float) -> str:
    """Return a duration in seconds, minutes or hours, such as ``5 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


@contextmanager
def _display(what: str, start: int) -> Iterator[_Display]:
    if sys.stderr.isatty() and find_spec("rich") is not None:
        with _bar(what, start) as display:
            yield display
    else:
        yield _lines(what, start)


@contextmanager
def _bar(what: str, start: int) -> Iterator[_Display]:
    from rich.console import Console  # noqa: PLC0415 - optional dependency
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None, completed=start, note="")
        yield lambda done, total, note: bar.update(task, completed=done, total=total, note=note)


def _lines(what: str, start: int) -> _Display:
    every = SECONDS_PER_TERMINAL_LINE if sys.stderr.isatty() else SECONDS_PER_LINE
    started = last = time.monotonic()

    def display(done: int, total: int | None, note: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < every:
            return
        last = now
        parts = [f"{what}: {note}"]
        if total and done > start:
            remaining = (now - started) / (done - start) * (total - done)
            parts.append(f"about {format_duration(remaining)} left")
        print(", ".join(parts), file=sys.stderr, flush=True)

    return display
