"""Workers: answers in order, in bounded memory; one that dies costs one request at most."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.essay_files import make_essays, write_csv

from essay_scorer import Scorer
from essay_scorer.batch.pool import AT_ONCE, WINDOW, WORKER_DIED, Workers
from essay_scorer.errors import WorkerError

ECHO = """
import json, os, random, sys, time
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    requests = json.loads(line)
    if "poison" in requests:
        os._exit(9)
    time.sleep(random.random() / 500)
    print(json.dumps([{"said": request} for request in requests]), flush=True)
"""
CANNED = """
import json, sys
answer = json.loads(sys.argv[1])
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    print(json.dumps([answer for _ in json.loads(line)]), flush=True)
"""
RESIDENT = """
import resource, sys
from essay_scorer.batch import run
from essay_scorer.cli import main
canned, answer, *arguments = sys.argv[1:]
if answer:
    worker = [sys.executable, "-c", canned, answer]
    run.Workers.scoring = lambda bundle, count: run.Workers(worker, count)
assert main(["batch", *arguments, "--workers", "2"]) == 0
(peak,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1024)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""
ONE_CORE = """
import resource, subprocess, sys, time
began = time.monotonic()
worker = [sys.argv[1], "-m", "essay_scorer.batch.worker", sys.argv[2]]
subprocess.run(worker, check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print((used.ru_utime + used.ru_stime) / (time.monotonic() - began))
"""


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads the peak where Linux says it")


def _echo(number: int) -> Workers:
    return Workers([sys.executable, "-c", ECHO], number)


def _said(workers: Workers, requests: Iterator[object]) -> list[object]:
    return [
        answer.get("said", answer.get("error"))
        for answers in workers.answers(requests)
        for answer in answers
    ]


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("requests", [0, 1, AT_ONCE, 1001])
def test_answers_come_in_the_order_of_the_requests(number: int, requests: int) -> None:
    with _echo(number) as workers:
        assert _said(workers, iter(range(requests))) == list(range(requests))


def test_no_more_is_read_than_the_window_holds() -> None:
    taken = count()
    requests = (next(taken) for _ in range(5_000))
    with _echo(2) as workers:
        answered = 0
        for answers in workers.answers(requests):
            answered += len(answers)
            read = int(repr(taken).removeprefix("count(").removesuffix(")"))
            assert read - answered <= (2 * WINDOW + 1) * AT_ONCE


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("poison", [{7}, {0}, {7, 8}, {28, 29, 30, 31, 99}])
def test_a_request_that_kills_costs_only_itself(number: int, poison: set[int]) -> None:
    requests = ["poison" if place in poison else place for place in range(100)]
    with _echo(number) as workers:
        said = _said(workers, iter(requests))
    assert said == [WORKER_DIED if place in poison else place for place in range(100)]


def test_workers_that_always_die_are_given_up() -> None:
    with _echo(2) as workers, pytest.raises(WorkerError, match="die one after the other"):
        _said(workers, iter(["poison"] * 100))


def test_a_large_request_goes_through_a_small_pipe() -> None:
    texts = [str(number) * 200_000 for number in range(9)]
    with _echo(2) as workers:
        assert _said(workers, iter(texts)) == texts


def test_workers_that_cannot_start_say_why(tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match="nowhere"), Workers.scoring(tmp_path / "nowhere", 2):
        pass


def _peaks(folder: Path, number: int, answer: str = "") -> list[float]:
    """Return the most memory, in MiB, that a run of so many rows takes, and a worker of it."""
    source, out = write_csv(folder / f"{number}.csv", make_essays(number)), folder / f"{number}.out.csv"
    command = [sys.executable, "-c", RESIDENT, CANNED, answer, str(source), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]


@linux
def test_a_runs_memory_does_not_grow_with_the_rows(scorer: Scorer, tmp_path: Path) -> None:
    answer = json.dumps(scorer.score("The town should keep its library.").to_dict())
    few, many = (_peaks(tmp_path, number, answer)[0] for number in (1_000, 20_000))
    assert many - few < 5


@linux
def test_a_workers_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """The figures for more rows stand in docs/scale.md."""
    (_, few), (run, many) = (_peaks(tmp_path, number) for number in (20, 300))
    assert many - few < 30
    assert run + 2 * many < 600


def test_a_worker_scores_on_one_core(shipped: Path) -> None:
    requests = json.dumps([{"text": row["text"]} for row in make_essays(8)]) + "\n"
    command = [sys.executable, "-c", ONE_CORE, sys.executable, str(shipped)]
    done = subprocess.run(command, input=requests * 12, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.2
