"""Published versions of a deployment's functions: which one is live, and which may be deleted.

Every version with SnapStart has a snapshot, which is billed until the version is deleted.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.account import Account
from infra.scoring_function import ALIAS

# A redriven execution uses the definition with which it was started.
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
REDRIVABLE_STATUSES = ("FAILED", "TIMED_OUT", "ABORTED")
REDRIVABLE_PERIOD = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class PruningPlan:
    """What becomes of the published versions of a function.

    Attributes:
        function: its name.
        kept: the reason for each version that is kept.
        deleted: the versions that nothing needs.
    """

    function: str
    kept: Mapping[int, str]
    deleted: Sequence[int]

    def describe(self) -> str:
        """Return the plan as one line, the newest version first."""
        kept = [f"{version} ({self.kept[version]})" for version in sorted(self.kept, reverse=True)]
        deleted = [str(version) for version in sorted(self.deleted, reverse=True)]
        return (
            f"{self.function}: keep {', '.join(kept) or 'nothing'}; "
            f"delete {', '.join(deleted) or 'nothing'}"
        )


def live_version(account: Account, function: str) -> int:
    """Return the version that serves requests."""
    alias = account.client("lambda").get_alias(FunctionName=function, Name=ALIAS)
    return int(alias["FunctionVersion"])


def previous_version(versions: Sequence[int], live: int) -> int | None:
    """Return the version to which a rollback leads; None if there is none."""
    return max((version for version in versions if version < live), default=None)


def plan_pruning(account: Account, stack: str, *, keep: int) -> Iterator[PruningPlan]:
    """Yield a plan for each function of a deployment.

    Kept are the versions of aliases, the one to which a rollback leads, the newest ones, and those
    that a batch uses that runs or may be redriven.

    Args:
        account: of the deployment.
        stack: its name.
        keep: how many of the newest versions are kept.
    """
    machines = account.stack_resources(stack, "AWS::StepFunctions::StateMachine")
    batches = [batch for machine in machines for batch in _resumable_batches(account, machine)]
    for function in account.stack_resources(stack, "AWS::Lambda::Function"):
        versions = account.published_versions(function)
        kept = dict.fromkeys(versions[-keep:], "one of the newest")
        for name, text in batches:
            kept |= dict.fromkeys(_find_versions(function, text), f"used by the batch {name}")
        kept |= _versions_of_aliases(account, function, versions)
        existing = {version: kept[version] for version in versions if version in kept}
        yield PruningPlan(
            function=function,
            kept=existing,
            deleted=[version for version in versions if version not in existing],
        )


def _versions_of_aliases(
    account: Account, function: str, versions: Sequence[int]
) -> dict[int, str]:
    """Return the versions to which aliases point, and the one before each."""
    reasons: dict[int, str] = {}
    pages = account.client("lambda").get_paginator("list_aliases").paginate(FunctionName=function)
    for alias in (alias for page in pages for alias in page["Aliases"]):
        weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        pointed = [int(name) for name in (alias["FunctionVersion"], *weights) if name != "$LATEST"]
        for version in pointed:
            reasons[version] = alias["Name"]
            previous = previous_version(versions, version)
            if previous is not None:
                reasons.setdefault(previous, f"before {alias['Name']}, for a rollback")
    return reasons


def _resumable_batches(account: Account, machine: str) -> Iterator[tuple[str, str]]:
    """Yield name, and definition with input, of the executions that run or may be redriven."""
    machines = account.client("stepfunctions")
    paginator = machines.get_paginator("list_executions")
    for status in ("RUNNING", *REDRIVABLE_STATUSES):
        for page in paginator.paginate(stateMachineArn=machine, statusFilter=status):
            for execution in page["executions"]:
                if status == "RUNNING" or _is_recent(execution):
                    name = {"executionArn": execution["executionArn"]}
                    definition = machines.describe_state_machine_for_execution(**name)["definition"]
                    yield (
                        execution["name"],
                        definition + machines.describe_execution(**name)["input"],
                    )


def _is_recent(execution: Mapping[str, Any]) -> bool:
    return bool(datetime.now(UTC) - execution["stopDate"] < REDRIVABLE_PERIOD)


def _find_versions(function: str, text: str) -> set[int]:
    """Return the versions of a function that a text names."""
    pattern = rf"(?<![\w-]){re.escape(function)}:([0-9]+)\b"
    return {int(number) for number in re.findall(pattern, text)}


def delete_versions(account: Account, plan: PruningPlan) -> None:
    """Delete the versions that a plan names."""
    functions = account.client("lambda")
    for version in plan.deleted:
        functions.delete_function(FunctionName=plan.function, Qualifier=str(version))
