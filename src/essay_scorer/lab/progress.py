"""How far a training is: a bar in a terminal, a line a minute in a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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

Report = Callable[[int, float], None]


@contextmanager
def report_steps(total: int, *, done: int) -> Iterator[Report]:
    """Yield a function that takes the number of steps done and the last step's loss."""
    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console) as bar:
            task = bar.add_task("training", total=total, completed=done, loss=0.0)
            yield lambda step, loss: bar.update(task, completed=step, loss=loss)
    else:
        yield _lines(console, total, done)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.4f}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _lines(console: Console, total: int, done: int) -> Report:
    started = last = time.monotonic()

    def report(step: int, loss: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < LINE_EVERY:
            return
        last = now
        left = (now - started) / (step - done) * (total - step) / 60
        console.print(f"step {step} of {total}, loss {loss:.4f}, {left:.0f} min left")

    return report
