"""What happens to a batch, in moto's interpreter of Amazon States Language.

The interpreter has no ItemBatcher and no JSON Lines reader, so it runs the states that the
Distributed Map starts for each batch, with a batch as their input.
"""

import io
import itertools
import json
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import moto
import pytest
from botocore.exceptions import ClientError

from infra.settings import Settings
from infra.state_machine import RETRY_FAILED, define_state_machine

FUNCTION_ARN = "arn:aws:lambda:eu-west-3:111122223333:function:scorer"
ROLE_ARN = "arn:aws:iam::111122223333:role/batch"
INTERPRETER = "moto.stepfunctions.parser.asl.component"
RUNNING = "RUNNING"
POLL_SECONDS = 0.01

Batch = dict[str, Any]
Function = Callable[[Batch], dict[str, Any]]
Execute = Callable[[Function, Batch], tuple[Any, list[Batch]]]


class LambdaClient:
    """A client of AWS Lambda whose only function runs here.

    Attributes:
        requests: the payloads, in order.
    """

    def __init__(self, function: Function) -> None:
        self._function = function
        self.requests: list[Batch] = []

    def invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803
        """Return an answer as AWS Lambda does; an exception becomes a function error."""
        assert FunctionName == FUNCTION_ARN
        request = json.loads(Payload)
        self.requests.append(request)
        try:
            return _response(self._function(request))
        except ValueError as error:
            details = {"errorType": "ValueError", "errorMessage": str(error)}
            return {**_response(details), "FunctionError": "Unhandled"}


def _response(payload: dict[str, Any]) -> dict[str, Any]:
    return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(payload).encode())}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that the interpreter would have waited before each retry."""
    seconds: list[float] = []
    clock = SimpleNamespace(sleep=seconds.append)
    monkeypatch.setattr(f"{INTERPRETER}.common.retry.retrier_decl.time", clock)
    return seconds


@pytest.fixture
def execute(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> Iterator[Execute]:
    """Yield a callable that runs the states of a batch.

    It returns their output and the requests that the function got.
    """
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    with moto.mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        client = boto3.client("stepfunctions")
        machine = client.create_state_machine(
            name="batch", definition=json.dumps(_batch_states()), roleArn=ROLE_ARN
        )["stateMachineArn"]
        names = itertools.count()

        def run(function: Function, batch: Batch) -> tuple[Any, list[Batch]]:
            lambda_client = LambdaClient(function)
            monkeypatch.setattr(
                f"{INTERPRETER}.state.exec.state_task.lambda_eval_utils.boto_client_for",
                lambda **_: lambda_client,
            )
            arn = client.start_execution(
                stateMachineArn=machine, name=f"run-{next(names)}", input=json.dumps(batch)
            )["executionArn"]
            while (found := client.describe_execution(executionArn=arn))["status"] == RUNNING:
                time.sleep(POLL_SECONDS)
            assert found["status"] == "SUCCEEDED", found
            return json.loads(found["output"]), lambda_client.requests

        yield run


def _batch_states() -> dict[str, Any]:
    """Return the states that the Distributed Map starts for each batch."""
    definition = define_state_machine(Settings(batch=True), FUNCTION_ARN)
    processor = dict(definition["States"]["ScoreFile"]["ItemProcessor"])
    del processor["ProcessorConfig"]
    return processor


def _batch(*texts: str) -> Batch:
    return {"Items": [{"n": n, "item": {"text": text}} for n, text in enumerate(texts)]}


def _score(batch: Batch) -> dict[str, Any]:
    """Return one answer per essay; fail on an essay that is ``poison``."""
    items = batch["Items"]
    if any(item["item"]["text"] == "poison" for item in items):
        raise ValueError("poison")
    return {"answers": [{"n": item["n"]} for item in items]}


def test_batch_is_one_invocation(execute: Execute) -> None:
    output, requests = execute(_score, _batch("a", "b"))
    assert output == {"answers": [{"n": 0}, {"n": 1}]}
    assert requests == [_batch("a", "b")]


def test_essay_that_fails_costs_only_its_own_result(execute: Execute, waits: list[float]) -> None:
    output, requests = execute(_score, _batch("a", "poison", "c"))
    assert output == [{"answers": [{"n": 0}]}, {"answers": []}, {"answers": [{"n": 2}]}]
    tries = 1 + RETRY_FAILED["MaxAttempts"]
    assert [len(request["Items"]) for request in requests] == [3] * tries + [1] * (2 + tries)
    assert len(waits) == 2 * RETRY_FAILED["MaxAttempts"]


def test_throttled_batch_is_retried_longer_than_one_that_fails(execute: Execute) -> None:
    throttled = itertools.count()

    def score_once_free(batch: Batch) -> dict[str, Any]:
        if next(throttled) <= RETRY_FAILED["MaxAttempts"]:
            raise _throttled()
        return _score(batch)

    output, requests = execute(score_once_free, _batch("a"))
    assert output == {"answers": [{"n": 0}]}
    assert len(requests) == RETRY_FAILED["MaxAttempts"] + 2


def _throttled() -> ClientError:
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
