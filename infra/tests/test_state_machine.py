"""The batch state machine: its definition, and an independent validator of it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.tests.templates import (
    CFN_LINT,
    Synthesize,
    properties,
    state_machine_definition,
    validate_definition,
)

State = dict[str, Any]  # as Amazon States Language defines it


@pytest.fixture
def definition(synthesize: Synthesize) -> State:
    """Return the definition in a synthesized template."""
    template = synthesize(
        batch=True, batch_size=7, batch_concurrency=11, batch_tolerated_failures=3, timeout=100
    )
    return state_machine_definition(template)


def _map(definition: State) -> State:
    (state,) = definition["States"].values()
    return dict(state)


def test_items_are_read_in_batches(definition: State) -> None:
    found = _map(definition)
    assert found["ItemReader"]["ReaderConfig"]["InputType"] == "JSONL"
    assert found["ItemReader"]["Parameters"] == {"Bucket.$": "$.bucket", "Key.$": "$.items"}
    assert found["ItemBatcher"] == {
        "MaxItemsPerBatch": 7,
        "BatchInput": {
            "bucket.$": "$.bucket",
            "key.$": "$.essays",
            "profile.$": "$.profile",
            "profile_bytes.$": "$.profile_bytes",
        },
    }
    assert found["MaxConcurrency"] == 11
    assert found["ToleratedFailurePercentage"] == 3
    assert found["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"


def test_run_and_invocations_have_timeouts(definition: State) -> None:
    assert definition["TimeoutSeconds"] == 24 * 3600
    assert all(task["TimeoutSeconds"] == 130 for task in _tasks(definition))


def _tasks(definition: State) -> tuple[State, State]:
    """Return the tasks that score a batch and a single essay."""
    states = _map(definition)["ItemProcessor"]["States"]
    return states["ScoreBatch"], states["ScoreOneByOne"]["ItemProcessor"]["States"]["ScoreEssay"]


def test_results_are_written_to_s3_not_to_the_state(definition: State) -> None:
    writer = _map(definition)["ResultWriter"]
    assert writer["Resource"].endswith("s3:putObject")
    assert writer["Parameters"] == {"Bucket.$": "$.bucket", "Prefix.$": "$.results"}


def test_throttled_invocations_are_retried_until_the_run_ends(definition: State) -> None:
    for task in _tasks(definition):
        throttled, service, failed = task["Retry"]
        assert throttled["ErrorEquals"] == ["Lambda.TooManyRequestsException"]
        # Full jitter halves the delay; the run ends long before the attempts do.
        shortest_retries = throttled["MaxAttempts"] * throttled["MaxDelaySeconds"] / 2
        assert shortest_retries > definition["TimeoutSeconds"]
        assert "Lambda.ServiceException" in service["ErrorEquals"]
        assert {retry["JitterStrategy"] for retry in (throttled, service, failed)} == {"FULL"}
        assert all(retry["BackoffRate"] > 1 for retry in (throttled, service, failed))


def test_failed_batch_is_scored_essay_by_essay(definition: State) -> None:
    batch, essay = _tasks(definition)
    assert batch["Catch"][0]["Next"] == "ScoreOneByOne"
    assert essay["Catch"][0]["Next"] == "SkipEssay"


def test_definition_is_valid_states_language(definition: State, tmp_path: Path) -> None:
    done = validate_definition(definition, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_validator_detects_duplicate_state_names(definition: State, tmp_path: Path) -> None:
    """State names must be unique in the whole state machine, also inside of Maps."""
    (name,) = definition["States"]
    duplicate: dict[str, Any] = {**definition["States"], "Other": _map(definition)}
    duplicate[name] = {**duplicate[name], "Next": "Other"}
    del duplicate[name]["End"]
    done = validate_definition({**definition, "States": duplicate}, tmp_path)
    assert done.returncode != 0
    assert "DUPLICATE_STATE_NAMES: A state with this name already exists: ScoreBatch" in done.stderr


def test_cfn_lint_reads_the_definition(synthesize: Synthesize, tmp_path: Path) -> None:
    """It would accept any definition that is a joined string."""
    template = synthesize(batch=True)
    machine = properties(template, "AWS::StepFunctions::StateMachine")
    machine["Definition"]["States"]["ScoreFile"]["ItemProcessor"]["States"]["ScoreBatch"].pop(
        "Type"
    )
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template))
    done = subprocess.run([str(CFN_LINT), str(path)], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "E3601" in done.stdout
