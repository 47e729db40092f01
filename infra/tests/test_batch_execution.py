"""What happens to a batch, in moto's interpreter of Amazon States Language.

The interpreter has no ItemBatcher and no JSON Lines reader, so it runs the states that the
Distributed Map starts for each batch, with a batch as their input.
"""

import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from infra.tests.interpreted_states import INTERPRETER, Batch, Execute, interpreting, throttled
from infra.tests.templates import FUNCTION_VERSION_ARN, Synthesize, state_machine_definition


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that the interpreter would have waited before each retry."""
    seconds: list[float] = []
    clock = SimpleNamespace(sleep=seconds.append)
    monkeypatch.setattr(f"{INTERPRETER}.common.retry.retrier_decl.time", clock)
    return seconds


@pytest.fixture(name="states")
def batch_states(synthesize: Synthesize) -> dict[str, Any]:
    """Return the states that the Distributed Map starts for each batch."""
    definition = state_machine_definition(synthesize(batch=True))
    processor = dict(definition["States"]["ScoreFile"]["ItemProcessor"])
    del processor["ProcessorConfig"]
    return processor


@pytest.fixture(name="retries")
def retries_of_failures(states: dict[str, Any]) -> int:
    """Return how often a batch that fails is retried."""
    (attempts,) = [
        int(retry["MaxAttempts"])
        for retry in states["States"]["ScoreBatch"]["Retry"]
        if "States.TaskFailed" in retry["ErrorEquals"]
    ]
    return attempts


@pytest.fixture
def execute(
    states: dict[str, Any], monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> Iterator[Execute]:
    """Yield a callable that runs the states of a batch.

    It returns their output and the requests that the function got.
    """
    with interpreting(states, FUNCTION_VERSION_ARN, monkeypatch) as run:
        yield run


def _batch(*numbers: int) -> Batch:
    items = [{"n": n, "start": 100 * n, "end": 100 * n + 100} for n in numbers]
    return {"BatchInput": {"bucket": "essays", "key": "essays/a.jsonl"}, "Items": items}


POISON = 1  # the row that cannot be scored


def _score(batch: Batch) -> dict[str, Any]:
    """Return one answer per essay; fail on the row ``POISON``."""
    rows = [item["n"] for item in batch["Items"]]
    if POISON in rows:
        raise ValueError("poison")
    return {"answers": [[row, {"essay score": 3}] for row in rows]}


def _answers(*rows: int) -> dict[str, Any]:
    return {"answers": [[row, {"essay score": 3}] for row in rows]}


def test_batch_is_one_invocation(execute: Execute) -> None:
    output, requests = execute(_score, _batch(4, 5))
    assert output == _answers(4, 5)
    assert requests == [_batch(4, 5)]


def test_essay_that_fails_costs_only_its_own_result(
    execute: Execute, waits: list[float], retries: int
) -> None:
    output, requests = execute(_score, _batch(0, POISON, 2))
    assert output == [_answers(0), {"answers": []}, _answers(2)]
    tries = 1 + retries
    assert [len(request["Items"]) for request in requests] == [3] * tries + [1] * (2 + tries)
    assert requests[-1] == _batch(2)
    assert len(waits) == 2 * retries


def test_throttling_alone_loses_nothing(execute: Execute, waits: list[float]) -> None:
    """A batch that was throttled a hundred times is scored whole at the next attempt."""
    attempts = itertools.count()

    def score_when_free(batch: Batch) -> dict[str, Any]:
        if next(attempts) < 100:
            raise throttled()
        return _score(batch)

    output, requests = execute(score_when_free, _batch(4, 5))
    assert output == _answers(4, 5)
    assert requests == [_batch(4, 5)] * 101
    assert max(waits) <= 60
