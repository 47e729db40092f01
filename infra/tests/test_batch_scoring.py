"""The resources of batches: bucket, function and permissions."""

import json
from pathlib import Path

import pytest
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk.assertions import Template as TemplateAssertions

from infra.settings import Settings, SettingsError
from infra.tests.templates import MakeStack, Synthesize, Template, properties, resources


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


def _granted(template: Template, role: str) -> dict[str, list[str]]:
    """Return the resources that each action is allowed on, as text."""
    policies = resources(template, "AWS::IAM::Policy")
    (policy,) = [policy for name, policy in policies.items() if role in name]
    granted: dict[str, list[str]] = {}
    for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            granted.setdefault(action, []).append(json.dumps(statement["Resource"]))
    return granted


def test_state_machine_reads_items_writes_results_and_sees_no_essay(template: Template) -> None:
    granted = _granted(template, "MachineRole")
    assert set(granted) == {
        "lambda:InvokeFunction",
        "s3:GetObject",
        "s3:PutObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
        "states:StartExecution",
        "states:DescribeExecution",
        "states:StopExecution",
        "states:RedriveExecution",
    }
    items, results = granted["s3:GetObject"]
    assert ("/items/*" in items, "/results/*" in results) == (True, True)
    assert all("/results/*" in resource for resource in granted["s3:PutObject"])
    assert all(resource != '"*"' for resources in granted.values() for resource in resources)


def test_state_machine_may_do_what_cdk_would_allow_it(make_stack: MakeStack) -> None:
    """CDK knows which actions the reader and the writer of a Distributed Map need."""
    stack = make_stack(batch=True)
    bucket = stack.node.find_child("Batch").bucket  # type: ignore[attr-defined]
    reader = sfn.S3JsonLItemReader(bucket=bucket, key="items/a.jsonl")
    writer = sfn.ResultWriterV2(bucket=bucket, prefix="results/a")
    statements = [*reader.provide_policy_statements(), *writer.provide_policy_statements()]
    needed = {action for statement in statements for action in statement.actions}
    granted = _granted(dict(TemplateAssertions.from_stack(stack).to_json()), "MachineRole")
    assert {action for action in needed if action.startswith("s3:")} <= set(granted)


def test_batch_function_reads_essays_and_nothing_else(template: Template) -> None:
    granted = _granted(template, "BatchFunctionRole")
    assert set(granted) == {"logs:CreateLogStream", "logs:PutLogEvents", "s3:GetObject"}
    (essays,) = granted["s3:GetObject"]
    assert essays.endswith('"/essays/*"]]}')


def test_function_that_serves_requests_has_no_access_to_the_bucket(template: Template) -> None:
    assert not any(action.startswith("s3:") for action in _granted(template, "ScoringRole"))


def test_run_keeps_the_published_version_that_it_started_with(template: Template) -> None:
    """A deployment during a run must not mix two models."""
    machine = properties(template, "AWS::StepFunctions::StateMachine")
    reference = machine["DefinitionSubstitutions"]["Function"]["Ref"]
    version = resources(template, "AWS::Lambda::Version")[reference]
    assert version["DeletionPolicy"] == "Retain"
    (invoked,) = _granted(template, "MachineRole")["lambda:InvokeFunction"]
    assert invoked.endswith('":*"]]}')


def test_batch_function_has_memory_of_its_own(synthesize: Synthesize) -> None:
    def memory(**settings: object) -> list[int]:
        functions = resources(synthesize(batch=True, **settings), "AWS::Lambda::Function")
        return sorted(function["Properties"]["MemorySize"] for function in functions.values())

    assert memory() == [1769, 3008]
    assert memory(batch_memory=4096) == [3008, 4096]


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
