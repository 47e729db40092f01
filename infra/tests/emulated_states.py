"""MiniStack's Step Functions with the corrections of ``local_aws/``, in this process.

Requests and responses go through boto3, so botocore's models of the API apply to them.
"""

import asyncio
import json
import time
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from local_aws import distributed_map

JSON = dict[str, Any]
BUCKET = "amzn-s3-demo-bucket"
ACCOUNT, REGION = "000000000000", "us-east-1"  # MiniStack's
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:score"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/batch"
PATCHED = ("_add_event", "_call_lambda", "_describe_execution", "_fail_execution",
           "_find_matching_retrier", "_run_distributed_map", "_SFN_WAIT_SCALE",
           "handle_request")  # fmt: skip
POLL_SECONDS = 0.01


class EmulatedStates:
    """An emulated account with one bucket.

    Attributes:
        client: of Step Functions.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from ministack.services import s3, stepfunctions  # noqa: PLC0415 - starts a lot

        self._s3, self._stepfunctions, self._monkeypatch = s3, stepfunctions, monkeypatch
        for name in PATCHED:  # to be restored
            monkeypatch.setattr(stepfunctions, name, getattr(stepfunctions, name))
        distributed_map.install()
        monkeypatch.setattr(stepfunctions, "_SFN_WAIT_SCALE", 0)
        monkeypatch.setattr(stepfunctions, "_emit_execution_status_event", lambda _: None)
        s3._create_bucket(BUCKET, b"")
        credentials = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
        self.client: Any = boto3.client("stepfunctions", region_name=REGION, **credentials)
        self.client.meta.events.register("before-send.sfn", self._answer)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        headers = {
            name.lower(): value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        handle = self._stepfunctions.handle_request
        status, _, body = asyncio.run(handle("POST", "/", headers, request.body, {}))
        body = body.encode() if isinstance(body, str) else body
        response = AWSResponse(request.url, status, {}, None)
        response._content = body
        return response

    def put(self, key: str, body: str) -> None:
        """Put an object into the bucket."""
        assert self._s3._put_object(BUCKET, key, body.encode(), {})[0] == 200

    def get(self, key: str) -> str:
        """Return the text of an object in the bucket."""
        status, _, body = self._s3._get_object(BUCKET, key, {}, {})
        assert status == 200, f"{key} does not exist"
        return bytes(body).decode()

    def serve(self, function: Any) -> None:
        """Let a Python function answer the invocations of the Lambda function."""
        self._monkeypatch.setattr(
            self._stepfunctions, "_call_lambda", lambda _, event: function(event)
        )

    def failure(self, error: str) -> Exception:
        """Return the exception with which MiniStack reports an error of a task."""
        exception: Exception = self._stepfunctions._ExecutionError(error, "")
        return exception

    def start(self, definition: JSON, given: Any) -> str:
        """Start an execution of a new state machine; return its ARN."""
        machine = self.client.create_state_machine(
            name=f"machine-{time.monotonic_ns()}",
            definition=json.dumps(definition),
            roleArn=ROLE_ARN,
        )
        arn: str = self.client.start_execution(
            stateMachineArn=machine["stateMachineArn"], input=json.dumps(given)
        )["executionArn"]
        return arn

    def wait(self, arn: str) -> JSON:
        """Return the description of an execution that has ended."""
        deadline = time.monotonic() + 20
        while (found := self.client.describe_execution(executionArn=arn))["status"] == "RUNNING":
            assert time.monotonic() < deadline, f"the execution runs for more than 20 s: {found}"
            time.sleep(POLL_SECONDS)
        return dict(found)

    def run(self, definition: JSON, given: Any) -> JSON:
        """Return the description of an execution of a new state machine."""
        return self.wait(self.start(definition, given))

    def map_run(self, execution: str) -> JSON:
        """Return the description of the only map run of an execution."""
        (run,) = self.client.list_map_runs(executionArn=execution)["mapRuns"]
        return dict(self.client.describe_map_run(mapRunArn=run["mapRunArn"]))

    def children(self, execution: str) -> list[JSON]:
        """Return the descriptions of the child executions, in the order of their inputs."""
        arn = self.map_run(execution)["mapRunArn"]
        listed = self.client.list_executions(mapRunArn=arn)["executions"]
        found = [self.client.describe_execution(executionArn=one["executionArn"]) for one in listed]
        return sorted(found, key=lambda child: str(child["input"]))


def output_of(execution: JSON) -> Any:
    """Return the output of an execution, which must have succeeded."""
    assert execution["status"] == "SUCCEEDED", f"the execution ended as {execution}"
    return json.loads(execution["output"])


def distributed_map_of(states: JSON, start: str, **fields: Any) -> JSON:
    """Return a state machine that is one Distributed Map.

    Args:
        states: of the child executions.
        start: the first one.
        fields: of the map.
    """
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": start,
        "States": states,
    }
    state = {"Type": "Map", "Label": "Map", "ItemProcessor": processor, "End": True, **fields}
    return {"StartAt": "Map", "States": {"Map": state}}


PASS = {"Pass": {"Type": "Pass", "End": True}}


def pass_map(**fields: Any) -> JSON:
    """Return a Distributed Map whose child executions return their input."""
    return distributed_map_of(PASS, "Pass", **fields)


def invoke_map(**fields: Any) -> JSON:
    """Return a Distributed Map whose child executions invoke the Lambda function."""
    invoke = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": FUNCTION_ARN, "Payload.$": "$"},
        "OutputPath": "$.Payload",
        "End": True,
    }
    return distributed_map_of({"Invoke": invoke}, "Invoke", **fields)
