"""Whole files through the deployed Distributed Map, as a user submits and fetches them.

The environment variable ``ESSAYS`` sets how many; `make e2e-batch` uses 5,000.
"""

import csv
import json
import os
import random
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from infra.cdk_cli import ROOT
from infra.operations import Operator

from local_aws.deployment import Cloud

ESSAYS = int(os.environ.get("ESSAYS", "200"))
BATCH_SIZE = 20
KILLING_TIME = 10  # seconds
MAX_CELL = 16 * 1024 * 1024  # characters
SENTENCES = (
    "The town should keep its library open on Sundays.",
    "Many families have no other day to visit it together.",
    "Some people say that nobody reads any more, but the shelves tell another story.",
    "Therefore the council ought to pay for two more hours.",
)

Rows = list[dict[str, str]]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def operator(cloud: Cloud) -> Iterator[Operator]:
    operator = cloud.operator(name="many", batch="true", batch_size=BATCH_SIZE, batch_concurrency=4)
    operator.deploy()
    yield operator
    operator.destroy()


@pytest.fixture(scope="module")
def outputs(operator: Operator) -> dict[str, str]:
    return operator.outputs()


@pytest.fixture(scope="module")
def run(cloud: Cloud) -> Run:
    """Return a function that runs the command line against the emulator."""
    program = (str(ROOT / ".venv" / "bin" / "python"), "-m", "essay_scorer.cli")

    def run_command(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*program, *map(str, arguments)],
            env=cloud.env,
            capture_output=True,
            text=True,
            check=False,
        )

    return run_command


def _write_essays(path: Path, replaced: dict[int, str] | None = None) -> Path:
    """Write a file of essays; some of them, by their index, have another text."""
    choose = random.Random(3)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text"])
        for index in range(ESSAYS):
            text = " ".join(choose.choices(SENTENCES, k=choose.randint(1, 4)))
            writer.writerow([f"E{index}", (replaced or {}).get(index, text)])
    return path


def _read_rows(path: Path) -> Rows:
    csv.field_size_limit(MAX_CELL)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _score_in_aws(run: Run, outputs: dict[str, str], source: Path) -> tuple[Rows, str]:
    """Submit a file and fetch its scores; return the rows and the summary."""
    folder = f"s3://{outputs['BatchBucket']}/exam"
    submitted = run("submit", source, folder, "--stack", "many")
    assert submitted.returncode == 0, submitted.stderr
    out = source.with_suffix(".aws.csv")
    fetched = run("fetch", submitted.stdout.strip(), out)
    assert fetched.returncode in (0, 3), fetched.stderr
    return _read_rows(out), fetched.stderr


def _score_locally(run: Run, source: Path, *, status: int) -> Rows:
    out = source.with_suffix(".local.csv")
    scored = run("batch", source, out, "--bundle", ROOT / "models" / "default")
    assert scored.returncode == status
    return _read_rows(out)


def test_scores_equal_those_of_a_local_batch(
    run: Run, outputs: dict[str, str], tmp_path: Path
) -> None:
    unscorable = {3: "", 50: "1234", 77: "a " * 140_000}
    source = _write_essays(tmp_path / "essays.csv", unscorable)
    rows, summary = _score_in_aws(run, outputs, source)
    assert rows == _score_locally(run, source, status=3)
    assert [index for index, row in enumerate(rows) if row["error"]] == sorted(unscorable)
    assert f"scored   {ESSAYS - len(unscorable):,} of {ESSAYS:,} rows" in summary
    assert "about $" in summary
    assert re.search(r"version \d+ of the function; succeeded", summary)


@contextmanager
def _single_environment(cloud: Cloud) -> Iterator[None]:
    """Throttle the function that scores batches to one execution environment."""
    functions = cloud.client("lambda")
    (name,) = [
        function["FunctionName"]
        for function in functions.list_functions()["Functions"]
        if function["FunctionName"].startswith("many-Batch")
    ]
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    try:
        yield
    finally:
        functions.delete_function_concurrency(FunctionName=name)


@contextmanager
def _kills(cloud: Cloud) -> Iterator[list[str]]:
    """Kill a container every two seconds for a while; yields the list of those killed."""
    stop, killed = threading.Event(), list[str]()

    def kill() -> None:
        while not stop.wait(2):
            for container in cloud.environments()[:1]:
                with suppress(RuntimeError):  # it has just ended by itself
                    killed.append(cloud.engine.docker("kill", container))

    killer, timer = threading.Thread(target=kill), threading.Timer(KILLING_TIME, stop.set)
    killer.start()
    timer.start()
    try:
        yield killed
    finally:
        stop.set()
        killer.join()
        timer.cancel()


def test_every_essay_is_scored_once_despite_kills_and_throttling(
    cloud: Cloud, run: Run, outputs: dict[str, str], tmp_path: Path
) -> None:
    source = _write_essays(tmp_path / "essays.csv")
    with _single_environment(cloud), _kills(cloud) as killed:
        rows, _ = _score_in_aws(run, outputs, source)
    assert killed
    print(f"{len(killed)} kills; {sum(bool(row['error']) for row in rows)} essays have an error")
    assert rows == _score_locally(run, source, status=0)


def test_no_history_of_step_functions_has_an_essay(
    cloud: Cloud, run: Run, outputs: dict[str, str], tmp_path: Path
) -> None:
    """Neither that of the execution nor those of its children, which AWS keeps for 90 days."""
    states = cloud.client("stepfunctions")
    before = _child_executions(states, outputs)
    _score_in_aws(run, outputs, _write_essays(tmp_path / "essays.csv"))
    (latest, *_) = states.list_executions(stateMachineArn=outputs["BatchStateMachine"])[
        "executions"
    ]
    children = _child_executions(states, outputs) - before
    assert len(children) >= ESSAYS / BATCH_SIZE
    for arn in (latest["executionArn"], *children):
        execution = states.describe_execution(executionArn=arn)
        history = states.get_execution_history(executionArn=arn, includeExecutionData=True)
        seen = json.dumps([execution, history["events"]], default=str)
        assert not [sentence for sentence in SENTENCES if sentence in seen], arn
    found: dict[str, Any] = states.describe_execution(executionArn=latest["executionArn"])
    assert json.loads(found["output"])["ResultWriterDetails"]["Key"].endswith("manifest.json")


def _child_executions(states: Any, outputs: dict[str, str]) -> set[str]:
    """Return the child executions of all runs."""
    runs = states.list_executions(stateMachineArn=outputs["BatchStateMachine"])["executions"]
    maps = [
        one["mapRunArn"]
        for execution in runs
        for one in states.list_map_runs(executionArn=execution["executionArn"])["mapRuns"]
    ]
    pages = (
        page
        for arn in maps
        for page in states.get_paginator("list_executions").paginate(mapRunArn=arn)
    )
    return {child["executionArn"] for page in pages for child in page["executions"]}
