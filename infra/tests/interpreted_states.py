"""moto's interpreter of Amazon States Language, which is independent of this project.

It has neither an ItemBatcher nor a JSON Lines reader.
"""

import io
import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import moto
import pytest
from botocore.exceptions import ClientError

ROLE_ARN = "arn:aws:iam::111122223333:role/batch"
INTERPRETER = "moto.stepfunctions.parser.asl.component"
RUNNING = "RUNNING"
POLL_SECONDS = 0.01

Batch = dict[str, Any]
Function = Callable[[Batch], dict[str, Any]]
Execute = Callable[[Function, Any], tuple[Any, list[Batch]]]


class LambdaClient:
    """A client of AWS Lambda whose only function runs here.

    Attributes:
        requests: the payloads, in order.
    """

    def __init__(self, arn: str, function: Function) -> None:
        self._arn, self._function = arn, function
        self.requests: list[Batch] = []

    def invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803
        """Return an answer as AWS Lambda does; an exception becomes a function error."""
        assert FunctionName == self._arn
        request = json.loads(Payload)
        self.requests.append(request)
        try:
            return _response(self._function(request))
        except ValueError as error:
            details = {"errorType": "ValueError", "errorMessage": str(error)}
            return {**_response(details), "FunctionError": "Unhandled"}


def _response(payload: dict[str, Any]) -> dict[str, Any]:
    return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(payload).encode())}


def throttled() -> ClientError:
    """Return the error of an invocation that AWS Lambda throttles."""
    return ClientError(
        {
            "Error": {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."},
            "ResponseMetadata": {
                "HTTPStatusCode": 429,
                "RequestId": "",
                "HostId": "",
                "HTTPHeaders": {},
                "RetryAttempts": 0,
            },
        },
        "Invoke",
    )


@contextmanager
def interpreting(
    definition: dict[str, Any], function_arn: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Execute]:
    """Yield a callable that runs a state machine.

    It returns the output and the requests that the function got.

    Args:
        definition: of the state machine.
        function_arn: of the only function that it invokes.
        monkeypatch: that is undone after the test.
    """
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    with moto.mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        client = boto3.client("stepfunctions")
        machine = client.create_state_machine(
            name="batch", definition=json.dumps(definition), roleArn=ROLE_ARN
        )["stateMachineArn"]
        names = itertools.count()

        def run(function: Function, given: Any) -> tuple[Any, list[Batch]]:
            lambda_client = LambdaClient(function_arn, function)
            monkeypatch.setattr(
                f"{INTERPRETER}.state.exec.state_task.lambda_eval_utils.boto_client_for",
                lambda **_: lambda_client,
            )
            arn = client.start_execution(
                stateMachineArn=machine, name=f"run-{next(names)}", input=json.dumps(given)
            )["executionArn"]
            while (found := client.describe_execution(executionArn=arn))["status"] == RUNNING:
                time.sleep(POLL_SECONDS)
            assert found["status"] == "SUCCEEDED", found
            return json.loads(found["output"]), lambda_client.requests

        yield run
