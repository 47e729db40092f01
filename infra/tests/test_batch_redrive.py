"""The deployed state machine in the emulator, from the file of items to the result files."""

import json
import threading
from typing import Any

import pytest

from infra.tests.emulated_states import BUCKET, FUNCTION_ARN, EmulatedStates
from infra.tests.templates import Synthesize, state_machine_definition

ROWS = 50
INPUT = {"bucket": BUCKET, "essays": "essays/a.jsonl", "items": "items/a.jsonl",
         "results": "results/a", "profile": "", "profile_bytes": 0}  # fmt: skip


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> EmulatedStates:
    states = EmulatedStates(monkeypatch)
    items = ({"n": row, "start": 10 * row, "end": 10 * row + 10} for row in range(ROWS))
    states.put("items/a.jsonl", "".join(json.dumps(item) + "\n" for item in items))
    return states


@pytest.fixture
def definition(synthesize: Synthesize) -> dict[str, Any]:
    """Return the deployed definition, whose function is the emulator's."""
    text = json.dumps(
        state_machine_definition(synthesize(batch=True, batch_size=10, batch_concurrency=2))
    )
    (arn,) = {part for part in text.split('"') if ":function:" in part}
    definition: dict[str, Any] = json.loads(text.replace(arn, FUNCTION_ARN))
    return definition


def _read_rows(states: EmulatedStates, output: str) -> list[int]:
    """Return the rows in the result files."""
    manifest = json.loads(states.get(json.loads(output)["ResultWriterDetails"]["Key"]))
    lines = [
        line
        for file in manifest["ResultFiles"]["SUCCEEDED"]
        for line in states.get(file["Key"]).splitlines()
    ]
    results = (json.loads(line) for line in lines)
    batches = [one for result in results for one in ([result] if "answers" in result else result)]
    return [row for batch in batches for row in batch["answers"]]


def test_stopped_run_is_redriven(states: EmulatedStates, definition: dict[str, Any]) -> None:
    """Someone stops a run in the middle; after a redrive, each row is there once."""
    calls: list[dict[str, Any]] = []
    in_the_middle, hold = threading.Event(), threading.Event()

    def score(batch: dict[str, Any]) -> dict[str, Any]:
        calls.append(batch)
        if len(calls) == 4:
            in_the_middle.set()
        if len(calls) in (3, 4):
            hold.wait(10)
        return {"answers": [item["n"] for item in batch["Items"]]}

    states.serve(score)
    arn = states.start(definition, INPUT)
    assert in_the_middle.wait(10)
    states.client.stop_execution(executionArn=arn)
    states.client.redrive_execution(executionArn=arn)
    hold.set()
    found = states.wait(arn)
    assert (found["status"], found["redriveCount"]) == ("SUCCEEDED", 1)
    rows = _read_rows(states, found["output"])
    assert len(rows) == len(set(rows)), "a row is in the results twice"
    assert sorted(rows) == list(range(ROWS)), "a row is lost"
    sent = {"bucket": BUCKET, "key": "essays/a.jsonl", "profile": "", "profile_bytes": 0}
    assert all(call["BatchInput"] == sent for call in calls)
    counts = states.map_run(arn)["itemCounts"]
    assert (counts["total"], counts["succeeded"], counts["aborted"]) == (ROWS, ROWS, 0)
    scored = [item["n"] for call in calls for item in call["Items"]]
    assert len(scored) == ROWS + 20, "more than the two batches under way was invoked twice"
