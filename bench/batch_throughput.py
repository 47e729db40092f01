"""Measure the throughput of a batch, beside scoring one essay after the other.

    .venv/bin/python -m bench.batch_throughput [--essays N] [--runs N]

Each run scores the same essays with the stand-in for the original system's handler in a loop,
the bare ``Scorer`` on one thread in a loop, the Lambda handler in a loop, and ``essay-scorer
batch`` with one worker and with two. The time includes loading the models only for the batch.
"""

import argparse
import csv
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from bench.measured_handlers import original

ROOT = Path(__file__).resolve().parents[1]
FUNCTION = ROOT / "image" / "src"

STAND_IN = "stand-in for the original, in a loop"
SCORER = "Scorer, one thread, in a loop"
HANDLER = "Lambda handler, all threads, in a loop"
ONE_WORKER, TWO_WORKERS = "batch, one worker", "batch, two workers"

LOOP = """
import json, sys, time
sys.path.insert(0, sys.argv[3])
essays = json.load(open(sys.argv[1]))
if sys.argv[2] == "scorer":
    from essay_scorer import Scorer
    score = Scorer.load(threads=1).score
else:
    import main
    score = lambda text: main.handler({"text": text}, None)
score(essays[0])
started = time.perf_counter()
for essay in essays:
    score(essay)
print(time.perf_counter() - started)
"""


def make_essays(count: int) -> list[str]:
    """Return essays of 8 to 24 sentences from the examples, the same in each run."""
    choose = random.Random(5)  # noqa: S311 - no secrets
    texts = [(ROOT / "examples" / f"{name}.txt").read_text() for name in ("weak", "middling")]
    sentences = " ".join(texts).replace("\n", " ").split(". ")
    return [". ".join(choose.choices(sentences, k=choose.randint(8, 24))) for _ in range(count)]


def time_loop(method: str, essays: Path) -> float:
    """Return the seconds that the scorer or the handler takes for all essays."""
    command = [sys.executable, "-c", LOOP, str(essays), method, str(FUNCTION)]
    return float(subprocess.run(command, capture_output=True, check=True).stdout)


def time_batch(workers: int, source: Path) -> float:
    """Return the seconds that a batch takes for all essays, including its start."""
    command = [
        *(sys.executable, "-m", "essay_scorer.cli", "batch", str(source), os.devnull),
        *("--format", "csv", "--workers", str(workers)),
    ]
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - started


def measure(essays: Sequence[str], *, runs: int, environment: Path) -> dict[str, list[float]]:
    """Return the seconds of each run by method.

    Args:
        essays: to score.
        runs: how often each method runs, in turn with the others.
        environment: of the stand-in for the original system.
    """
    with tempfile.TemporaryDirectory() as name:
        texts, source = Path(name) / "essays.json", Path(name) / "essays.csv"
        texts.write_text(json.dumps(essays))
        with source.open("w", newline="") as file:
            csv.writer(file).writerows([["text"], *([essay] for essay in essays)])
        methods: dict[str, Callable[[], float]] = {
            STAND_IN: partial(original(environment.absolute()).loop, texts),
            SCORER: partial(time_loop, "scorer", texts),
            HANDLER: partial(time_loop, "handler", texts),
            ONE_WORKER: partial(time_batch, 1, source),
            TWO_WORKERS: partial(time_batch, 2, source),
        }
        seconds: dict[str, list[float]] = {method: [] for method in methods}
        for _ in range(runs):
            for method, run in methods.items():
                seconds[method].append(run())
    return seconds


def report(seconds: Mapping[str, Sequence[float]], essays: int) -> str:
    """Return a table of the methods, and how they compare."""
    medians = {method: statistics.median(times) for method, times in seconds.items()}
    lines = [
        f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, "
        f"Python {platform.python_version()}, {essays} essays, "
        f"{len(seconds[SCORER])} runs, seconds, median (lowest-highest)"
    ]
    for method, times in seconds.items():
        spread = f"{medians[method]:.1f} ({min(times):.1f}-{max(times):.1f})"
        lines.append(f"  {method:<40}{spread:<22}{essays / medians[method]:6.1f} per second")
    one, two = medians[ONE_WORKER], medians[TWO_WORKERS]
    return "\n".join(
        [
            *lines,
            f"  overhead of the batch with one worker: {one / medians[SCORER] - 1:.1%}",
            f"  two workers are {one / two:.2f} × as fast as one, and "
            f"{medians[STAND_IN] / two:.1f} × as fast as the stand-in's loop",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--essays", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--original", type=Path, default=ROOT / ".venv-original")
    options = parser.parse_args()
    essays = make_essays(options.essays)
    seconds = measure(essays, runs=options.runs, environment=options.original)
    print(report(seconds, len(essays)))


if __name__ == "__main__":
    main()
