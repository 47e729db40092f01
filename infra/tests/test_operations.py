"""Operations in situations that the emulator cannot produce."""

import io
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import cdk_cli
from infra.account import Account, OperationError
from infra.operations import Operator
from infra.settings import Settings
from infra.smoke_test import SmokeTest

OWN_TAG, OTHER_TAG = "a" * 64, "b" * 64
REPOSITORY = "cdk-hnb659fds-container-assets-111122223333-eu-west-3"
IMAGE_URI = {
    "Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/"
    "cdk-hnb659fds-container-assets-${AWS::AccountId}-${AWS::Region}:" + OWN_TAG
}


class FailedDeployment:
    """A session in an account whose first deployment failed: no outputs, but an image."""

    def __init__(self) -> None:
        self.deleted: list[str] = []

    def client(self, _service: str, **_options: object) -> "FailedDeployment":
        return self

    def describe_stacks(self, **_: object) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": "ROLLBACK_COMPLETE"}]}

    def get_template(self, **_: object) -> dict[str, Any]:
        function = {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Code": {"ImageUri": IMAGE_URI}},
        }
        return {"TemplateBody": json.dumps({"Resources": {"Function": function}})}

    def describe_stack_resources(self, **_: object) -> dict[str, Any]:
        resource = {"ResourceType": "AWS::ECR::Repository", "PhysicalResourceId": REPOSITORY}
        return {"StackResources": [resource]}

    def get_paginator(self, _name: str) -> "FailedDeployment":
        return self

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        return [{"Functions": []}]

    def batch_delete_image(self, **request: Any) -> None:
        self.deleted += [
            f"{request['repositoryName']}:{image['imageTag']}" for image in request["imageIds"]
        ]

    def list_images(self, **_: object) -> dict[str, Any]:
        return {"imageIds": [{"imageTag": OTHER_TAG}]}


class Deployed(FailedDeployment):
    """A session in an account where version 3 is live, and version 4 was just published."""

    def __init__(self, *, answer: bytes) -> None:
        super().__init__()
        self.answer = answer
        self.invoked: list[str] = []

    def describe_stacks(self, **_: object) -> dict[str, Any]:
        outputs = {"FunctionName": "f", "Version": "4", "Url": "https://x.lambda-url.y.on.aws/"}
        listed = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
        return {"Stacks": [{"Outputs": listed}]}

    def get_alias(self, **_: object) -> dict[str, Any]:
        return {"FunctionVersion": "3"}

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.invoked.append(request["Qualifier"])
        return {"Payload": io.BytesIO(self.answer)}


def _operator(session: FailedDeployment, name: str = "essay-scorer") -> Operator:
    return Operator(settings=Settings(name=name), account=Account(session=session))


def test_failed_first_deployment_can_be_destroyed(monkeypatch: pytest.MonkeyPatch) -> None:
    session, commands = FailedDeployment(), []
    monkeypatch.setattr(cdk_cli, "run", lambda *command, **_: commands.append(command[0]))
    remaining = _operator(session).destroy()
    assert commands == ["destroy"]
    assert session.deleted == [f"{REPOSITORY}:{OWN_TAG}"]
    assert remaining == [f"repository {REPOSITORY} of `cdk bootstrap`, 1 image(s)"]


def test_session_uses_the_region_of_cdk(monkeypatch: pytest.MonkeyPatch) -> None:
    """CDK reads AWS_REGION; boto3 does not."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    session = Operator(settings=Settings()).account.session
    assert isinstance(session, boto3.Session)
    assert session.region_name == "eu-west-3"


def test_missing_deployment_is_named() -> None:
    class Missing(FailedDeployment):
        def describe_stacks(self, **_: object) -> dict[str, Any]:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")

    with pytest.raises(RuntimeError, match="There is no deployment named exam in this account"):
        _operator(Missing(), "exam").destroy()


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Return the options of CDK's commands, after ``deploy --require-approval=never``."""
    recorded: list[tuple[str, ...]] = []
    monkeypatch.setattr(cdk_cli, "run", lambda *command, **_: recorded.append(command[2:]))
    monkeypatch.setattr(SmokeTest, "score_example", lambda *_: None)
    return recorded


def test_new_version_goes_live_after_it_has_scored(commands: list[tuple[str, ...]]) -> None:
    session = Deployed(answer=b'{"statusCode": 200, "body": {}}')
    _operator(session).deploy()
    assert commands == [("--context=live_version=3",), ()]
    assert session.invoked == ["4"]


def test_version_that_does_not_score_never_goes_live(commands: list[tuple[str, ...]]) -> None:
    session = Deployed(answer=b'{"errorType": "Runtime.ExitError"}')
    with pytest.raises(OperationError, match=r"Version 3 stays live.*cause in version 4"):
        _operator(session).deploy()
    assert commands == [("--context=live_version=3",)]


def test_first_deployment_goes_live_at_once(commands: list[tuple[str, ...]]) -> None:
    class First(Deployed):
        def describe_stacks(self, **request: object) -> dict[str, Any]:
            if not commands:
                raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
            return super().describe_stacks(**request)

    session = First(answer=b'{"statusCode": 200, "body": {}}')
    _operator(session).deploy()
    assert commands == [()]
    assert session.invoked == ["live"]
