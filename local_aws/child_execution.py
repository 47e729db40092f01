"""A child execution of a Distributed Map, which can be stopped and redriven.

``distributed_map`` names the AWS page of each rule.
"""

import copy
import json
import random
import threading
from types import ModuleType
from typing import Any

from infra.retry_rules import delay_before

from local_aws.distributed_map import FAILED, JSON, PENDING, SUCCEEDED


class StoppedError(Exception):
    """An attempt of an execution that was stopped goes no further."""


def install() -> None:
    """Correct the MiniStack that this process has imported.

    Child executions can be stopped, and retries have MaxDelaySeconds and JitterStrategy.
    """
    from ministack.services import stepfunctions

    add_event, find_retrier = stepfunctions._add_event, stepfunctions._find_matching_retrier
    generator = random.Random()  # noqa: S311 - no secret

    def add_event_unless_stopped(execution: JSON, *arguments: Any) -> Any:
        if "_stopped" in execution and execution["_stopped"].is_set():
            raise StoppedError
        return add_event(execution, *arguments)

    def find_retrier_with_delay(retriers: list[JSON], error: str, counts: dict[int, int]) -> Any:
        retrier, index = find_retrier(retriers, error, counts)
        if retrier is not None:
            delay = delay_before(retrier, counts.get(index, 0), generator)
            retrier = {**retrier, "IntervalSeconds": delay, "BackoffRate": 1}
        return retrier, index

    stepfunctions._add_event = add_event_unless_stopped
    stepfunctions._find_matching_retrier = find_retrier_with_delay


class ChildExecution:
    """A child execution.

    Attributes:
        record: what DescribeExecution answers.
        items: how many items its batch has.
        status: of the execution; differs from the record's while it waits for a redrive.
    """

    def __init__(self, stepfunctions: Any, iterator: JSON, record: JSON, items: int) -> None:
        self._stepfunctions: ModuleType = stepfunctions
        self._iterator = iterator
        self.record = {**record, "status": PENDING, "redriveCount": 0, "events": []}
        self.items = items
        self.status = PENDING
        self._attempt: JSON = {}
        # The state at which an attempt goes on, and its input.
        self._next: tuple[str, Any] = (iterator["StartAt"], json.loads(record["input"]))

    def start(self) -> None:
        """Start the execution, or redrive it if it has been started before."""
        states, record = self._stepfunctions, self.record
        if "executionArn" not in record:
            name = states.new_uuid()
            arn = f"{record['stateMachineArn'].replace(':stateMachine:', ':execution:')}:{name}"
            record.update(name=name, executionArn=arn, startDate=states.now_iso(), output=None)
            states._executions[arn] = record
            self._report("ExecutionStarted", {"input": record["input"]})
        else:
            record["redriveCount"] += 1
            record.update(error=None, cause=None)
            self._report("ExecutionRedriven", {"redriveCount": record["redriveCount"]})
        record.update(status="RUNNING", stopDate=None)
        # What MiniStack runs is a copy, so that an attempt that was stopped changes nothing.
        self._attempt = {**record, "mockAttempts": {}, "_stopped": threading.Event()}

    def run(self, context: JSON) -> JSON | None:
        """Run the states; return what becomes of the record, or None if the attempt was stopped.

        Args:
            context: the context object of the parent execution.
        """
        attempt, own_context = self._attempt, copy.deepcopy(context)
        own_context["Execution"] = {
            "Id": self.record["executionArn"],
            "Input": json.loads(self.record["input"]),
            "Name": self.record["name"],
            "StartTime": self.record["startDate"],
        }
        try:
            output = json.dumps(self._run_states(attempt, own_context))
        except StoppedError:
            return None
        except self._stepfunctions._ExecutionError as error:
            outcome = {"status": FAILED, "error": error.error, "cause": error.cause}
        else:
            outcome = {"status": SUCCEEDED, "output": output}
        return None if attempt["_stopped"].is_set() else outcome

    def end(self, **outcome: str) -> None:
        """Record how the execution ended; its attempt goes no further."""
        self.record.update(stopDate=self._stepfunctions.now_iso(), **outcome)
        status, details = outcome.pop("status"), outcome
        self._attempt["_stopped"].set()
        self._report(f"Execution{status.title()}", details)

    def _run_states(self, attempt: JSON, context: JSON) -> Any:
        states = self._stepfunctions
        name, given = self._next
        while name:
            self._next = (name, copy.deepcopy(given))
            state = self._iterator["States"][name]
            entered = {"name": name, "input": json.dumps(given)}
            details = {"stateEnteredEventDetails": entered}
            states._add_event(attempt, f"{state['Type']}StateEntered", details)
            context["State"] = {"Name": name, "EnteredTime": states.now_iso(), "RetryCount": 0}
            given, following = self._run_state(state, given, attempt, context)
            exited = {"name": name, "output": json.dumps(given)}
            details = {"stateExitedEventDetails": exited}
            states._add_event(attempt, f"{state['Type']}StateExited", details)
            name = following
        return given

    def _run_state(self, state: JSON, given: Any, attempt: JSON, context: JSON) -> tuple[Any, Any]:
        """Return the output of a state and the name of the following one."""
        states, kind = self._stepfunctions, state["Type"]
        if kind == "Fail":
            raise states._ExecutionError(*states._fail_state_error(state, given, context))
        if kind == "Succeed":
            return given, None
        execute = getattr(states, f"_execute_{kind.lower()}")
        arguments = (attempt, context) if kind in ("Task", "Parallel", "Map") else (context,)
        following: tuple[Any, Any] = execute(state, given, *arguments)
        return following

    def _report(self, event: str, details: JSON) -> None:
        name = f"{event[0].lower()}{event[1:]}EventDetails"
        self._stepfunctions._add_event(self.record, event, {name: details})
