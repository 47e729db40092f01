"""Operating a deployment: logs, metrics, alarms; deploy, roll back, destroy."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from infra.account import OperationError
from infra.cdk_cli import CdkError
from infra.operations import Operator

from local_aws.deployment import Cloud
from local_aws.tests.calls import FRENCH_REQUEST, curl
from local_aws.tests.copies import copy_repository
from local_aws.tests.pushed_images import list_pushed_images

MAX_WAIT = 10  # seconds until the emulator has written its log


def _eventually(ask: Callable[[], str], accept: Callable[[str], bool]) -> str:
    """Return the first answer that is accepted, or the last one before time is up."""
    deadline = time.monotonic() + MAX_WAIT
    while not accept(answer := ask()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return answer


def test_log_reports_requests_without_essays(cloud: Cloud, url: str) -> None:
    curl(url, "--data", FRENCH_REQUEST)
    logs = cloud.client("logs")
    names = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    (name,) = [name for name in names if "ScoringLogs" in name]

    def messages() -> str:
        events = logs.filter_log_events(logGroupName=name)["events"]
        return "\n".join(event["message"] for event in events)

    text = _eventually(messages, lambda text: "REPORT RequestId" in text)
    assert "REPORT RequestId" in text
    assert "essai" not in text


def test_metrics_count_requests(cloud: Cloud, outputs: dict[str, str]) -> None:
    metrics = cloud.client("cloudwatch").list_metrics(Namespace="AWS/Lambda")["Metrics"]
    names = {metric["MetricName"] for metric in metrics}
    assert {"Invocations", "Errors", "Duration"} <= names


def test_alarms_exist_and_are_quiet(cloud: Cloud, outputs: dict[str, str]) -> None:
    alarms = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    names = {alarm["AlarmName"].removeprefix("essay-scorer-") for alarm in alarms}
    assert names == {
        "Errors", "Failures", "Throttles", "Duration", "Concurrency", "Flagged", "Scores",
        "GatewayErrors",
    }  # fmt: skip
    assert [alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM"] == []


@pytest.fixture(scope="session")
def copy_with_other_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository whose bundle has the version ``another``."""
    root = tmp_path_factory.mktemp("another")
    copy_repository(root)
    path = root / "models" / "default" / "bundle.json"
    manifest = json.loads(path.read_text())
    manifest["version"] = "another"
    path.write_text(json.dumps(manifest))
    return root


@pytest.fixture(scope="session")
def updated(cloud: Cloud, copy_with_other_bundle: Path, outputs: dict[str, str]) -> Operator:
    """The operator of the same deployment after an update to another bundle."""
    copy = Cloud(cloud.engine, cloud.emulator, copy_with_other_bundle)
    operator = copy.operator(api_gateway="true")
    assert operator.deploy()["Url"] == outputs["Url"]
    return operator


def _model_version(url: str) -> str:
    return str(curl(url, "--data", FRENCH_REQUEST).json["model"]["version"])


def test_update_to_another_bundle_keeps_the_url(cloud: Cloud, url: str, updated: Operator) -> None:
    assert _model_version(url) == "another"
    assert len(list_pushed_images(cloud)) == 2


def test_rollback_is_one_command(url: str, updated: Operator) -> None:
    before, now = updated.rollback()
    assert int(now) < int(before)
    assert _model_version(url) != "another"


def test_rollback_from_the_first_version_fails(updated: Operator) -> None:
    with pytest.raises(OperationError, match="there is no version to roll back to"):
        updated.rollback()


def test_invalid_setting_changes_nothing_and_says_why(cloud: Cloud, url: str) -> None:
    operator = cloud.operator()
    operator.overrides = {**operator.overrides, "memory": "100"}
    with pytest.raises(
        CdkError, match="memory is 100: input should be greater than or equal to 256"
    ):
        operator.deploy()
    assert curl(url, "--data", FRENCH_REQUEST).status == 200


def test_destroy_leaves_nothing_that_costs_money(
    cloud: Cloud, updated: Operator, outputs: dict[str, str], url: str
) -> None:
    remaining = updated.destroy()
    assert list_pushed_images(cloud) == []
    assert cloud.client("lambda").list_functions()["Functions"] == []
    assert cloud.client("apigateway").get_rest_apis()["items"] == []
    assert cloud.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    groups = cloud.client("logs").describe_log_groups()["logGroups"]
    assert [
        group["logGroupName"] for group in groups if "essay-scorer" in group["logGroupName"]
    ] == []
    assert curl(url, "--data", FRENCH_REQUEST).status in (403, 404)
    assert any("CDKToolkit" in line for line in remaining)
    with pytest.raises(OperationError, match="no deployment named essay-scorer"):
        updated.outputs()
