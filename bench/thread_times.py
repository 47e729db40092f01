"""Measure scores with one and with two threads, inside a container with a quota of time.

    python3 thread_times.py warm ESSAY.txt ROUNDS
    python3 thread_times.py first ESSAY.txt THREADS

``warm`` alternates between both numbers of threads, so that a busy machine slows down both.
``first`` measures from the start of the process, without the interpreter's own start, to the score.
"""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from essay_scorer import Scorer

THREADS = (1, 2)
PAUSE = 0.06  # seconds between two single scores: longer than the threads of a session spin
BURST = 10  # scores without a pause, as in a batch


def measure_warm(essay: str, rounds: int) -> dict[str, dict[int, list[float]]]:
    """Return seconds of single scores, and seconds per score in bursts, by number of threads."""
    from essay_scorer import Scorer  # noqa: PLC0415 - its import belongs to the first score

    scorers = {threads: Scorer.load(threads=threads) for threads in THREADS}
    single: dict[int, list[float]] = {threads: [] for threads in THREADS}
    burst: dict[int, list[float]] = {threads: [] for threads in THREADS}
    for turn in range(rounds * BURST):
        for threads in THREADS[:: -1 if turn % 2 else 1]:
            time.sleep(PAUSE)
            single[threads].append(_time_scores(scorers[threads], essay, 1))
            if turn % BURST == 0:
                time.sleep(PAUSE)
                burst[threads].append(_time_scores(scorers[threads], essay, BURST))
    return {"single": single, "burst": burst}


def _time_scores(scorer: "Scorer", essay: str, count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        scorer.score(essay)
    return (time.perf_counter() - began) / count


def measure_first(essay: str, threads: int) -> float:
    """Return the seconds until the first score."""
    began = time.perf_counter()
    from essay_scorer import Scorer  # noqa: PLC0415 - measured

    Scorer.load(threads=threads).score(essay)
    return time.perf_counter() - began


if __name__ == "__main__":
    command, path, number = sys.argv[1:]
    measure = {"warm": measure_warm, "first": measure_first}[command]
    print(json.dumps(measure(Path(path).read_text(encoding="utf-8"), int(number))))
