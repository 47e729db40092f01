"""`make prune` deletes what nothing needs; moto stands in for Lambda and Step Functions."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from infra import published_versions
from infra.operations import Operator
from infra.settings import Settings
from infra.tests.stubbed_account import REGION, AccountWithStack, make_session

ONLINE, BATCH = "essay-scorer-Scoring", "essay-scorer-Batch"
REPOSITORY = "cdk-hnb659fds-container-assets-111122223333-eu-west-3"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
REGISTRY = f"111122223333.dkr.ecr.{REGION}.amazonaws.com"


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield


@pytest.fixture
def role() -> str:
    iam = make_session().client("iam")
    made = iam.create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    return str(made["Role"]["Arn"])


def _publish(function: str, role: str, *, versions: int) -> None:
    """Create a function with versions 1, 2, …"""
    functions = make_session().client("lambda")
    functions.create_function(
        FunctionName=function, PackageType="Image", Role=role, Code={"ImageUri": _uri("image-0")}
    )
    for version in range(1, versions + 1):
        functions.update_function_code(FunctionName=function, ImageUri=_uri(f"image-{version}"))
        functions.publish_version(FunctionName=function)


def _uri(tag: str) -> str:
    return f"{REGISTRY}/{REPOSITORY}:{tag}"


def _point(alias: str, version: int, **weights: float) -> None:
    routing = {"AdditionalVersionWeights": weights} if weights else {}
    make_session().client("lambda").create_alias(
        FunctionName=ONLINE, Name=alias, FunctionVersion=str(version), RoutingConfig=routing
    )


def _start_batch(role: str, *, version: int) -> tuple[str, str]:
    """Start an execution that invokes a version; return its machine's ARN and its own."""
    machines = make_session().client("stepfunctions")
    resource = f"arn:aws:lambda:{REGION}:123456789012:function:{BATCH}:{version}"
    definition = {"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": resource}}}
    definition["States"]["S"]["End"] = True  # type: ignore[index]
    machine = machines.create_state_machine(
        name="batch", roleArn=role, definition=json.dumps(definition)
    )["stateMachineArn"]
    execution = machines.start_execution(stateMachineArn=machine, name="spring")["executionArn"]
    return machine, execution


def _plans(keep: int, *, machine: str = "", functions: tuple[str, ...] = (ONLINE,)) -> list[Any]:
    account = AccountWithStack(
        session=make_session(),
        resources={
            "AWS::Lambda::Function": functions,
            "AWS::StepFunctions::StateMachine": [machine] if machine else [],
        },
    )
    return list(published_versions.plan_pruning(account, "essay-scorer", keep=keep))


def test_newest_live_and_previous_versions_are_kept(role: str) -> None:
    _publish(ONLINE, role, versions=9)
    _point("live", 4)
    (plan,) = _plans(2)
    assert plan.kept == {
        9: "one of the newest",
        8: "one of the newest",
        4: "live",
        3: "before live, for a rollback",
    }
    assert plan.deleted == [1, 2, 5, 6, 7]
    assert plan.describe() == (
        f"{ONLINE}: keep 9 (one of the newest), 8 (one of the newest), 4 (live), "
        "3 (before live, for a rollback); delete 7, 6, 5, 2, 1"
    )


def test_versions_of_other_aliases_are_kept(role: str) -> None:
    _publish(ONLINE, role, versions=9)
    _point("live", 9)
    _point("canary", 6, **{"2": 0.1})
    (plan,) = _plans(1)
    assert sorted(plan.kept) == [1, 2, 5, 6, 8, 9]


def test_rollback_leads_to_the_version_that_was_kept(role: str) -> None:
    _publish(ONLINE, role, versions=6)
    _point("live", 6)
    account = AccountWithStack(
        session=make_session(),
        outputs={"FunctionName": ONLINE},
        resources={"AWS::Lambda::Function": [ONLINE]},
    )
    (plan,) = published_versions.plan_pruning(account, "essay-scorer", keep=1)
    published_versions.delete_versions(account, plan)
    assert account.published_versions(ONLINE) == [5, 6]
    assert Operator(settings=Settings(), account=account).rollback() == ("6", "5")


def test_version_of_a_running_batch_is_kept(role: str) -> None:
    _publish(ONLINE, role, versions=2)
    _publish(BATCH, role, versions=5)
    machine, _ = _start_batch(role, version=2)
    online, batch = _plans(1, machine=machine, functions=(ONLINE, BATCH))
    assert batch.kept == {5: "one of the newest", 2: "used by the batch spring"}
    assert online.deleted == [1]


def test_version_of_a_batch_that_may_be_redriven_is_kept(
    role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _publish(BATCH, role, versions=5)
    machine, execution = _start_batch(role, version=2)
    make_session().client("stepfunctions").stop_execution(executionArn=execution)
    (plan,) = _plans(1, machine=machine, functions=(BATCH,))
    assert sorted(plan.kept) == [2, 5]

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(days=15)

    monkeypatch.setattr(published_versions, "datetime", Later)
    (plan,) = _plans(1, machine=machine, functions=(BATCH,))
    assert sorted(plan.kept) == [5]


def test_name_that_is_the_end_of_another_is_not_confused() -> None:
    text = f"arn:aws:lambda:x:1:function:other-{ONLINE}:3 arn:aws:lambda:x:1:function:{ONLINE}:4"
    assert published_versions._find_versions(ONLINE, text) == {4}


def _client_with_images_of_versions(account: AccountWithStack, service: str) -> Any:
    """Return a client of moto, which gives every version of a function the newest image."""
    client = account.session.client(service)
    if service == "lambda":

        def get_function(*, FunctionName: str, Qualifier: str) -> dict[str, Any]:  # noqa: N803
            newest = max(account.published_versions(FunctionName))
            number = newest if Qualifier == "$LATEST" else int(Qualifier)
            return {"Code": {"ImageUri": _uri(f"image-{number}")}}

        client.get_function = get_function
    return client


def test_images_are_deleted_with_the_last_version_that_uses_them(
    role: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _publish(ONLINE, role, versions=4)
    _point("live", 4)
    _publish("another-deployment", role, versions=1)
    session = make_session()
    registry = session.client("ecr")
    registry.create_repository(repositoryName=REPOSITORY)
    for tag in ("image-1", "image-2", "image-3", "image-4"):
        manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "name": tag})
        registry.put_image(repositoryName=REPOSITORY, imageManifest=manifest, imageTag=tag)
    account = AccountWithStack(
        session=session,
        outputs={"FunctionName": ONLINE},
        resources={"AWS::Lambda::Function": [ONLINE]},
    )
    operator = Operator(settings=Settings(), account=account)
    monkeypatch.setattr(AccountWithStack, "client", _client_with_images_of_versions)
    operator.prune(operator.plan_pruning(keep=1))
    assert account.published_versions(ONLINE) == [3, 4]
    listed = registry.list_images(repositoryName=REPOSITORY)["imageIds"]
    # The other deployment uses the first image, too.
    assert sorted(image["imageTag"] for image in listed) == ["image-1", "image-3", "image-4"]
    assert capsys.readouterr().out == "Deleted 2 version(s) and 1 image(s).\n"
