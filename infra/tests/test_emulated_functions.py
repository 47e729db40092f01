"""How the emulator's Step Functions names the errors of Lambda, which retriers refer to."""

import json
from typing import Any

import pytest
from local_aws import environments
from ministack.services import stepfunctions


@pytest.mark.parametrize(
    ("error", "cause", "named"),
    [
        (
            "Lambda.Unknown",
            {"__type": "TooManyRequestsException"},
            "Lambda.TooManyRequestsException",
        ),
        ("Lambda.Unknown", {"errorMessage": "no type"}, "Lambda.Unknown"),
        ("Runtime.ExitError", {"__type": "TooManyRequestsException"}, "Runtime.ExitError"),
    ],
)
def test_throttled_task_has_the_name_that_aws_documents(
    monkeypatch: pytest.MonkeyPatch, error: str, cause: dict[str, Any], named: str
) -> None:
    """Without it, throttling would be taken for a failure, and an essay could be lost."""

    def refuse(_function: str, _event: object) -> None:
        raise stepfunctions._ExecutionError(error, json.dumps(cause))

    monkeypatch.setattr(stepfunctions, "_call_lambda", refuse)
    environments._name_errors_of_tasks()
    with pytest.raises(stepfunctions._ExecutionError) as failed:
        stepfunctions._call_lambda("scorer", {})
    assert failed.value.error == named
