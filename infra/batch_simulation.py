"""A batch run in simulated time, to see what becomes of a million rows in minutes of computing.

The simulation executes the deployed definition: the Distributed Map, and the states of its child
executions with their retries and catchers. It knows no rule of this project. Step Functions' own
rules are from its Developer Guide, https://docs.aws.amazon.com/step-functions/latest/dg/:

- A retry is a state transition, and is billed as one (``concepts-error-handling.html``).
- State transitions are throttled, and then take longer; an execution fails when its history has
  25,000 events (``service-quotas.html``).
- A redrive runs the unsuccessful child executions again from the state that was unsuccessful, in an
  inline Map only the unsuccessful iterations; retries start from zero (``redrive-map-run.html``,
  ``redrive-executions.html``).
"""

import heapq
import itertools
import random
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from infra.retry_rules import Retries, State, find_catcher
from infra.simulated_function import Account, Faults, Invocation, SimulatedFunction, Workload

MAX_EVENTS = 25_000  # in the history of an execution
TRANSITIONS_PER_SECOND = 5_000.0  # in the largest regions; 800 in the others
STEP_SECONDS = 0.1  # that Step Functions takes to enter a state

Command = float | Sequence[int]  # seconds to wait, or rows with which to invoke the function
Steps = Generator[Command, str | None, None]


class ChildFailedError(Exception):
    """A child execution fails."""


@dataclass
class Child:
    """A child execution.

    Attributes:
        rows: of its batch.
        status: as Step Functions names it; ``PENDING`` before it starts.
        scored: rows that got a score, by invocation.
        skipped: rows that got none because their essay failed.
        events: in its history.
        state: the state from which a redrive goes on.
        attempt: changes when the execution is stopped, so that what was under way is ignored.
    """

    rows: range
    state: str
    status: str = "PENDING"
    scored: list[Sequence[int]] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    events: int = 0
    attempt: int = 0


@dataclass
class BatchSimulation:
    """A run over some rows.

    Attributes:
        definition: of the state machine.
        rows: how many rows the file has.
        function: the function that scores batches.
        random: the source of everything random.
        now: seconds since the start.
        transitions: of states, so far.
        children: the child executions.
    """

    definition: State
    rows: int
    function: SimulatedFunction
    random: random.Random
    now: float = 0.0
    transitions: int = 0

    def __post_init__(self) -> None:
        (self._map,) = self.definition["States"].values()
        self._processor = self._map["ItemProcessor"]
        size = self._map["ItemBatcher"]["MaxItemsPerBatch"]
        self.children = [
            Child(range(first, min(first + size, self.rows)), self._processor["StartAt"])
            for first in range(0, self.rows, size)
        ]
        self._queue: list[tuple[float, int, Child, int, Steps, Invocation | None]] = []
        self._order = itertools.count()
        self._transitions_until = 0.0
        self._running = self._failed_rows = 0
        self.transitions += 2  # the execution starts, and so does the map

    @classmethod
    def create(
        cls,
        definition: State,
        *,
        rows: int,
        account: Account,
        faults: Faults | None = None,
        workload: Workload | None = None,
        seed: int = 1,
    ) -> "BatchSimulation":
        """Return a simulation that has not started.

        Args:
            definition: of the state machine.
            rows: how many rows the file has.
            account: what limits the function.
            faults: what goes wrong; nothing by default.
            workload: how long scoring takes.
            seed: of the random numbers.
        """
        generator = random.Random(seed)  # noqa: S311 - no secret
        function = SimulatedFunction(account, faults or Faults(), workload or Workload(), generator)
        return cls(definition, rows, function, generator)

    @property
    def results(self) -> Iterator[int]:
        """The rows that the result files have with a score, in the order of their batches."""
        succeeded = (child for child in self.children if child.status == "SUCCEEDED")
        return (row for child in succeeded for rows in child.scored for row in rows)

    def run(self, *, stop_at: float | None = None) -> str:
        """Run until all child executions have ended, or the execution ends; return its status.

        Run again after that to redrive the execution.

        Args:
            stop_at: the second at which someone stops the execution.
        """
        timeout = self.now + self.definition.get("TimeoutSeconds", float("inf"))
        end = min(timeout, float("inf") if stop_at is None else stop_at)
        unsuccessful = (
            child
            for child in self.children
            if child.status != "SUCCEEDED" and child.events < MAX_EVENTS
        )
        # First those that are redriven, then those that never started.
        waiting = iter(sorted(unsuccessful, key=lambda child: child.status == "PENDING"))
        self._failed_rows = 0
        self._fill(waiting)
        while self._queue:
            if self._queue[0][0] >= end:
                self._stop(end)
                return "TIMED_OUT" if end == timeout else "ABORTED"
            self._advance()
            if self._exceeds_tolerated_failures():
                self._stop(self.now)
                return "FAILED"
            self._fill(waiting)
        return "SUCCEEDED"

    def _fill(self, waiting: Iterator[Child]) -> None:
        """Start child executions up to the highest concurrency."""
        while self._running < (self._map.get("MaxConcurrency") or 10_000):
            child = next(waiting, None)
            if child is None:
                return
            self._running += 1
            child.status = "RUNNING"
            child.events += 1  # ExecutionStarted or ExecutionRedriven
            steps = self._run_child(child)
            delay = self._transition()
            self._put(self.now + delay, child, steps, None)

    def _put(self, time: float, child: Child, steps: Steps, invocation: Invocation | None) -> None:
        entry = (time, next(self._order), child, child.attempt, steps, invocation)
        heapq.heappush(self._queue, entry)

    def _advance(self) -> None:
        """Go on to the next thing that happens."""
        self.now, _, child, attempt, steps, invocation = heapq.heappop(self._queue)
        error = invocation.error if invocation else None
        if invocation and invocation.runs:
            self.function.release(error)
        if attempt != child.attempt:
            return  # the child execution was stopped meanwhile
        try:
            command = next(steps) if invocation is None else steps.send(error)
        except StopIteration:
            child.events += 1
            self._end(child, "SUCCEEDED")
        except ChildFailedError:
            self._failed_rows += len(child.rows)
            self._end(child, "FAILED")
        else:
            self._execute(command, child, steps)

    def _execute(self, command: Command, child: Child, steps: Steps) -> None:
        if isinstance(command, float):
            self._put(self.now + command, child, steps, None)
        else:
            invocation = self.function.invoke(self.now, command)
            self._put(self.now + invocation.seconds, child, steps, invocation)

    def _end(self, child: Child, status: str) -> None:
        child.status = status
        child.attempt += 1
        self._running -= 1

    def _stop(self, now: float) -> None:
        """Abort what runs; invocations that are under way end later, and are ignored."""
        self.now = now
        for child in self.children:
            if child.status == "RUNNING":
                self._end(child, "ABORTED")

    def _exceeds_tolerated_failures(self) -> bool:
        tolerated = self._map.get("ToleratedFailurePercentage", 0) * self.rows
        return bool(self._failed_rows * 100 > tolerated)

    def _transition(self) -> float:
        """Count a state transition; return the seconds that it takes."""
        self.transitions += 1
        earliest = max(self._transitions_until, self.now - 1)  # a second's worth may be at once
        self._transitions_until = earliest + 1 / TRANSITIONS_PER_SECOND
        return STEP_SECONDS + max(0.0, self._transitions_until - self.now)

    def _run_child(self, child: Child) -> Steps:
        """Yield what a child execution waits for."""
        yield from self._run_states(self._processor, child, child.rows, child.state)

    def _run_states(self, machine: State, child: Child, rows: Sequence[int], first: str) -> Steps:
        """Yield what the states of a child execution, or of an iteration, wait for."""
        name: str | None = first
        while name is not None:
            if machine is self._processor:
                child.state = name
            state = machine["States"][name]
            self._add_events(child, 1)
            yield self._transition()
            if state["Type"] == "Task":
                name = yield from self._run_task(state, child, rows)
            elif state["Type"] == "Map":
                yield from self._run_iterations(state, child, rows)
                name = state.get("Next")
            elif state["Type"] == "Pass":
                child.skipped += rows
                name = state.get("Next")
            else:
                raise NotImplementedError(f"a state of type {state['Type']}")
            self._add_events(child, 1)

    def _run_iterations(self, state: State, child: Child, rows: Sequence[int]) -> Steps:
        """Run the iterations of an inline Map one after another."""
        if state.get("MaxConcurrency") != 1:
            raise NotImplementedError("an inline Map with concurrent iterations")
        self._add_events(child, 1)  # MapStateStarted
        done = {*itertools.chain.from_iterable(child.scored), *child.skipped}
        processor = state["ItemProcessor"]
        for row in rows:
            if row not in done:
                self._add_events(child, 1)
                yield from self._run_states(processor, child, (row,), processor["StartAt"])
                self._add_events(child, 1)
        self._add_events(child, 1)  # MapStateSucceeded

    def _run_task(
        self, state: State, child: Child, rows: Sequence[int]
    ) -> Generator[Command, str | None, str | None]:
        """Invoke the function until it scores the rows or no retry is left; return what is next."""
        retries = Retries(state, self.random)
        while True:
            error = yield rows
            self._add_events(child, 3)  # TaskScheduled, TaskStarted, TaskSucceeded or TaskFailed
            if error is None:
                child.scored.append(rows)
                return state.get("Next")
            delay = retries.delay(error)
            if delay is None:
                break
            yield delay + self._transition()
        catcher = find_catcher(state, error)
        if catcher is None:
            raise ChildFailedError
        return str(catcher["Next"])

    def _add_events(self, child: Child, count: int) -> None:
        child.events += count
        if child.events >= MAX_EVENTS:
            raise ChildFailedError
