"""The batch state machine: its definition, and an independent validator of it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra import NODE
from infra.cdk_cli import ASL_VALIDATOR, install_npm_packages
from infra.settings import Settings
from infra.state_machine import State, define_state_machine
from infra.tests.templates import Synthesize, Template, properties

FUNCTION_ARN = "arn:aws:lambda:eu-west-3:111122223333:function:scorer"


@pytest.fixture
def definition(synthesize: Synthesize) -> State:
    """Return the definition in a synthesized template."""
    return _read_definition(
        synthesize(batch=True, batch_size=7, batch_concurrency=11, batch_tolerated_failures=3)
    )


def _read_definition(template: Template) -> State:
    text = properties(template, "AWS::StepFunctions::StateMachine")["DefinitionString"]
    parts = text["Fn::Join"][1]
    joined = "".join(part if isinstance(part, str) else FUNCTION_ARN for part in parts)
    definition: State = json.loads(joined)
    return definition


def _map(definition: State) -> State:
    (state,) = definition["States"].values()
    return dict(state)


def test_file_is_read_in_batches(definition: State) -> None:
    found = _map(definition)
    assert found["ItemReader"]["ReaderConfig"]["InputType"] == "JSONL"
    assert found["ItemBatcher"]["MaxItemsPerBatch"] == 7
    assert found["ItemBatcher"]["MaxInputBytesPerBatch"] < 256 * 1024
    assert found["MaxConcurrency"] == 11
    assert found["ToleratedFailurePercentage"] == 3
    assert found["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"


def test_results_are_written_to_s3_not_to_the_state(definition: State) -> None:
    writer = _map(definition)["ResultWriter"]
    assert writer["Resource"].endswith("s3:putObject")
    assert writer["Parameters"] == {"Bucket.$": "$.bucket", "Prefix.$": "$.results"}


def test_throttled_batches_are_retried_with_backoff_and_jitter(definition: State) -> None:
    states = _map(definition)["ItemProcessor"]["States"]
    single = states["ScoreOneByOne"]["ItemProcessor"]["States"]["ScoreEssay"]
    for state in (states["ScoreBatch"], single):
        throttled, failed = state["Retry"]
        assert "Lambda.TooManyRequestsException" in throttled["ErrorEquals"]
        assert throttled["BackoffRate"] > 1
        assert {throttled["JitterStrategy"], failed["JitterStrategy"]} == {"FULL"}


def test_failed_batch_is_scored_essay_by_essay(definition: State) -> None:
    states = _map(definition)["ItemProcessor"]["States"]
    assert states["ScoreBatch"]["Catch"][0]["Next"] == "ScoreOneByOne"
    single = states["ScoreOneByOne"]["ItemProcessor"]["States"]["ScoreEssay"]
    assert single["Catch"][0]["Next"] == "SkipEssay"


def _validate(definition: State, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run asl-validator, which implements the rules of Amazon States Language independently."""
    install_npm_packages(dev=True)
    path = folder / "definition.json"
    path.write_text(json.dumps(definition))
    return subprocess.run(
        [str(NODE), str(ASL_VALIDATOR), "--json-path", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_definition_is_valid_states_language(definition: State, tmp_path: Path) -> None:
    done = _validate(definition, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_validator_detects_duplicate_state_names(tmp_path: Path) -> None:
    """State names must be unique in the whole state machine, also inside of Maps."""
    definition = define_state_machine(Settings(batch=True), FUNCTION_ARN)
    (name,) = definition["States"]
    duplicate: dict[str, Any] = {**definition["States"], "Other": _map(definition)}
    duplicate[name] = {**duplicate[name], "Next": "Other"}
    del duplicate[name]["End"]
    done = _validate({**definition, "States": duplicate}, tmp_path)
    assert done.returncode != 0
    assert "DUPLICATE_STATE_NAMES: A state with this name already exists: ScoreBatch" in done.stderr
