"""A million rows in simulated time: nothing is lost, and nothing is in the results twice."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from infra.batch_figures import BUSY, CASES, ROWS, Case, define_batch, format_table, simulate
from infra.batch_simulation import MAX_EVENTS, BatchSimulation
from infra.cdk_cli import ROOT
from infra.retry_rules import State
from infra.settings import Settings
from infra.simulated_function import THROTTLED, Account, Faults, Workload
from infra.tests.templates import Synthesize, properties

DEFINITION = define_batch(Settings(batch=True))


def _tasks(states: State) -> Iterator[State]:
    for state in states.values():
        if state["Type"] == "Task":
            yield state
        if "ItemProcessor" in state:
            yield from _tasks(state["ItemProcessor"]["States"])


def _change_throttling(definition: State, **changes: int) -> State:
    """Return the definition with other rules for invocations that are throttled."""
    changed = copy.deepcopy(definition)
    for task in _tasks(changed["States"]):
        (retrier,) = [one for one in task["Retry"] if THROTTLED in one["ErrorEquals"]]
        retrier.update(changes)
    return changed


def _check_results(simulation: BatchSimulation, *, failing: frozenset[int]) -> None:
    """Check that every row has a score exactly once, but for those whose essay fails."""
    rows = list(simulation.results)
    expected = set(range(simulation.rows)) - failing
    assert len(rows) == len(set(rows)), f"{len(rows) - len(set(rows))} rows are there twice"
    assert set(rows) == expected, f"{len(expected - set(rows))} rows are lost"


def test_simulated_definition_is_the_deployed_one(synthesize: Synthesize) -> None:
    template = synthesize(batch=True)
    assert properties(template, "AWS::StepFunctions::StateMachine")["Definition"] == DEFINITION


@pytest.mark.parametrize("case", CASES, ids=str)
def test_million_rows_are_scored_once(case: Case) -> None:
    simulation = simulate(case)
    _check_results(simulation, failing=BUSY.failing if case.busy else frozenset())
    assert {child.status for child in simulation.children} == {"SUCCEEDED"}
    assert max(child.events for child in simulation.children) < MAX_EVENTS / 10


def test_nine_attempts_lose_rows() -> None:
    """What the simulation is for: with as many attempts, throttling alone costs rows."""
    settings = Settings(batch=True, batch_concurrency=100)
    simulation = BatchSimulation.create(
        _change_throttling(define_batch(settings), MaxAttempts=9),
        rows=ROWS,
        account=Account(quota=10),
    )
    assert simulation.run() == "SUCCEEDED"
    lost = ROWS - len(set(simulation.results))
    assert 0.0001 < lost / ROWS < 0.01, f"{lost} rows are lost"


def test_stopped_run_is_redriven() -> None:
    """Someone stops the run three times; each redrive goes on with what is missing."""
    simulation = BatchSimulation.create(
        DEFINITION, rows=ROWS, account=Account(quota=100, others=1.0), faults=BUSY
    )
    for minute in (3, 6, 9):
        before = set(simulation.results)
        assert simulation.run(stop_at=minute * 60) == "ABORTED"
        assert before < set(simulation.results), "a redrive lost results"
    assert simulation.run() == "SUCCEEDED"
    _check_results(simulation, failing=BUSY.failing)
    unbroken = simulate(Case(100, 100, busy=True)).function.usage.invocations
    more = simulation.function.usage.invocations - unbroken
    assert more < 0.05 * unbroken, f"the redrives invoked the function {more} times more"


def test_endless_essays_cost_only_their_own_scores() -> None:
    endless = frozenset({5, 1_000, 1_001, 3_999})
    simulation = BatchSimulation.create(
        DEFINITION, rows=4_000, account=Account(quota=1000), faults=Faults(endless=endless)
    )
    assert simulation.run() == "SUCCEEDED"
    _check_results(simulation, failing=endless)


def _simulate_blocked_day(definition: State) -> BatchSimulation:
    """Return a run that other functions kept from invoking anything until it timed out."""
    simulation = BatchSimulation.create(definition, rows=400, account=Account(quota=0))
    assert simulation.run() in ("TIMED_OUT", "FAILED")
    assert not list(simulation.results)
    return simulation


def test_run_that_times_out_is_redriven() -> None:
    """After two days without any invocation, no execution is near the limit of its history."""
    simulation = _simulate_blocked_day(DEFINITION)
    assert simulation.now == DEFINITION["TimeoutSeconds"]
    assert simulation.run() == "TIMED_OUT"
    assert max(child.events for child in simulation.children) < 0.75 * MAX_EVENTS
    simulation.function.account = Account(quota=100)
    assert simulation.run() == "SUCCEEDED"
    _check_results(simulation, failing=frozenset())


def test_shorter_delays_would_fill_the_history() -> None:
    """With up to 10 s between two attempts, a day of throttling makes more than 25,000 events."""
    simulation = _simulate_blocked_day(_change_throttling(DEFINITION, MaxDelaySeconds=10))
    assert any(child.events >= MAX_EVENTS for child in simulation.children)
    simulation.function.account = Account(quota=100)
    simulation.run()
    assert len(set(simulation.results)) < simulation.rows, "the executions can be redriven"


def test_busiest_history_has_room() -> None:
    """The largest batch, essay by essay, each throttled as often as a day allows."""
    definition = define_batch(Settings(batch=True, batch_size=200))
    simulation = BatchSimulation.create(
        definition,
        rows=200,
        account=Account(quota=1),
        workload=Workload(essay=1.0),
        faults=Faults(kills=0.6, service_errors=0.6),
    )
    simulation.run()
    (child,) = simulation.children
    assert len(child.skipped) > 10, "the faults make no essay fail"
    assert child.events < MAX_EVENTS / 2


class TestRecordsOfAWS:
    """Histories that the tests of LocalStack recorded in AWS, with the names of those tests."""

    def _count_events(self, states: State, *, faults: Faults | None = None, size: int = 1) -> int:
        processor = {"StartAt": next(iter(states)), "States": states}
        batcher = {"MaxItemsPerBatch": size}
        machine: dict[str, Any] = {"Type": "Map", "ItemProcessor": processor,
                                   "ItemBatcher": batcher}  # fmt: skip
        simulation = BatchSimulation.create(
            {"States": {"Map": machine}}, rows=size, account=Account(quota=10), faults=faults
        )
        assert simulation.run() == "SUCCEEDED"
        (child,) = simulation.children
        return child.events

    def test_lambda_service_invoke_with_retry(self) -> None:
        """Execution started, state entered, four times scheduled, started and failed, then Pass."""
        retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3}
        catch = {"ErrorEquals": ["States.ALL"], "Next": "Pass"}
        task = {"Type": "Task", "Retry": [retry], "Catch": [catch], "End": True}
        states = {"Task": task, "Pass": {"Type": "Pass", "End": True}}
        assert self._count_events(states, faults=Faults(failing=frozenset({0}))) == 18

    def test_map_state(self) -> None:
        """The record has 42 events for eight items, of which four are of two other states."""
        processor = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}
        state = {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor, "End": True}
        assert self._count_events({"Map": state}, size=8) == 42 - 4


def test_documentation_has_the_simulated_table() -> None:
    text = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    assert format_table() in text, "docs/scale.md differs from what `make simulate-batch` prints"
