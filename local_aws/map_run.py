"""A run of a Distributed Map: its child executions, their counts, and how they end.

``distributed_map`` names the AWS page of each rule.
"""

import contextvars
import json
import threading
import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import ModuleType
from typing import Any

from local_aws import child_execution
from local_aws.child_execution import ChildExecution
from local_aws.distributed_map import FAILED, JSON, PENDING, SUCCEEDED, ResultFiles, make_batches

RUNNING, ABORTED, TIMED_OUT = "RUNNING", "ABORTED", "TIMED_OUT"
PENDING_REDRIVE = "PENDING_REDRIVE"
# What DescribeMapRun calls each status.
COUNTS = {
    PENDING: "pending", RUNNING: "running", SUCCEEDED: "succeeded", FAILED: "failed",
    TIMED_OUT: "timedOut", ABORTED: "aborted", PENDING_REDRIVE: "pendingRedrive",
}  # fmt: skip
POLL_SECONDS = 0.05
DEFAULT_CONCURRENCY = 64  # instead of AWS's 10,000

_runs: dict[str, list["MapRun"]] = {}  # those of each execution


def latest_run(execution: str) -> "MapRun | None":
    """Return the latest map run of an execution, if it has one.

    Args:
        execution: its ARN.
    """
    runs = _runs.get(execution)
    return runs[-1] if runs else None


def install() -> None:
    """Replace the map runs of the MiniStack that this process has imported."""
    from ministack.services import s3, stepfunctions

    fail = stepfunctions._fail_execution

    def fail_unless_stopped(execution: JSON, error: str, cause: str) -> None:
        if execution["status"] == RUNNING:
            fail(execution, error, cause)

    def run(state: JSON, given: Any, effective: Any, iterator: JSON, execution: JSON,
            context: JSON) -> Any:  # fmt: skip
        map_run = latest_run(execution["executionArn"])
        if map_run is None or map_run.ended.is_set():
            map_run = MapRun(stepfunctions, state, execution, context)
            map_run.start(s3, iterator, effective)
        result = stepfunctions._apply_result_selector(state, map_run.run_children())
        output = stepfunctions._apply_result_path(state, given, result)
        output = stepfunctions._apply_output_path(state, output, context)
        return output, stepfunctions._next_or_end(state)

    child_execution.install()
    stepfunctions._fail_execution = fail_unless_stopped
    stepfunctions._run_distributed_map = run


class MapRun:
    """A run of a Distributed Map.

    Attributes:
        record: what DescribeMapRun answers.
        children: the child executions, in the order of their batches.
        ended: set while no child execution runs.
    """

    def __init__(self, stepfunctions: Any, state: JSON, execution: JSON, context: JSON) -> None:
        self._stepfunctions: Any = stepfunctions
        self._state, self._execution, self._context = state, execution, context
        self._lock = threading.RLock()
        self._may_start = True
        self._results: ResultFiles | None = None
        self.record: JSON = {}
        self.children: list[ChildExecution] = []
        self.ended = threading.Event()

    def start(self, s3: ModuleType, iterator: JSON, effective: Any) -> None:
        """Read the items, and create the records of the run and its child executions."""
        machine = self._execution["stateMachineArn"]
        label = self._state.get("Label") or self._stepfunctions.new_uuid()
        prefix = f"{machine.replace(':stateMachine:', ':mapRun:')}/{label}"
        arn = f"{prefix}:{self._stepfunctions.new_uuid()}"
        common = {"mapRunArn": arn, "stateMachineArn": f"{machine}/{label}"}
        batches = make_batches(self._stepfunctions, self._state, effective, self._context)
        for given, items in batches:
            record = {**common, "input": json.dumps(given)}
            self.children.append(ChildExecution(self._stepfunctions, iterator, record, items))
        self._create_record(arn, f"{machine}/{label}")
        if "Resource" in self._state.get("ResultWriter", {}):
            writer = self._stepfunctions._resolve_params_obj(
                self._state["ResultWriter"], effective, self._context
            )
            self._results = ResultFiles(s3, writer, arn)
        self._stepfunctions._map_runs[arn] = self.record
        _runs.setdefault(self.record["executionArn"], []).append(self)
        self._report("MapRunStarted", {"mapRunArn": arn})

    def _create_record(self, arn: str, machine: str) -> None:
        names = (*COUNTS.values(), "resultsWritten", "failuresNotRedrivable")
        items, total = sum(child.items for child in self.children), len(self.children)
        self.record = {
            "mapRunArn": arn,
            "executionArn": self._execution["executionArn"],
            "status": RUNNING,
            "startDate": self._stepfunctions.now_iso(),
            "maxConcurrency": int(self._state.get("MaxConcurrency") or 0),
            "toleratedFailurePercentage": float(self._state.get("ToleratedFailurePercentage") or 0),
            "toleratedFailureCount": int(self._state.get("ToleratedFailureCount") or 0),
            "itemCounts": {**dict.fromkeys(names, 0), "total": items, "pending": items},
            "executionCounts": {**dict.fromkeys(names, 0), "total": total, "pending": total},
            "redriveCount": 0,
            "_stateMachineArn": machine,
        }

    def prepare_redrive(self) -> None:
        """Let the unsuccessful child executions wait for another attempt."""
        for child in self.children:
            if child.status in (FAILED, TIMED_OUT, ABORTED):
                self._set_status(child, PENDING_REDRIVE)
        self.record["redriveCount"] += 1
        self.record.update(status=RUNNING, redriveDate=self._stepfunctions.now_iso())
        self.record.pop("stopDate", None)
        self.ended.clear()
        self._report(
            "MapRunRedriven", {key: self.record[key] for key in ("mapRunArn", "redriveCount")}
        )

    def run_children(self) -> Any:
        """Run all child executions that have not succeeded; return the result of the map.

        Raises:
            _ExecutionError: of MiniStack: the run failed, or its execution was stopped.
        """
        waiting = [child for child in self.children if child.status != SUCCEEDED]
        self._may_start = True
        reason = self._run_all(waiting)
        with self._lock:
            self._may_start = False
        for child in waiting:
            if child.status == RUNNING:
                self._end(child, {"status": ABORTED})
            elif child.status == PENDING_REDRIVE:
                self._set_status(child, child.record["status"])
        details = self._write_results(waiting)
        status = {None: SUCCEEDED, FAILED: FAILED}.get(reason, ABORTED)
        self.record.update(status=status, stopDate=self._stepfunctions.now_iso())
        self._report(f"MapRun{status.title()}")
        self.ended.set()
        if reason is not None:
            raise self._stepfunctions._ExecutionError(
                "States.ExceedToleratedFailureThreshold",
                "The specified tolerated failure threshold was exceeded",
            )
        if details is not None:
            return {"MapRunArn": self.record["mapRunArn"], "ResultWriterDetails": details}
        return [json.loads(child.record["output"] or "null") for child in self.children]

    def _run_all(self, waiting: list[ChildExecution]) -> str | None:
        """Run child executions until all have ended, or the run has to end; return why."""
        machine = self._stepfunctions._state_machines[self._execution["stateMachineArn"]]
        limit = json.loads(machine["definition"]).get("TimeoutSeconds", float("inf"))
        end = time.monotonic() + limit
        workers = self.record["maxConcurrency"] or min(len(waiting), DEFAULT_CONCURRENCY)
        pool = ThreadPoolExecutor(max_workers=max(workers, 1))
        futures: set[Future[None]] = {
            pool.submit(contextvars.copy_context().run, self._run_child, child) for child in waiting
        }
        reason = None
        while futures and reason is None:
            done, futures = wait(futures, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
            reason = self._reason_to_end(end)
        pool.shutdown(wait=False, cancel_futures=True)
        return reason

    def _reason_to_end(self, end: float) -> str | None:
        """Return the status of the execution or the run if all child executions have to end."""
        if time.monotonic() >= end and self._execution["status"] == RUNNING:
            self._execution.update(status=TIMED_OUT, stopDate=self._stepfunctions.now_iso())
            self._report("ExecutionTimedOut")
        if self._execution["status"] != RUNNING:
            return str(self._execution["status"])
        return FAILED if self._exceeds_tolerated_failures() else None

    def _exceeds_tolerated_failures(self) -> bool:
        counts = self.record["itemCounts"]
        failed = counts["failed"] + counts["timedOut"]
        percentage: float = 100 * failed / max(counts["total"], 1)
        if not failed:
            return False
        if "ToleratedFailureCount" in self._state and failed > self.record["toleratedFailureCount"]:
            return True
        only_count = "ToleratedFailureCount" in self._state
        if "ToleratedFailurePercentage" not in self._state and only_count:
            return False
        tolerated: float = self.record["toleratedFailurePercentage"]
        return percentage > tolerated

    def _run_child(self, child: ChildExecution) -> None:
        with self._lock:
            if not self._may_start:
                return
            child.start()
            self._set_status(child, RUNNING)
        outcome = child.run(self._context)
        if outcome is not None:
            self._end(child, outcome)

    def _end(self, child: ChildExecution, outcome: JSON) -> None:
        with self._lock:
            if child.status == RUNNING:
                child.end(**outcome)
                self._set_status(child, outcome["status"])

    def _set_status(self, child: ChildExecution, status: str) -> None:
        with self._lock:
            for name, size in (("itemCounts", child.items), ("executionCounts", 1)):
                counts = self.record[name]
                counts[COUNTS[child.status]] -= size
                counts[COUNTS[status]] += size
            child.status = status

    def _write_results(self, children: Iterable[ChildExecution]) -> JSON | None:
        """Write the results of the child executions of this attempt."""
        for name in ("itemCounts", "executionCounts"):
            counts = self.record[name]
            counts["resultsWritten"] = counts["total"] - counts["pending"]
        if self._results is None:
            return None
        by_file: dict[str, list[JSON]] = {SUCCEEDED: [], FAILED: [], PENDING: []}
        for child in children:
            by_file.get(child.status, by_file[FAILED]).append(child.record)
        return self._results.write(by_file)

    def _report(self, event: str, details: JSON | None = None) -> None:
        """Add an event to the history of the execution that has the map."""
        name = f"{event[0].lower()}{event[1:]}EventDetails"
        self._stepfunctions._add_event(self._execution, event, {name: details} if details else None)
