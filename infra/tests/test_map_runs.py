"""Map runs: counts, tolerated failures, stops, timeouts and redrives, as AWS documents them.

Each class names the pages of the Step Functions Developer Guide whose rules and examples it tests,
https://docs.aws.amazon.com/step-functions/latest/dg/NAME.
"""

import json
import threading
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.tests.emulated_states import BUCKET, EmulatedStates, invoke_map, output_of, pass_map


class TestMapRun:
    """concepts-examine-map-run.html and state-map-distributed.html."""

    @pytest.mark.parametrize(("tolerated", "status"), [(50, "SUCCEEDED"), (49, "FAILED")])
    def test_failed_batch_of_fifty_is_fifty_failed_items(
        self, states: EmulatedStates, tolerated: int, status: str
    ) -> None:
        """The page's example: 100 items in two executions, one of which fails."""

        def fail_second(event: dict[str, Any]) -> Any:
            if 99 in event["Items"]:
                raise states.failure("Poison")
            return event

        states.serve(fail_second)
        machine = invoke_map(
            ItemBatcher={"MaxItemsPerBatch": 50}, ToleratedFailurePercentage=tolerated
        )
        arn = states.start(machine, list(range(100)))
        assert states.wait(arn)["status"] == status
        found = states.map_run(arn)
        items, executions = found["itemCounts"], found["executionCounts"]
        assert (items["succeeded"], items["failed"], items["total"]) == (50, 50, 100)
        assert (executions["succeeded"], executions["failed"], executions["total"]) == (1, 1, 2)

    def test_percentage_is_of_items_and_not_of_batches(self, states: EmulatedStates) -> None:
        """One of two batches fails, but it has one of 51 items, so ten percent tolerate it."""

        def fail_last(event: dict[str, Any]) -> Any:
            if 50 in event["Items"]:
                raise states.failure("Poison")
            return event

        states.serve(fail_last)
        machine = invoke_map(ItemBatcher={"MaxItemsPerBatch": 50}, ToleratedFailurePercentage=10)
        assert states.run(machine, list(range(51)))["status"] == "SUCCEEDED"

    def test_stopped_run_aborts_what_runs_and_leaves_the_rest_pending(
        self, states: EmulatedStates
    ) -> None:
        started, hold = threading.Event(), threading.Event()

        def block(event: Any) -> Any:
            started.set()
            hold.wait(10)
            return event

        states.serve(block)
        machine = invoke_map(MaxConcurrency=1, ItemBatcher={"MaxItemsPerBatch": 10})
        arn = states.start(machine, list(range(30)))
        assert started.wait(10)
        states.client.stop_execution(executionArn=arn)
        while (run := states.map_run(arn))["status"] == "RUNNING":
            time.sleep(0.01)
        hold.set()
        assert states.wait(arn)["status"] == "ABORTED"
        counts = run["itemCounts"]
        assert (run["status"], counts["aborted"], counts["pending"]) == ("ABORTED", 10, 20)

    def test_timeout_of_the_machine_ends_the_run(self, states: EmulatedStates) -> None:
        hold = threading.Event()
        states.serve(lambda _: hold.wait(10))
        arn = states.start({**invoke_map(), "TimeoutSeconds": 1}, [0])
        assert states.wait(arn)["status"] == "TIMED_OUT"
        hold.set()


class TestRedrive:
    """redrive-map-run.html and redrive-executions.html."""

    @pytest.fixture
    def machine(self) -> dict[str, Any]:
        config = {"Transformation": "COMPACT", "OutputType": "JSONL"}
        return invoke_map(
            MaxConcurrency=1,
            ItemBatcher={"MaxItemsPerBatch": 10},
            ResultWriter={
                "Resource": "arn:aws:states:::s3:putObject",
                "Parameters": {"Bucket": BUCKET, "Prefix": "csvProcessJobs"},
                "WriterConfig": config,
            },
        )

    def test_only_unsuccessful_and_pending_executions_run_again(
        self, states: EmulatedStates, machine: dict[str, Any]
    ) -> None:
        calls: list[int] = []
        broken = True

        def score(event: dict[str, Any]) -> Any:
            calls.append(event["Items"][0])
            if broken and event["Items"][0] == 10:
                raise states.failure("Broken")
            return event["Items"]

        states.serve(score)
        arn = states.start(machine, list(range(40)))
        assert states.wait(arn)["status"] == "FAILED"
        first = states.children(arn)
        before = {child["input"]: child["executionArn"] for child in first}
        succeeded = [child["input"] for child in first if child["status"] == "SUCCEEDED"]
        assert states.map_run(arn)["itemCounts"]["failed"] == 10
        broken = False
        states.client.redrive_execution(executionArn=arn)
        output = output_of(states.wait(arn))
        repeated = {number for number in calls if calls.count(number) > 1}
        assert repeated >= {10}, "the execution that failed was not redriven"
        assert not [given for given in succeeded if json.loads(given)["Items"][0] in repeated], (
            "an execution that succeeded ran again"
        )
        after = {child["input"]: child["executionArn"] for child in states.children(arn)}
        assert before.items() <= after.items(), "a redriven execution has another ARN"
        run = states.map_run(arn)
        assert (run["redriveCount"], run["itemCounts"]["succeeded"]) == (1, 40)
        assert run["itemCounts"]["failed"] == 0, "failed items are not reset by a redrive"
        files = json.loads(states.get(output["ResultWriterDetails"]["Key"]))["ResultFiles"]
        lines = [line for one in files["SUCCEEDED"] for line in states.get(one["Key"]).splitlines()]
        numbers = [number for line in lines for number in json.loads(line)]
        assert sorted(numbers) == list(range(40)), "the manifest lacks or repeats a result"
        assert files["FAILED"] == files["PENDING"] == []

    def test_execution_goes_on_from_the_state_that_failed(self, states: EmulatedStates) -> None:
        broken = True
        calls: list[str] = []

        def score(event: dict[str, Any]) -> Any:
            calls.append(event["step"])
            if event["step"] == "second" and broken:
                raise states.failure("Broken")
            return {"step": "second"}

        states.serve(score)
        machine = invoke_map()
        processor = machine["States"]["Map"]["ItemProcessor"]
        first = processor["States"].pop("Invoke")
        processor["States"] = {"First": {**first, "Next": "Second"}, "Second": first}
        del processor["States"]["First"]["End"]
        processor["StartAt"] = "First"
        arn = states.start(machine, [{"step": "first"}])
        assert states.wait(arn)["status"] == "FAILED"
        broken = False
        states.client.redrive_execution(executionArn=arn)
        assert states.wait(arn)["status"] == "SUCCEEDED"
        assert calls == ["first", "second", "second"], "the state that succeeded ran again"

    def test_successful_execution_cannot_be_redriven(self, states: EmulatedStates) -> None:
        arn = states.start(pass_map(), [0])
        assert states.wait(arn)["redriveStatus"] == "NOT_REDRIVABLE"
        with pytest.raises(ClientError, match="ExecutionNotRedrivable"):
            states.client.redrive_execution(executionArn=arn)


class TestRetry:
    """concepts-error-handling.html."""

    def test_delays_have_a_maximum_and_jitter(
        self, states: EmulatedStates, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from ministack.services import stepfunctions  # noqa: PLC0415 - starts a lot

        delays: list[float] = []
        monkeypatch.setattr(stepfunctions, "_scaled_sleep", delays.append)

        def refuse(_: Any) -> Any:
            raise states.failure("Lambda.TooManyRequestsException")

        states.serve(refuse)
        machine = invoke_map()
        retrier = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 2,
                   "MaxAttempts": 2000, "MaxDelaySeconds": 8}  # fmt: skip
        invoke = machine["States"]["Map"]["ItemProcessor"]["States"]["Invoke"]
        invoke["Retry"] = [retrier]
        assert states.run(machine, [0])["status"] == "FAILED"
        assert delays == [1, 2, 4] + [8] * 1997, "the delays do not double up to the maximum"
        delays.clear()
        invoke["Retry"] = [{**retrier, "JitterStrategy": "FULL"}]
        assert states.run(machine, [0])["status"] == "FAILED"
        assert 3 < sum(delays) / len(delays) < 5, "the delays are not drawn from the whole range"
        assert max(delays) <= 8
