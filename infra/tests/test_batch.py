"""What the batch promises: which state does what, and who may what."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.settings import Settings, SettingsError
from infra.stack import ScorerStack

Make = Callable[..., ScorerStack]
Synthesise = Callable[..., dict[str, Any]]


def _resources(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return {k: v for k, v in template["Resources"].items() if v["Type"] == kind}


@pytest.fixture
def made(template: Synthesise) -> dict[str, Any]:
    return template(batch=True, batch_size=7, batch_concurrency=11, batch_tolerated_failures=3)


def _machine(made: dict[str, Any]) -> dict[str, Any]:
    (machine,) = _resources(made, "AWS::StepFunctions::StateMachine").values()
    text = machine["Properties"]["DefinitionString"]
    if isinstance(text, dict):
        text = "".join(p if isinstance(p, str) else "FUNCTION" for p in text["Fn::Join"][1])
    definition: dict[str, Any] = json.loads(text)
    return definition


def test_it_is_off_unless_it_is_asked_for(template: Synthesise) -> None:
    made = template()
    assert not _resources(made, "AWS::StepFunctions::StateMachine")
    assert not _resources(made, "AWS::S3::Bucket")
    assert len(_resources(made, "AWS::Lambda::Function")) == 1


@pytest.mark.parametrize(("state", "kind"), [("JsonLines", "JSONL"), ("Csv", "CSV")])
def test_both_formats_are_read_in_batches(made: dict[str, Any], state: str, kind: str) -> None:
    found = _machine(made)["States"][state]
    assert found["ItemReader"]["ReaderConfig"]["InputType"] == kind
    assert found["ItemBatcher"]["MaxItemsPerBatch"] == 7
    assert found["ItemBatcher"]["MaxInputBytesPerBatch"] < 256 * 1024
    assert found["MaxConcurrency"] == 11
    assert found["ToleratedFailurePercentage"] == 3
    assert found["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"


def test_results_go_to_s3_and_not_into_the_state(made: dict[str, Any]) -> None:
    for state in ("JsonLines", "Csv"):
        writer = _machine(made)["States"][state]["ResultWriter"]
        assert writer["Resource"].endswith("s3:putObject")
        assert writer["Parameters"] == {"Bucket.$": "$.bucket", "Prefix.$": "$.results"}


def test_what_is_throttled_waits_longer_each_time_and_not_all_together(
    made: dict[str, Any],
) -> None:
    steps = _machine(made)["States"]["JsonLines"]["ItemProcessor"]["States"]
    alone = steps["OneByOne"]["ItemProcessor"]["States"]["ScoreOne"]
    for step in (steps["Score"], alone):
        throttled, failed = step["Retry"]
        assert "Lambda.TooManyRequestsException" in throttled["ErrorEquals"]
        assert throttled["BackoffRate"] > 1
        assert {throttled["JitterStrategy"], failed["JitterStrategy"]} == {"FULL"}


def test_a_batch_that_fails_is_taken_apart(made: dict[str, Any]) -> None:
    steps = _machine(made)["States"]["JsonLines"]["ItemProcessor"]["States"]
    assert steps["Score"]["Catch"][0]["Next"] == "OneByOne"
    one = steps["OneByOne"]["ItemProcessor"]["States"]["ScoreOne"]
    assert one["Catch"][0]["Next"] == "Lost"


def test_the_bucket_is_closed_encrypted_and_forgets(template: Synthesise) -> None:
    made = template(batch=True, batch_days=5)
    (bucket,) = _resources(made, "AWS::S3::Bucket").values()
    properties = bucket["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["BucketEncryption"]
    (rule,) = properties["LifecycleConfiguration"]["Rules"]
    assert (rule["ExpirationInDays"], rule["Status"]) == (5, "Enabled")
    (policy,) = _resources(made, "AWS::S3::BucketPolicy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_machine_may_do_what_it_does_and_nothing_else(made: dict[str, Any]) -> None:
    policies = _resources(made, "AWS::IAM::Policy")
    (policy,) = [p for name, p in policies.items() if "MachineRole" in name]
    granted = {}
    for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            granted[action] = json.dumps(statement["Resource"])
    assert set(granted) == {
        "lambda:InvokeFunction",
        "s3:GetObject",
        "s3:PutObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
        "states:StartExecution",
        "states:DescribeExecution",
        "states:StopExecution",
    }
    assert "*/runs/*" in granted["s3:PutObject"]
    assert all(resource != '"*"' for resource in granted.values())


def test_no_function_may_touch_the_bucket(made: dict[str, Any]) -> None:
    """What a function answers is written by the state machine."""
    policies = _resources(made, "AWS::IAM::Policy")
    texts = [json.dumps(p) for name, p in policies.items() if "MachineRole" not in name]
    assert len(texts) == 2
    assert not any("s3:" in text for text in texts)


def test_the_batch_has_a_function_of_its_own_without_a_door(made: dict[str, Any]) -> None:
    assert len(_resources(made, "AWS::Lambda::Function")) == 2
    assert len(_resources(made, "AWS::Lambda::Url")) == 1


def test_a_batch_asks_for_a_person_as_the_page_does(template: Synthesise) -> None:
    made = template(batch=True, review_share=0.3)
    for function in _resources(made, "AWS::Lambda::Function").values():
        variables = function["Properties"]["Environment"]["Variables"]
        assert variables["ESSAY_SCORER_REVIEW_SHARE"] == "0.3"


def test_the_outputs_say_where(made: dict[str, Any]) -> None:
    assert {"BatchBucket", "BatchStateMachine"} <= set(made["Outputs"])


@pytest.mark.parametrize(
    ("name", "value"),
    [("batch_size", 0), ("batch_size", 500), ("batch_concurrency", 0),
     ("batch_tolerated_failures", 101), ("batch_days", 0)],
)  # fmt: skip
def test_a_wrong_setting_is_refused(name: str, value: int, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.load({"batch": True, name: value}, folder=tmp_path)


def test_no_rule_of_aws_solutions_is_broken_without_a_reason(make: Make, tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path / "out"))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    make(app, batch=True)
    app.synth()  # raises where a finding is not answered
