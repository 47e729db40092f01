"""The IAM policies in ``docs/policies``: valid, sufficient, and no wider than they must be.

The oracles are AWS's list of actions and resources (in cfn-lint), CDK's own grants and its
bootstrap template, moto's implementation of IAM, and the calls in the code.
"""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import moto
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from botocore import xform_name
from botocore.exceptions import ClientError
from moto.core import set_initial_no_auth_action_count
from moto.iam.access_control import IAMPolicy, PermissionResult

from essay_scorer.contract import (
    BATCH_ESSAYS_FOLDER,
    BATCH_ITEMS_FOLDER,
    BATCH_RESULTS_FOLDER,
    BATCH_ROWS_FOLDER,
)
from infra.cdk_cli import CDK, ROOT, install_npm_packages
from infra.gateway import STAGE
from infra.preflight import BOOTSTRAP_VERSION
from infra.scoring_function import ALIAS
from infra.tests.templates import CFN_LINT, MakeStack, Synthesize, all_properties

FOLDER = ROOT / "docs" / "policies"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
EXAMPLES = {
    "ACCOUNT": "123456789012",
    "REGION": "eu-west-3",
    "STACK": "essay-scorer",
    "FUNCTION": "essay-scorer-ScoringFunction1A2B3C4D-aBcDeFgHiJkL",
    "API": "a1b2c3d4e5",
    "BUCKET": "essay-scorer-batchessays1a2b3c4d-x",
}
PLACEHOLDER = re.compile("|".join(EXAMPLES))
FUNCTION = f"arn:aws:lambda:eu-west-3:123456789012:function:{EXAMPLES['FUNCTION']}"
STATES = "arn:aws:states:eu-west-3:123456789012"

Policy = dict[str, Any]


def _policy(name: str) -> Policy:
    """Return a policy with example values in the place of its placeholders."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    filled: Policy = json.loads(PLACEHOLDER.sub(lambda found: EXAMPLES[found[0]], text))
    return filled


def _actions(name: str) -> set[str]:
    return {action for statement in _policy(name)["Statement"] for action in statement["Action"]}


def _lint(policies: dict[str, Policy], folder: Path) -> str:
    """Return what cfn-lint finds; it knows AWS's actions and the resources of each."""
    managed = {
        name.title().replace("-", ""): {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": policy},
        }
        for name, policy in policies.items()
    }
    path = folder / "policies.json"
    path.write_text(json.dumps({"Resources": managed}))
    command = [str(CFN_LINT), "--include-checks", "I3510", "--", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_policies_are_valid(tmp_path: Path) -> None:
    assert _lint({name: _policy(name) for name in NAMES}, tmp_path) == ""


def test_validator_knows_actions_and_their_resources(tmp_path: Path) -> None:
    """The test above can fail."""
    statement = {"Effect": "Allow", "Action": ["lambda:InvokeUrl"], "Resource": [FUNCTION]}
    found = _lint({"name": {"Version": "2012-10-17", "Statement": [statement]}}, tmp_path)
    assert "W3037" in found
    elsewhere = {**statement, "Action": ["states:StartExecution"]}
    found = _lint({"name": {"Version": "2012-10-17", "Statement": [elsewhere]}}, tmp_path)
    assert "I3510" in found


def _called_actions(path: Path) -> set[str]:
    """Return the IAM actions of the calls of boto3 in a module."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    services, methods = set(), set()
    for call in calls:
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        given = [str(value.value) for value in call.args if isinstance(value, ast.Constant)]
        if name in ("client", "clients"):
            services |= set(given)
        methods |= {name, *(given if name in ("get_paginator", "get_waiter") else ())}
    return {
        _iam_action(service, operation)
        for service in services
        for operation in _operations(service)
        if xform_name(operation) in methods
    } | {TRANSFERS[method] for method in TRANSFERS.keys() & methods}


TRANSFERS = {"upload_file": "s3:PutObject", "download_file": "s3:GetObject"}
OTHER_ACTIONS = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "lambda:Invoke": "lambda:InvokeFunction",
    "apigateway:GetApiKey": "apigateway:GET",
}


ALWAYS_ALLOWED = {"sts:GetCallerIdentity"}


def _operations(service: str) -> list[str]:
    return list(botocore.session.get_session().get_service_model(service).operation_names)


def _iam_action(service: str, operation: str) -> str:
    action = f"{'states' if service == 'stepfunctions' else service}:{operation}"
    return OTHER_ACTIONS.get(action, action)


@pytest.mark.parametrize(
    ("module", "policy"),
    [
        *((path, "deploy") for path in sorted((ROOT / "infra").glob("*.py"))),
        (ROOT / "src/essay_scorer/aws/submit.py", "submit-batch"),
        (ROOT / "src/essay_scorer/aws/fetch.py", "fetch-batch"),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else value,
)
def test_policies_allow_every_call_in_the_code(module: Path, policy: str) -> None:
    assert _called_actions(module) - _actions(policy) - ALWAYS_ALLOWED == set()


def test_calls_are_found() -> None:
    """The test above can fail."""
    found = _called_actions(ROOT / "infra" / "remaining_resources.py")
    assert {"ecr:DescribeImages", "s3:ListBucket"} <= found
    assert "states:StartExecution" in _called_actions(ROOT / "src/essay_scorer/aws/submit.py")


def test_callers_of_the_url_have_what_cdk_would_grant(make_stack: MakeStack) -> None:
    stack = make_stack(access="iam")
    user = iam.User(stack, "Caller")
    url = stack.scoring.alias.node.find_child("FunctionUrl")
    assert isinstance(url, lambda_.FunctionUrl)
    url.grant_invoke_url(user)
    default = user.node.find_child("DefaultPolicy")
    assert isinstance(default, iam.Policy)
    granted = stack.resolve(default.document)["Statement"]
    allowed = [
        {"Action": statement["Action"][0], "Condition": statement["Condition"]}
        for statement in _policy("call-url")["Statement"]
    ]
    assert json.dumps(allowed).replace('"true"', "true") == json.dumps(
        [{name: statement[name] for name in ("Action", "Condition")} for statement in granted]
    )


def test_deployers_use_the_resources_of_cdk_bootstrap() -> None:
    install_npm_packages()
    template = (CDK.parents[1] / "lib/api/bootstrap/bootstrap-template.yaml").read_text()
    named = {
        name.replace("${Qualifier}", "hnb659fds")
        .replace("${AWS::AccountId}", "ACCOUNT")
        .replace("${AWS::Region}", "REGION")
        for name in re.findall(
            r"cdk-\$\{Qualifier\}-[\w-]+-\$\{AWS::AccountId\}[^'\"\s/*]*", template
        )
    }
    used = re.findall(r"cdk-hnb659fds-[\w-]+", (FOLDER / "deploy.json").read_text())
    assert len(used) == 6
    assert set(used) <= named
    assert BOOTSTRAP_VERSION.replace("hnb659fds", "${Qualifier}") in template


def test_names_in_policies_are_those_of_the_deployment(synthesize: Synthesize) -> None:
    template = synthesize(batch=True, api_gateway=True)
    (machine,) = all_properties(template, "AWS::StepFunctions::StateMachine")
    assert machine["StateMachineName"] == "essay-scorer-batch"
    assert f"FUNCTION:{ALIAS}" in (FOLDER / "call-url.json").read_text()
    assert f"API/{STAGE}/POST/model/predict" in (FOLDER / "call-rest-api.json").read_text()


PERMITTED = [
    ("call-rest-api", "execute-api:Invoke", "arn:aws:execute-api:eu-west-3:123456789012:"
     "a1b2c3d4e5/live/POST/model/predict"),
    ("invoke", "lambda:InvokeFunction", f"{FUNCTION}:live"),
    ("submit-batch", "states:StartExecution", f"{STATES}:stateMachine:essay-scorer-batch"),
    ("submit-batch", "states:DescribeMapRun", f"{STATES}:mapRun:essay-scorer-batch/Rows:4f0c"),
    ("fetch-batch", "states:DescribeExecution", f"{STATES}:execution:essay-scorer-batch:exam"),
    ("deploy", "lambda:UpdateAlias", FUNCTION),
    ("deploy", "lambda:InvokeFunction", f"{FUNCTION}:7"),
    ("deploy", "lambda:DeleteFunction", f"{FUNCTION}:3"),
    ("deploy", "sns:ListSubscriptionsByTopic", "arn:aws:sns:eu-west-3:123456789012:essay-scorer-A"),
    ("deploy", "sts:AssumeRole", "arn:aws:iam::123456789012:role/"
     "cdk-hnb659fds-deploy-role-123456789012-eu-west-3"),
]  # fmt: skip
REFUSED = [
    ("invoke", "lambda:InvokeFunction", FUNCTION),  # an unpublished version
    ("invoke", "lambda:UpdateFunctionCode", f"{FUNCTION}:live"),
    ("submit-batch", "states:StopExecution", f"{STATES}:execution:essay-scorer-batch:exam"),
    ("submit-batch", "states:StartExecution", f"{STATES}:stateMachine:payroll"),
    ("fetch-batch", "states:StartExecution", f"{STATES}:stateMachine:essay-scorer-batch"),
    ("fetch-batch", "s3:PutObject", f"arn:aws:s3:::{EXAMPLES['BUCKET']}/rows/a"),
    ("deploy", "lambda:DeleteFunction", FUNCTION),  # the function itself
    ("deploy", "lambda:UpdateAlias", FUNCTION.replace("essay-scorer", "payroll")),
    ("deploy", "iam:CreateRole", "arn:aws:iam::123456789012:role/other"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "action", "resource"), PERMITTED)
def test_policy_permits_what_its_holder_needs(name: str, action: str, resource: str) -> None:
    policy = IAMPolicy(json.dumps(_policy(name)))
    assert policy.is_action_permitted(action, resource) is PermissionResult.PERMITTED


@pytest.mark.parametrize(("name", "action", "resource"), REFUSED)
def test_policy_permits_nothing_else(name: str, action: str, resource: str) -> None:
    policy = IAMPolicy(json.dumps(_policy(name)))
    assert policy.is_action_permitted(action, resource) is not PermissionResult.PERMITTED


PREFIXES = (
    BATCH_ESSAYS_FOLDER,
    BATCH_ITEMS_FOLDER,
    BATCH_ROWS_FOLDER,
    BATCH_RESULTS_FOLDER,
)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Create a bucket with one object below each prefix."""
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with moto.mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=EXAMPLES["BUCKET"])
        for prefix in PREFIXES:
            s3.put_object(Bucket=EXAMPLES["BUCKET"], Key=f"{prefix}/exam/1", Body=b"x")
        yield


def _s3_client_of_a_user_with(policy: str) -> Any:
    users = boto3.client("iam")
    users.create_user(UserName="user")
    document = json.dumps(_policy(policy))
    users.put_user_policy(UserName="user", PolicyName="policy", PolicyDocument=document)
    key = users.create_access_key(UserName="user")["AccessKey"]
    return boto3.client(
        "s3",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


@set_initial_no_auth_action_count(0)  # from here on, moto enforces policies
def _open_prefixes(s3: Any, method: str, **options: Any) -> set[str]:
    """Return the prefixes below which the client may call a method."""
    found = set()
    for prefix in PREFIXES:
        try:
            getattr(s3, method)(Bucket=EXAMPLES["BUCKET"], Key=f"{prefix}/exam/1", **options)
            found.add(prefix)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
    return found


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize(
    ("policy", "written", "read"),
    [
        ("submit-batch", {"essays", "items", "rows"}, set()),
        ("fetch-batch", set(), {"rows", "results"}),
    ],
)
def test_objects_of_a_batch_are_open_to_those_who_need_them(
    policy: str, written: set[str], read: set[str]
) -> None:
    s3 = _s3_client_of_a_user_with(policy)
    assert _open_prefixes(s3, "put_object", Body=b"y") == written
    assert _open_prefixes(s3, "get_object") == read
