"""Whole files through the deployed Distributed Map, as a user sends and fetches them.

``ESSAYS`` says how many; ``make e2e-batch`` takes 5,000.
"""

import csv
import json
import os
import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from infra.cdk import ROOT
from infra.operate import Operator

from local_aws.deployment import Cloud

ESSAYS = int(os.environ.get("ESSAYS", "200"))
DISTURBED = 10  # seconds
SENTENCES = (
    "The town should keep its library open on Sundays.",
    "Many families have no other day to visit it together.",
    "Some people say that nobody reads any more, but the shelves tell another story.",
    "Therefore the council ought to pay for two more hours.",
)

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def operator(cloud: Cloud) -> Iterator[Operator]:
    operator = cloud.operator(name="many", batch="true", batch_size=20, batch_concurrency=4)
    operator.bootstrap()
    operator.deploy()
    yield operator
    operator.destroy()


@pytest.fixture(scope="module")
def outputs(operator: Operator) -> dict[str, str]:
    return operator.outputs()


def _write(path: Path, poison: dict[int, str]) -> Path:
    choose = random.Random(3)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text"])
        for number in range(ESSAYS):
            text = " ".join(choose.choices(SENTENCES, k=choose.randint(1, 4)))
            writer.writerow([f"E{number}", poison.get(number, text)])
    return path


def _rows(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(16 * 1024 * 1024)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def run(cloud: Cloud) -> Run:
    """Return a function that runs the command line against the emulator."""
    site = os.pathsep.join((str(ROOT / "src"), str(ROOT)))

    def command(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        # AWS's library is in one environment, the scorer's in the other.
        place = ".venv" if name == "batch" else ".venv-infra"
        program = (str(ROOT / place / "bin" / "python"), "-m", "essay_scorer.cli")
        return subprocess.run(
            [*program, name, *map(str, arguments)],
            env={**cloud.env, "PYTHONPATH": site},
            capture_output=True,
            text=True,
            check=False,
        )

    return command


def _through_aws(
    run: Run, outputs: dict[str, str], source: Path
) -> tuple[list[dict[str, str]], str]:
    sent = run("submit", source, f"s3://{outputs['BatchBucket']}/exam", "--stack", "many")
    assert sent.returncode == 0, sent.stderr
    out = source.with_suffix(".aws.csv")
    fetched = run("fetch", sent.stdout.strip(), out)
    assert fetched.returncode in (0, 3), fetched.stderr
    return _rows(out), fetched.stderr


def test_the_scores_are_the_local_batchs(run: Run, outputs: dict[str, str], tmp_path: Path) -> None:
    poison = {3: "", 50: "1234", 77: "a " * 140_000}
    source = _write(tmp_path / "essays.csv", poison)
    rows, said = _through_aws(run, outputs, source)
    local = tmp_path / "local.csv"
    assert run("batch", source, local, "--bundle", ROOT / "models" / "default").returncode == 3
    assert rows == _rows(local)
    assert [n for n, row in enumerate(rows) if row["error"]] == sorted(poison)
    assert f"scored   {ESSAYS - len(poison):,} of {ESSAYS:,} rows" in said
    assert "about $" in said


def test_killed_in_the_middle_and_throttled_every_essay_is_scored_once(
    cloud: Cloud, run: Run, outputs: dict[str, str], tmp_path: Path
) -> None:
    functions = cloud.client("lambda")
    (name,) = [
        one["FunctionName"]
        for one in functions.list_functions()["Functions"]
        if one["FunctionName"].startswith("many-Batch")
    ]
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    stop, killed = threading.Event(), []

    def disturb() -> None:
        while not stop.wait(2):
            for container in cloud.engine.docker("ps", "--quiet").split()[:1]:
                with suppress(RuntimeError):  # it went by itself
                    killed.append(cloud.engine.docker("kill", container))

    killer = threading.Thread(target=disturb)
    killer.start()
    timer = threading.Timer(DISTURBED, stop.set)
    timer.start()
    source, local = _write(tmp_path / "essays.csv", {}), tmp_path / "local.csv"
    try:
        rows, _ = _through_aws(run, outputs, source)
    finally:
        stop.set()
        killer.join()
        timer.cancel()
        functions.delete_function_concurrency(FunctionName=name)
    assert killed
    assert run("batch", source, local, "--bundle", ROOT / "models" / "default").returncode == 0
    listed = [row for row in rows if row["error"]]
    print(f"{len(killed)} kills; {len(listed)} of {ESSAYS} essays are listed with an error")
    for row, alone in zip(rows, _rows(local), strict=True):
        assert row["id"] == alone["id"]
        assert row == alone or (row["error"] == "not_scored" and not row["essay score"])
    assert len(listed) <= ESSAYS // 10


def test_the_state_holds_keys_and_no_essay(
    cloud: Cloud, run: Run, outputs: dict[str, str], tmp_path: Path
) -> None:
    states = cloud.client("stepfunctions")
    _through_aws(run, outputs, _write(tmp_path / "essays.csv", {}))
    time.sleep(0.1)
    (latest, *_) = states.list_executions(stateMachineArn=outputs["BatchStateMachine"])[
        "executions"
    ]
    found: dict[str, Any] = states.describe_execution(executionArn=latest["executionArn"])
    assert "library" not in found["input"] + found["output"]
    assert json.loads(found["output"])["ResultWriterDetails"]["Key"].endswith("manifest.json")
