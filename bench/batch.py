"""Measure a batch on this machine, side by side with scoring one essay after the other.

    .venv/bin/python -m bench.batch [--essays N] [--runs N]

The same essays, in one run: the stand-in for the first system's handler in a loop; the bare
scorer in a loop on one thread; our handler in a loop, an event for each essay; and
``essay-scorer batch`` with one worker and with two.  Times leave the loading of the models
out of the loops, but not out of the batch.
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
from collections.abc import Callable, Sequence
from pathlib import Path

from .speed import original

ROOT = Path(__file__).resolve().parents[1]
FUNCTION = ROOT / "image" / "src"

LOOP = """
import json, sys, time
sys.path.insert(0, sys.argv[3])
essays = json.load(open(sys.argv[1]))
if sys.argv[2] == "bare":
    from essay_scorer import Scorer
    score = Scorer.load(threads=1).score
else:
    import main
    score = lambda text: main.handler({"text": text}, None)
score(essays[0])
began = time.perf_counter()
for essay in essays:
    score(essay)
print(time.perf_counter() - began)
"""


def make_essays(count: int) -> list[str]:
    """Return essays of the examples' sentences, as long as pupils' essays are."""
    choose = random.Random(5)  # noqa: S311 - the same essays each time
    texts = [(ROOT / "examples" / f"{name}.txt").read_text() for name in ("weak", "middling")]
    sentences = " ".join(texts).replace("\n", " ").split(". ")
    return [". ".join(choose.choices(sentences, k=choose.randint(8, 24))) for _ in range(count)]


def loop(kind: str, essays: Path) -> float:
    command = [sys.executable, "-c", LOOP, str(essays), kind, str(FUNCTION)]
    return float(subprocess.run(command, capture_output=True, check=True).stdout)


def batch(workers: int, source: Path) -> float:
    command = [sys.executable, "-m", "essay_scorer.cli", "batch", str(source), os.devnull,
               "--format", "csv", "--workers", str(workers)]  # fmt: skip
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - began


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f}-{max(values):.1f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--essays", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--original", type=Path, default=ROOT / ".venv-original")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        texts, source = Path(name) / "essays.json", Path(name) / "essays.csv"
        essays = make_essays(options.essays)
        texts.write_text(json.dumps(essays))
        with source.open("w", newline="") as file:
            csv.writer(file).writerows([["text"], *([essay] for essay in essays)])
        first = original(options.original.absolute())
        ways: dict[str, Callable[[], float]] = {
            "the original's handler in a loop": lambda: first.loop(texts),
            "bare scorer, one thread, in a loop": lambda: loop("bare", texts),
            "Lambda handler, all threads, in a loop": lambda: loop("handler", texts),
            "batch, one worker": lambda: batch(1, source),
            "batch, two workers": lambda: batch(2, source),
        }
        taken: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(options.runs):
            for way, run in ways.items():
                taken[way].append(run())
    cores = len(os.sched_getaffinity(0))
    print(f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, ", end="")
    print(f"{options.essays} essays, {options.runs} runs, seconds, median (lowest-highest)")
    bare = statistics.median(taken["bare scorer, one thread, in a loop"])
    for way, times in taken.items():
        fast = options.essays / statistics.median(times)
        print(f"  {way:<40}{spread(times):<22}{fast:6.1f} a second")
    before = statistics.median(taken["the original's handler in a loop"])
    one = statistics.median(taken["batch, one worker"])
    two = statistics.median(taken["batch, two workers"])
    print(
        f"  overhead of the batch, one worker: {one / bare - 1:.1%}; two are {one / two:.2f} × one"
    )
    print(f"  two workers are {before / two:.1f} × the original's loop")


if __name__ == "__main__":
    main()
