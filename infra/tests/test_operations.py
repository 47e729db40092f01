"""Operations in situations that the emulator cannot produce."""

import io
import json
import os
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import cdk_cli, operations
from infra.account import Account, OperationError
from infra.cdk_cli import CdkError
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

    def get_paginator(self, name: str) -> "Pages":
        return Pages(self, name)

    def list_functions(self) -> dict[str, Any]:
        return {"Functions": []}

    def list_stack_resources(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        resource = {
            "ResourceType": "AWS::ECR::Repository",
            "PhysicalResourceId": REPOSITORY,
            "ResourceStatus": "CREATE_COMPLETE",
        }
        return {"StackResourceSummaries": [resource] if StackName == "CDKToolkit" else []}

    def batch_delete_image(self, **request: Any) -> None:
        self.deleted += [
            f"{request['repositoryName']}:{image['imageTag']}" for image in request["imageIds"]
        ]

    def describe_images(self, **_: object) -> dict[str, Any]:
        return {"imageDetails": [{"imageTags": [OTHER_TAG], "imageSizeInBytes": 150_000_000}]}


class Pages:
    """A paginator with one page, which a method of the session returns."""

    def __init__(self, session: FailedDeployment, operation: str) -> None:
        self._request = getattr(session, operation)

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        return [self._request(**request)]


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


class Caller(FailedDeployment):
    """A session with valid credentials."""

    region_name = "eu-west-3"

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "111122223333"}


def test_bootstrap_synthesizes_nothing(tmp_path: Path) -> None:
    """It takes seconds, and another command may synthesize into the same folder meanwhile."""
    (tmp_path / "cdk.json").write_text('{"app": "touch synthesized && false"}')
    operator = Operator(
        settings=Settings(),
        account=Account(session=Caller()),
        root=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AWS_EC2_METADATA_DISABLED": "true",
        },
        quiet=True,
    )
    with pytest.raises(CdkError, match="no credentials have been configured"):
        operator.bootstrap()
    assert not (tmp_path / "synthesized").exists()


def test_failed_first_deployment_can_be_destroyed(monkeypatch: pytest.MonkeyPatch) -> None:
    session, commands = FailedDeployment(), []
    monkeypatch.setattr(cdk_cli, "run", lambda *command, **_: commands.append(command[0]))
    remaining = _operator(session).destroy()
    assert commands == ["synth", "destroy"]
    assert session.deleted == [f"{REPOSITORY}:{OWN_TAG}"]
    assert remaining == [f"repository {REPOSITORY} of `cdk bootstrap`, 1 image(s), 150 MB"]


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
    """Return the context of each diff and deployment."""
    recorded: list[tuple[str, ...]] = []
    contexts: dict[str, tuple[str, ...]] = {}

    def run(command: str, *options: str, **_: object) -> None:
        if command == "synth":
            _quiet, output, *context = options
            contexts[output.removeprefix("--output=")] = tuple(context)
        else:
            recorded.append(contexts[options[0].removeprefix("--app=")])

    monkeypatch.setattr(cdk_cli, "run", run)
    monkeypatch.setattr(SmokeTest, "score_example", lambda *_: None)
    monkeypatch.setattr(operations, "find_pin", lambda *_, **__: "")
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


class Moving(Deployed):
    """A session in which the alias moves with the deployments, and back."""

    live = 3

    def get_alias(self, **_: object) -> dict[str, Any]:
        return {"FunctionVersion": str(self.live)}

    def update_alias(self, **request: Any) -> None:
        self.live = int(request["FunctionVersion"])


@pytest.mark.parametrize(
    ("settings", "published", "live", "message"),
    [
        ({}, 4, 3, "status 502. Rolled back from version 4 to version 3."),
        ({}, 3, 3, "status 502."),  # nothing changed, so there is nothing to undo
        ({"live_version": 4}, 4, 4, "status 502."),  # somebody chose the version
    ],
)
def test_traffic_moves_back_if_the_url_does_not_score(
    monkeypatch: pytest.MonkeyPatch,
    commands: list[tuple[str, ...]],
    settings: dict[str, Any],
    published: int,
    live: int,
    message: str,
) -> None:
    session = Moving(answer=b'{"statusCode": 200, "body": {}}')

    def fail(_: SmokeTest) -> None:
        session.live = published  # as CloudFormation has moved the alias by then
        raise OperationError("status 502.")

    monkeypatch.setattr(SmokeTest, "score_example", fail)
    with pytest.raises(OperationError, match=f"^{message}$"):
        Operator(settings=Settings(**settings), account=Account(session=session)).deploy()
    assert session.live == live


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


def test_diff_and_deployment_build_on_the_same_base_image(
    commands: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the tag moves in between."""
    digests = iter("012")
    monkeypatch.setattr(operations, "find_pin", lambda *_, **__: f"a@sha256:{next(digests)}")
    operator = _operator(Deployed(answer=b'{"statusCode": 200, "body": {}}'))
    operator.diff()
    operator.deploy()
    pins = {word for command in commands for word in command if "image:" in word}
    assert pins == {"--context=image:public.ecr.aws/lambda/python:3.13=a@sha256:0"}
    assert len(commands) == 3


def test_stack_is_synthesized_once_for_diff_and_deployment_and_again_for_the_next(
    commands: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, synthesized = cdk_cli.run, []

    def record(command: str, *options: str, **named: Any) -> None:
        synthesized.extend([options[2:]] if command == "synth" else [])
        run(command, *options, **named)

    monkeypatch.setattr(cdk_cli, "run", record)
    operator = _operator(Deployed(answer=b'{"statusCode": 200, "body": {}}'))
    operator.diff()
    operator.deploy()
    assert synthesized == [(), ("--context=live_version=3",)]
    operator.deploy()
    assert len(synthesized) == 4


def test_missing_permission_is_not_taken_for_a_missing_deployment(
    commands: list[tuple[str, ...]],
) -> None:
    """Otherwise the new version would go live without a test."""

    class Denied(FailedDeployment):
        def describe_stacks(self, **_: object) -> dict[str, Any]:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeStacks")

    with pytest.raises(ClientError, match="AccessDenied"):
        _operator(Denied()).deploy()
    assert commands == []


@pytest.mark.parametrize("operation", ["rollback", "smoke_test"])
def test_deployment_that_never_worked_is_named(operation: str) -> None:
    with pytest.raises(OperationError, match="The first deployment of essay-scorer failed"):
        getattr(_operator(FailedDeployment()), operation)()
