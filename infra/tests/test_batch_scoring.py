"""The resources of batches: bucket, function and permissions."""

import json
from pathlib import Path

import pytest

from infra.settings import Settings, SettingsError
from infra.tests.templates import Synthesize, Template, properties, resources


@pytest.fixture
def template(synthesize: Synthesize) -> Template:
    return synthesize(batch=True)


def test_batch_is_off_by_default(synthesize: Synthesize) -> None:
    template = synthesize()
    assert not resources(template, "AWS::StepFunctions::StateMachine")
    assert not resources(template, "AWS::S3::Bucket")
    assert len(resources(template, "AWS::Lambda::Function")) == 1


def test_bucket_is_private_encrypted_and_expires(synthesize: Synthesize) -> None:
    template = synthesize(batch=True, batch_days=5)
    bucket = properties(template, "AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["BucketEncryption"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["ExpirationInDays"], rule["Status"]) == (5, "Enabled")
    policy = properties(template, "AWS::S3::BucketPolicy")
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_state_machine_has_least_privilege(template: Template) -> None:
    policies = resources(template, "AWS::IAM::Policy")
    (policy,) = [policy for name, policy in policies.items() if "MachineRole" in name]
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


def test_functions_have_no_access_to_the_bucket(template: Template) -> None:
    """The state machine writes the results."""
    policies = resources(template, "AWS::IAM::Policy")
    texts = [json.dumps(policy) for name, policy in policies.items() if "MachineRole" not in name]
    assert len(texts) == 2
    assert not any("s3:" in text for text in texts)


def test_batch_has_its_own_function_without_a_url(template: Template) -> None:
    assert len(resources(template, "AWS::Lambda::Function")) == 2
    assert len(resources(template, "AWS::Lambda::Url")) == 1


def test_review_share_applies_to_batches_too(synthesize: Synthesize) -> None:
    template = synthesize(batch=True, review_share=0.3)
    for function in resources(template, "AWS::Lambda::Function").values():
        variables = function["Properties"]["Environment"]["Variables"]
        assert variables["ESSAY_SCORER_REVIEW_SHARE"] == "0.3"


def test_outputs_name_bucket_and_state_machine(template: Template) -> None:
    assert {"BatchBucket", "BatchStateMachine"} <= set(template["Outputs"])


@pytest.mark.parametrize(
    ("name", "value"),
    [("batch_size", 0), ("batch_size", 500), ("batch_concurrency", 0),
     ("batch_tolerated_failures", 101), ("batch_days", 0)],
)  # fmt: skip
def test_invalid_batch_setting_is_an_error(name: str, value: int, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.load({"batch": True, name: value}, folder=tmp_path)
