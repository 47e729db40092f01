"""The worker pool: outcomes in order, in bounded memory; a poison request costs only itself."""

import json
import subprocess
import sys
from collections.abc import Iterable
from itertools import count
from pathlib import Path

import pytest

from essay_scorer import RowError, Scorer, ScorerError, WorkerError
from essay_scorer.batch.pool import TASKS_PER_MESSAGE, WINDOW, WORKER_DIED, WorkerPool
from essay_scorer.batch.worker_process import Task
from tests.essay_files import make_essays, write_csv

# A worker whose outcome is an error with the request as its code.
ECHO = """
import json, os, random, sys, time
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    requests = json.loads(line)
    if "poison" in requests:
        os._exit(9)
    time.sleep(random.random() / 500)
    print(json.dumps([{"error": request} for request in requests]), flush=True)
"""
# A worker that gives every request the same outcome.
CANNED = """
import json, sys
answer = json.loads(sys.argv[1])
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    print(json.dumps([answer for _ in json.loads(line)]), flush=True)
"""
# A run that prints the peak memory of itself and of its workers, in MiB.
MEASURE_MEMORY = """
import resource, sys
from essay_scorer.batch import run
from essay_scorer.cli import main
canned, answer, *arguments = sys.argv[1:]
if answer:
    worker = [sys.executable, "-c", canned, answer]
    run.WorkerPool.for_bundle = lambda bundle, workers, profile: run.WorkerPool(worker, workers)
assert main(["batch", *arguments, "--workers", "2"]) == 0
(peak,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1024)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""
# Runs a worker and prints how many cores it used.
MEASURE_CORES = """
import resource, subprocess, sys, time
started = time.monotonic()
worker = [sys.argv[1], "-m", "essay_scorer.batch.worker", sys.argv[2]]
subprocess.run(worker, check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print((used.ru_utime + used.ru_stime) / (time.monotonic() - started))
"""

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads peak memory from /proc")


def _echo_pool(workers: int) -> WorkerPool:
    return WorkerPool([sys.executable, "-c", ECHO], workers)


def _run(pool: WorkerPool, requests: Iterable[object]) -> list[object]:
    return [_code(task) for tasks in pool.run(map(Task, requests)) for task in tasks]


def _code(task: Task) -> object:
    assert isinstance(task.outcome, ScorerError)
    return task.outcome.code


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("requests", [0, 1, TASKS_PER_MESSAGE, 1001])
def test_outcomes_come_in_the_order_of_the_requests(workers: int, requests: int) -> None:
    with _echo_pool(workers) as pool:
        assert _run(pool, range(requests)) == list(range(requests))


def test_no_more_tasks_are_read_than_the_window_holds() -> None:
    taken = count()
    tasks = (Task(next(taken)) for _ in range(5_000))
    with _echo_pool(2) as pool:
        finished = 0
        for group in pool.run(tasks):
            finished += len(group)
            read = int(repr(taken).removeprefix("count(").removesuffix(")"))
            assert read - finished <= (2 * WINDOW + 1) * TASKS_PER_MESSAGE


@pytest.mark.parametrize("unknown", [set(), {0}, {1, 40, 41, 999}, {999}])
def test_tasks_with_an_outcome_keep_their_place_and_need_no_worker(unknown: set[int]) -> None:
    tasks = [
        Task(number) if number in unknown else Task("poison", RowError(str(number)))
        for number in range(1000)
    ]
    with _echo_pool(2) as pool:
        finished = [task for group in pool.run(iter(tasks)) for task in group]
    assert finished == tasks
    assert [int(str(_code(task))) for task in finished] == list(range(1000))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("poison", [{7}, {0}, {7, 8}, {28, 29, 30, 31, 99}])
def test_a_poison_request_costs_only_itself(workers: int, poison: set[int]) -> None:
    requests = ["poison" if number in poison else number for number in range(100)]
    with _echo_pool(workers) as pool:
        codes = _run(pool, requests)
    assert codes == [WORKER_DIED if number in poison else number for number in range(100)]


def test_workers_that_keep_dying_end_the_run() -> None:
    with _echo_pool(2) as pool, pytest.raises(WorkerError, match="die one after another"):
        _run(pool, ["poison"] * 100)


def test_a_request_larger_than_the_pipe_goes_through() -> None:
    texts = [str(number) * 200_000 for number in range(9)]
    with _echo_pool(2) as pool:
        assert _run(pool, texts) == texts


def test_workers_that_cannot_start_say_why(tmp_path: Path) -> None:
    with (
        pytest.raises(WorkerError, match="nowhere"),
        WorkerPool.for_bundle(tmp_path / "nowhere", 2),
    ):
        pass


def _peak_memory(folder: Path, rows: int, answer: str = "") -> list[float]:
    """Return the peak memory, in MiB, of a run and of its workers."""
    source, out = write_csv(folder / f"{rows}.csv", make_essays(rows)), folder / f"{rows}.out.csv"
    command = [sys.executable, "-c", MEASURE_MEMORY, CANNED, answer, str(source), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]


@linux
def test_a_runs_memory_does_not_grow_with_the_rows(scorer: Scorer, tmp_path: Path) -> None:
    answer = json.dumps(scorer.score("The town should keep its library.").to_dict())
    few, many = (_peak_memory(tmp_path, rows, answer)[0] for rows in (1_000, 20_000))
    assert many - few < 5


@linux
def test_a_workers_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """``docs/scale.md`` has the numbers for more rows."""
    (_, few), (run, many) = (_peak_memory(tmp_path, rows) for rows in (20, 300))
    assert many - few < 30
    assert run + 2 * many < 600


def test_a_worker_scores_on_one_core(shipped: Path) -> None:
    requests = json.dumps([{"text": row["text"]} for row in make_essays(8)]) + "\n"
    command = [sys.executable, "-c", MEASURE_CORES, sys.executable, str(shipped)]
    done = subprocess.run(command, input=requests * 12, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.2
