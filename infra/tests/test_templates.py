"""The templates of typical settings: reviewed snapshots, cfn-lint, cdk-nag, tags and outputs."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template as TemplateAssertions
from cdk_nag import AwsSolutionsChecks

from infra.tests.combinations import ALL, REVIEWED
from infra.tests.templates import (
    CFN_LINT,
    MakeStack,
    Synthesize,
    Template,
    properties,
    state_machine_definition,
    validate_definition,
)

SNAPSHOTS = Path(__file__).with_name("snapshots")


def _without_hashes(template: Template) -> str:
    """Return a template as text, without the hashes that change with every image and version."""
    text = json.dumps(template, indent=2, sort_keys=True)
    return re.sub(r"[0-9a-f]{64}|(?<=CurrentVersion)[0-9A-F]{8}[0-9a-f]{32}", "HASH", text)


@pytest.mark.parametrize("name", REVIEWED)
def test_template_is_the_reviewed_snapshot(synthesize: Synthesize, name: str) -> None:
    """After an intended change, run ``make snapshot`` and review the diff."""
    text = _without_hashes(synthesize(**REVIEWED[name]))
    path = SNAPSHOTS / f"{name}.json"
    if "WRITE_SNAPSHOT" in os.environ:
        path.write_text(text + "\n", encoding="utf-8")
    assert text == path.read_text(encoding="utf-8").rstrip("\n")


def test_every_reviewed_snapshot_has_a_combination() -> None:
    assert {path.stem for path in SNAPSHOTS.iterdir()} == set(REVIEWED)


@pytest.fixture(scope="module")
def templates(make_stack: MakeStack) -> dict[str, Template]:
    """The templates of all combinations."""
    return {
        name: dict(TemplateAssertions.from_stack(make_stack(**settings)).to_json())
        for name, settings in ALL.items()
    }


def test_cfn_lint_accepts_the_templates(templates: dict[str, Template], tmp_path: Path) -> None:
    for name, template in templates.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(template))
    # W3005: CDK declares a dependency that CloudFormation would infer.
    command = [str(CFN_LINT), "--ignore-checks", "W3005", "--", *map(str, tmp_path.glob("*.json"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_asl_validator_accepts_the_state_machines(
    templates: dict[str, Template], tmp_path: Path
) -> None:
    definitions = {
        name: state_machine_definition(template)
        for name, template in templates.items()
        if ALL[name].get("batch")
    }
    assert len(definitions) == 10
    for name, definition in definitions.items():
        done = validate_definition(definition, tmp_path)
        assert done.returncode == 0, (name, done.stdout + done.stderr)


@pytest.mark.parametrize("name", ALL)
def test_every_finding_of_cdk_nag_is_fixed_or_accepted(
    make_stack: MakeStack, name: str, tmp_path: Path
) -> None:
    app = App(outdir=str(tmp_path / "out"))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    make_stack(app, **ALL[name])
    app.synth()  # raises if a finding is not accepted


def test_cdk_nag_detects_a_public_bucket(make_stack: MakeStack, tmp_path: Path) -> None:
    """The test above can fail."""
    app = App(outdir=str(tmp_path / "out"))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    s3.CfnBucket(make_stack(app), "Open")
    with pytest.raises(RuntimeError, match="AwsSolutions-S1"):
        app.synth()


def test_tags_are_on_resources(synthesize: Synthesize) -> None:
    template = synthesize(tags="team=school")
    tags = [
        resource["Properties"]["Tags"]
        for resource in template["Resources"].values()
        if isinstance(resource["Properties"].get("Tags"), list)
    ]
    assert len(tags) >= 4  # function, role, log group, alarms, …
    for given in tags:
        assert {"Key": "team", "Value": "school"} in given
        assert {"Key": "application", "Value": "essay-scorer"} in given


def test_tag_application_can_be_overridden(synthesize: Synthesize) -> None:
    template = synthesize(tags="application=english-exams")
    tags = properties(template, "AWS::Lambda::Function")["Tags"]
    assert tags == [{"Key": "application", "Value": "english-exams"}]


OUTPUTS = {"Url", "FunctionName", "Version", "LogGroup"}  # used by operations, or documented


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, {"Curl"}),
        ({"api_gateway": True}, {"Curl", "GatewayUrl", "GatewayCurl"}),
        (
            {"api_gateway": True, "access": "key"},
            {"GatewayUrl", "GatewayCurl", "GatewayKeyId", "GatewayKey"},
        ),
        ({"batch": True}, {"Curl", "BatchBucket", "BatchStateMachine"}),
    ],
)
def test_outputs_are_those_that_somebody_uses(
    synthesize: Synthesize, settings: dict[str, Any], names: set[str]
) -> None:
    assert set(synthesize(**settings)["Outputs"]) == OUTPUTS | names


def test_no_template_assumes_the_partition(templates: dict[str, Template]) -> None:
    """ARNs differ in China and in GovCloud."""
    assert not [name for name, template in templates.items() if "arn:aws:" in json.dumps(template)]


def test_outputs_have_urls_and_commands(synthesize: Synthesize) -> None:
    assert "curl -d" in json.dumps(synthesize()["Outputs"]["Curl"])
    outputs = synthesize(api_gateway=True, access="key")["Outputs"]
    assert {"Url", "FunctionName", "GatewayUrl", "GatewayCurl"} <= set(outputs)
    assert "x-api-key" in json.dumps(outputs["GatewayCurl"])


def test_commands_sign_requests_where_access_is_iam(synthesize: Synthesize) -> None:
    outputs = synthesize(access="iam", api_gateway=True)["Outputs"]
    for name, service in (("Curl", "lambda"), ("GatewayCurl", "execute-api")):
        command = json.dumps(outputs[name])
        assert "--aws-sigv4 aws:amz:" in command
        assert f":{service} --user" in command
