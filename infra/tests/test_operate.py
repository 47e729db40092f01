"""What the `make` commands ask of AWS, where the emulator cannot be brought to answer so."""

import io
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import cdk
from infra.operate import OperationError, Operator
from infra.settings import Settings

MINE, OTHERS = "a" * 64, "b" * 64
REPOSITORY = "cdk-hnb659fds-container-assets-111122223333-eu-west-3"
CODE = {
    "Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/"
    "cdk-hnb659fds-container-assets-${AWS::AccountId}-${AWS::Region}:" + MINE
}


class FailedDeployment:
    """An account in which a first deployment failed: a stack without outputs, an image pushed."""

    def __init__(self) -> None:
        self.deleted: list[str] = []

    def client(self, _service: str, **_options: object) -> "FailedDeployment":
        return self

    def describe_stacks(self, **_: object) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": "ROLLBACK_COMPLETE"}]}

    def get_template(self, **_: object) -> dict[str, Any]:
        function = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ImageUri": CODE}}}
        return {"TemplateBody": json.dumps({"Resources": {"Function": function}})}

    def describe_stack_resources(self, **_: object) -> dict[str, Any]:
        resource = {"ResourceType": "AWS::ECR::Repository", "PhysicalResourceId": REPOSITORY}
        return {"StackResources": [resource]}

    def get_paginator(self, _name: str) -> "FailedDeployment":
        return self

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        return [{"Functions": []}]

    def batch_delete_image(self, **given: Any) -> None:
        self.deleted += [
            f"{given['repositoryName']}:{one['imageTag']}" for one in given["imageIds"]
        ]

    def list_images(self, **_: object) -> dict[str, Any]:
        return {"imageIds": [{"imageTag": OTHERS}]}


def test_a_first_deployment_that_failed_can_be_destroyed(monkeypatch: pytest.MonkeyPatch) -> None:
    account, commands = FailedDeployment(), []
    monkeypatch.setattr(cdk, "run", lambda *words, **_: commands.append(words[0]))
    left = Operator(Settings(), session=account).destroy()
    assert commands == ["destroy"]
    assert account.deleted == [f"{REPOSITORY}:{MINE}"]
    assert left == [f"repository {REPOSITORY} of `cdk bootstrap`, 1 image(s)"]


def test_the_region_of_the_environment_is_everybodys(monkeypatch: pytest.MonkeyPatch) -> None:
    """CDK reads AWS_REGION, AWS's library for Python does not."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    session = Operator(Settings()).session
    assert isinstance(session, boto3.Session)
    assert session.region_name == "eu-west-3"


def test_a_deployment_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing(FailedDeployment):
        def describe_stacks(self, **_: object) -> dict[str, Any]:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")

    with pytest.raises(RuntimeError, match="There is no deployment named exam in this account"):
        Operator(Settings(name="exam"), session=Nothing()).destroy()


class Deployed(FailedDeployment):
    """An account in which version 3 answers and version 4 was published by this deployment."""

    def __init__(self, *, answers: bytes) -> None:
        super().__init__()
        self.answers = answers
        self.tried: list[str] = []

    def describe_stacks(self, **_: object) -> dict[str, Any]:
        outputs = {"FunctionName": "f", "Version": "4", "Url": "https://x.lambda-url.y.on.aws/"}
        listed = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
        return {"Stacks": [{"Outputs": listed}]}

    def get_alias(self, **_: object) -> dict[str, Any]:
        return {"FunctionVersion": "3"}

    def invoke(self, **given: Any) -> dict[str, Any]:
        self.tried.append(given["Qualifier"])
        return {"Payload": io.BytesIO(self.answers)}


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What CDK was asked, after ``deploy --require-approval=never``."""
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(cdk, "run", lambda *words, **_: asked.append(words[2:]))
    monkeypatch.setattr(Operator, "_score", lambda *_: None)
    return asked


def test_a_new_version_answers_only_when_it_has_scored(commands: list[tuple[str, ...]]) -> None:
    account = Deployed(answers=b'{"statusCode": 200, "body": {}}')
    Operator(Settings(), session=account).deploy()
    assert commands == [("--context=live_version=3",), ()]
    assert account.tried == ["4"]


def test_a_version_that_does_not_score_never_answers(commands: list[tuple[str, ...]]) -> None:
    account = Deployed(answers=b'{"errorType": "Runtime.ExitError"}')
    with pytest.raises(OperationError, match=r"Version 3 goes on answering.*what version 4 is"):
        Operator(Settings(), session=account).deploy()
    assert commands == [("--context=live_version=3",)]


def test_a_first_deployment_is_one(commands: list[tuple[str, ...]]) -> None:
    class First(Deployed):
        def describe_stacks(self, **given: object) -> dict[str, Any]:
            if not commands:
                raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
            return super().describe_stacks(**given)

    account = First(answers=b'{"statusCode": 200, "body": {}}')
    Operator(Settings(), session=account).deploy()
    assert commands == [()]
    assert account.tried == ["live"]
