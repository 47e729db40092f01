"""The deployed map in two interpreters: the emulator of ``local_aws/``, and moto's.

moto has no ItemBatcher, so both get batches as the items of the map. Child executions run one after
another, because moto counts the retries of concurrent ones together.
"""

import copy
import json
import threading
from collections import Counter
from typing import Any

import pytest

from infra.tests.emulated_states import FUNCTION_ARN, EmulatedStates
from infra.tests.interpreted_states import INTERPRETER, Batch, interpreting, throttled
from infra.tests.templates import Synthesize, state_machine_definition

BATCHES = [
    {
        "BatchInput": {"bucket": "b", "key": "k"},
        "Items": [{"n": n} for n in range(first, first + 3)],
    }
    for first in range(0, 15, 3)
]
POISON, THROTTLED, KILLED = 4, 6, 9  # rows: always fails; is throttled, or killed, several times


class _Function:
    """A function that fails in a certain way for certain rows."""

    def __init__(self, throttling: Exception) -> None:
        self._throttling = throttling
        self._failures = {THROTTLED: 20, KILLED: 3}
        self._lock = threading.Lock()
        self.requests: list[Batch] = []

    def __call__(self, batch: Batch) -> dict[str, Any]:
        rows = [item["n"] for item in batch["Items"]]
        with self._lock:
            self.requests.append(batch)
            for row in self._failures:
                if row in rows and self._failures[row]:
                    self._failures[row] -= 1
                    raise self._throttling if row == THROTTLED else ValueError("killed")
        if POISON in rows:
            raise ValueError("poison")
        return {"answers": rows}


@pytest.fixture
def definition(synthesize: Synthesize) -> dict[str, Any]:
    """Return the deployed definition without what moto lacks."""
    definition = copy.deepcopy(state_machine_definition(synthesize(batch=True)))
    (state,) = definition["States"].values()
    for name in ("ItemReader", "ItemBatcher", "ResultWriter"):
        del state[name]
    percentage = "ToleratedFailurePercentage"
    state[percentage] = float(state[percentage])  # moto's grammar knows no integer there
    return {
        **definition,
        "States": {"Map": {**state, "ItemsPath": "$", "MaxConcurrency": 1}},
        "StartAt": "Map",
    }


def _run_in_moto(definition: dict[str, Any], arn: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    class _Clock:
        sleep = staticmethod(lambda _: None)

    monkeypatch.setattr(f"{INTERPRETER}.common.retry.retrier_decl.time", _Clock)
    function = _Function(throttled())
    with interpreting(definition, arn, monkeypatch) as run:
        output, _ = run(function, BATCHES)
    return output, function.requests


def _run_in_emulator(definition: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    states = EmulatedStates(monkeypatch)
    function = _Function(states.failure("Lambda.TooManyRequestsException"))

    def serve(batch: Batch) -> dict[str, Any]:
        try:
            return function(batch)
        except ValueError as error:
            raise states.failure("ValueError") from error

    states.serve(serve)
    found = states.run(definition, BATCHES)
    assert found["status"] == "SUCCEEDED", f"the execution ended as {found}"
    return json.loads(found["output"]), function.requests


def test_both_interpreters_run_the_same_invocations(
    definition: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps(definition)
    (arn,) = {part for part in text.split('"') if ":function:" in part}
    emulated = json.loads(text.replace(arn, FUNCTION_ARN))
    expected, expected_requests = _run_in_moto(definition, arn, monkeypatch)
    output, requests = _run_in_emulator(emulated, monkeypatch)
    assert output == expected, "the emulator's results are not moto's"
    assert output[0] == {"answers": [0, 1, 2]}
    assert output[1] == [{"answers": [3]}, {"answers": []}, {"answers": [5]}]
    counts, expected_counts = (
        Counter(json.dumps(request, sort_keys=True) for request in found)
        for found in (requests, expected_requests)
    )
    assert counts == expected_counts, "the emulator retries other invocations than moto"
