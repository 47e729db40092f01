"""Faults of an update: a broken bundle, a model that cannot score, a deployment that fails."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from infra.account import OperationError
from infra.cdk_cli import CdkError
from infra.operations import Operator

from local_aws.deployment import Cloud
from local_aws.tests.faults import fault_table as page
from local_aws.tests.faults.deployment_target import SETTINGS, SHORT, Target

CLI_PREFIX = "essay-scorer: "  # of error messages
EXCESSIVE_CONCURRENCY = 950  # of the 1,000 environments of an account, 100 must stay unreserved


def _truncate(content: bytearray) -> None:
    del content[len(content) // 2 :]


def _hide_sizes(message: str) -> str:
    """Return the message without sizes, which differ with every bundle."""
    return re.sub(r"\d{4,}", "…", message)


def _alter(content: bytearray) -> None:
    content[len(content) // 2] ^= 1


@pytest.mark.parametrize(("fault", "damage"), [(page.TRUNCATED, _truncate), (page.ALTERED, _alter)])
def test_damaged_bundle_is_not_built(
    target: Target,
    copy: tuple[Path, Operator],
    fault: str,
    damage: Callable[[bytearray], None],
) -> None:
    root, operator = copy
    weights = root / "models" / "default" / "model.onnx.data"
    content = bytearray(weights.read_bytes())
    damage(content)
    weights.write_bytes(content)
    with target.continuous_requests() as seen, pytest.raises(CdkError) as failed:
        operator.deploy()
    (message,) = {
        line.partition(CLI_PREFIX)[2]
        for line in str(failed.value).splitlines()
        if "/bundle/model.onnx.data" in line
    }
    assert set(seen) == page.PREVIOUS_RESPONSES, Counter(seen)
    page.TABLE.check_row(
        fault,
        caller=page.PREVIOUS_VERSION,
        logged=f"the build fails: *{_hide_sizes(message.strip())}*",
        recovery="deploy an intact bundle",
    )


def _use_tokenizer_of_another_model(bundle: Path) -> None:
    """Add a token that the encoder does not have, with valid hashes in the manifest."""
    tokenizer, manifest = bundle / "tokenizer.json", bundle / "bundle.json"
    rules = json.loads(tokenizer.read_text(encoding="utf-8"))
    vocabulary = rules["model"]["vocab"]
    vocabulary["sentence"] = len(vocabulary) + 100
    tokenizer.write_text(json.dumps(rules), encoding="utf-8")
    content = tokenizer.read_bytes()
    table = json.loads(manifest.read_text(encoding="utf-8"))
    table["version"] = "of another model"
    table["files"]["tokenizer.json"] = {
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    manifest.write_text(json.dumps(table), encoding="utf-8")


def test_model_that_cannot_score_never_goes_live(
    target: Target, copy: tuple[Path, Operator]
) -> None:
    root, operator = copy
    _use_tokenizer_of_another_model(root / "models" / "default")
    with target.continuous_requests() as seen, pytest.raises(OperationError) as failed:
        operator.deploy()
    assert "stays live" in str(failed.value)
    assert set(seen) == page.PREVIOUS_RESPONSES, Counter(seen)
    assert target.operator.deploy()["Version"]  # a fixed model can be deployed
    assert target.send(SHORT).json["model"]["version"] == page.SHIPPED_VERSION
    page.TABLE.check_row(
        page.UNUSABLE,
        caller=page.PREVIOUS_VERSION,
        logged="`make deploy` fails with the new version's error, and names the version that stays "
        "live",
        recovery="deploy a model that can score",
    )


def _log_retention(target: Target) -> int:
    """Return the days for which the deployment's log is kept."""
    groups = target.cloud.client("logs").describe_log_groups(
        logGroupNamePrefix=target.outputs["LogGroup"]
    )
    return int(groups["logGroups"][0]["retentionInDays"])


def test_deployment_that_fails_halfway_is_rolled_back(target: Target) -> None:
    before = _log_retention(target)
    settings = SETTINGS | {"reserved_concurrency": EXCESSIVE_CONCURRENCY, "log_retention": 7}
    excessive = target.cloud.operator(**settings)
    with target.continuous_requests() as seen, pytest.raises(CdkError) as failed:
        excessive.deploy()
    assert set(seen) == page.PREVIOUS_RESPONSES, Counter(seen)
    assert _log_retention(target) == before
    error = "decreases account's UnreservedConcurrentExecution below its minimum value of [100]"
    assert error in str(failed.value)
    page.TABLE.check_row(
        page.HALFWAY,
        caller=page.PREVIOUS_VERSION,
        logged="the stack's event, which CDK repeats: *… " + error + "*",
        recovery="CloudFormation rolls back what it has changed",
    )


def test_concurrent_deployments(target: Target, copy: tuple[Path, Operator]) -> None:
    root, _ = copy
    other = Cloud(target.cloud.engine, target.cloud.emulator, root)
    operators = [
        cloud.operator(**SETTINGS, memory=memory)
        for cloud, memory in ((target.cloud, 2048), (other, 1024))
    ]

    def deploy(operator: Operator) -> str:
        """Return the error message; empty after a success."""
        try:
            operator.deploy()
        except (CdkError, OperationError) as error:
            return str(error)
        return ""

    with target.continuous_requests() as seen, ThreadPoolExecutor(2) as pool:
        errors = list(pool.map(deploy, operators))
    assert set(seen) == page.PREVIOUS_RESPONSES, Counter(seen)
    refused = [error for error in errors if error]
    assert len(refused) < 2, refused
    assert all(error.startswith("cdk deploy failed.") for error in refused)
    live = target.cloud.client("lambda").get_function_configuration(
        FunctionName=target.outputs["FunctionName"], Qualifier="live"
    )
    assert live["MemorySize"] in [
        operator.settings.memory
        for operator, error in zip(operators, errors, strict=True)
        if not error
    ]
    page.TABLE.check_row(
        page.CONCURRENT,
        caller="200, without interruption",
        logged="the deployment that finds the stack busy fails with CDK's message",
        recovery="the other deployment is complete; repeat the refused one after it",
    )


def test_page_lists_exactly_these_faults() -> None:
    page.TABLE.check_faults(page.FAULTS)
