"""How far a run is, and how it went: for people, on standard error."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Protocol

from essay_scorer.tables.rows import Answer

LINE_EVERY = 60.0  # seconds, in a log
SHOWN = 5  # failures that are named


@dataclass
class Summary:
    """What a run did."""

    rows: int = 0
    replayed: int = 0  # scored by a run before this one
    failed: Counter[str] = field(default_factory=Counter)
    flagged: int = 0
    flags: Counter[str] = field(default_factory=Counter)
    scores: Counter[int] = field(default_factory=Counter)
    first_failures: list[str] = field(default_factory=list)
    began: float | None = field(default_factory=time.monotonic)  # none where another scored

    def count(self, answer: Answer, where: str) -> None:
        """Take a row's answer in."""
        self.rows += 1
        if code := answer.get("error"):
            self.failed[code] += 1
            if len(self.first_failures) < SHOWN:
                self.first_failures.append(f"{where}: {code}")
            return
        self.scores[answer["essay score"]] += 1
        self.flagged += bool(answer["flags"])
        self.flags.update(answer["flags"])

    def describe(self) -> str:
        """Return it as a person reads it."""
        failed = self.failed.total()
        lines = [
            f"scored   {self.rows - failed:,} of {self.rows:,} rows{self._took()}",
            f"failed   {failed:,}{_named(self.failed)}",
            f"flagged  {self.flagged:,}{_named(self.flags)}",
            f"scores   {_counts(sorted(self.scores.items())) or '(none)'}",
            *(f"         {failure}" for failure in self.first_failures),
        ]
        if failed > SHOWN:
            lines.append(f"         and {failed - SHOWN:,} more; the column error names them")
        return "\n".join(lines)

    def _took(self) -> str:
        if self.began is None:
            return ""
        seconds, fresh = time.monotonic() - self.began, self.rows - self.replayed
        said = f" in {duration(seconds)}, {fresh / seconds:,.1f} rows a second"
        return f"{said}; {self.replayed:,} were scored before" if self.replayed else said


def _named(counter: Counter[str]) -> str:
    return f" ({_counts(counter.most_common())})" if counter else ""


def _counts(items: list[tuple[str, int]] | list[tuple[int, int]]) -> str:
    return ", ".join(f"{name}: {count:,}" for name, count in items)


def duration(seconds: float) -> str:
    """Return a time as a person says it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


class Measured(Protocol):
    """Something of which a part is done; position and size are of one unit."""

    @property
    def size(self) -> int | None: ...
    def position(self) -> int: ...


class Watch(Protocol):
    """Takes how many rows have been scored."""

    def __call__(self, rows: int) -> None: ...


@contextmanager
def watching(source: Measured) -> Iterator[Watch]:
    """Yield what each scored row is reported to: a bar in a terminal, else a line a minute."""
    if sys.stderr.isatty() and find_spec("rich") is not None:
        with _bar(source) as watch:
            yield watch
    else:
        yield _lines(source, every=LINE_EVERY / 12 if sys.stderr.isatty() else LINE_EVERY)


@contextmanager
def _bar(source: Measured) -> Iterator[Watch]:
    from rich.console import Console  # noqa: PLC0415 - an optional part
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("scoring"),
        BarColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TextColumn("{task.fields[rate]:.1f} a second"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    start, began = source.position(), time.monotonic()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None, rows=0, rate=0.0)

        def watch(rows: int) -> None:
            total = source.size - start if source.size else None
            done, rate = source.position() - start, rows / (time.monotonic() - began)
            bar.update(task, total=total, completed=done, rows=rows, rate=rate)

        yield watch


def _lines(source: Measured, *, every: float) -> Watch:
    start, began = source.position(), time.monotonic()
    last = began

    def watch(rows: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < every:
            return
        last = now
        done = source.position() - start
        left = ""
        if source.size and done:
            rest = source.size - source.position()
            left = f", about {duration((now - began) / done * rest)} left"
        rate = rows / (now - began)
        print(f"{rows:,} rows, {rate:.1f} a second{left}", file=sys.stderr, flush=True)

    return watch
