"""How far a training is: a bar in a terminal, a line a minute in a log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

LINE_EVERY = 60.0  # seconds


class Report(Protocol):
    """Takes the number of steps done, and what to say of the last one."""

    def __call__(self, step: int, note: str = "") -> None: ...


@contextmanager
def report_steps(what: str, total: int, *, done: int = 0) -> Iterator[Report]:
    """Yield the function that each step calls."""
    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console) as bar:
            task = bar.add_task(what, total=total, completed=done, note="")

            def report(step: int, note: str = "") -> None:
                bar.update(task, completed=step, note=note)

            yield report
    else:
        yield _lines(console, what, total, done)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _lines(console: Console, what: str, total: int, done: int) -> Report:
    started = last = time.monotonic()

    def report(step: int, note: str = "") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < LINE_EVERY:
            return
        last = now
        left = (now - started) / (step - done) * (total - step) / 60
        parts = (f"{what}: {step} of {total}", note, f"{left:.0f} min left")
        console.print(", ".join(part for part in parts if part))

    return report
