"""Helpers for reading a synthesized CloudFormation template."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra import NODE
from infra.cdk_cli import ASL_VALIDATOR, install_npm_packages
from infra.stack import ScorerStack

Template = dict[str, Any]  # as CloudFormation defines it
MakeStack = Callable[..., ScorerStack]
Synthesize = Callable[..., Template]

CFN_LINT = Path(sys.executable).with_name("cfn-lint")
FUNCTION_VERSION_ARN = "arn:aws:lambda:eu-west-3:111122223333:function:scorer:7"
KEY_HASHES = ",".join(f"sha256:{salt * 32}:{'f' * 64}" for salt in "01")


def resources(template: Template, resource_type: str) -> dict[str, Any]:
    """Return the resources of a type by logical ID."""
    return {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"] == resource_type
    }


def all_properties(template: Template, resource_type: str) -> list[dict[str, Any]]:
    """Return the properties of every resource of a type."""
    return [found["Properties"] for found in resources(template, resource_type).values()]


def properties(template: Template, resource_type: str) -> dict[str, Any]:
    """Return the properties of the only resource of a type."""
    (only,) = all_properties(template, resource_type)
    return only


def environment_variables(template: Template) -> dict[str, str]:
    """Return the environment variables of the only function."""
    variables: dict[str, str] = properties(template, "AWS::Lambda::Function")["Environment"][
        "Variables"
    ]
    return variables


def state_machine_definition(template: Template) -> dict[str, Any]:
    """Return the definition of the only state machine, with its placeholders substituted."""
    machine = properties(template, "AWS::StepFunctions::StateMachine")
    text = json.dumps(machine["Definition"])
    for name, value in machine["DefinitionSubstitutions"].items():
        text = text.replace(f"${{{name}}}", _resolve(value))
    definition: dict[str, Any] = json.loads(text)
    return definition


def _resolve(value: dict[str, Any]) -> str:
    """Return a value that CloudFormation would resolve in an account."""
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(
                part if isinstance(part, str) else _resolve(part) for part in parts
            )
        case {"Ref": "AWS::Partition"}:
            return "aws"
        case {"Ref": str(name)} if "BatchFunctionCurrentVersion" in name:
            return FUNCTION_VERSION_ARN
    raise AssertionError(f"{value} is not in this account")


def validate_definition(
    definition: dict[str, Any], folder: Path
) -> "subprocess.CompletedProcess[str]":
    """Run asl-validator, which implements the rules of Amazon States Language independently.

    Args:
        definition: of a state machine.
        folder: for a file with it.
    """
    install_npm_packages(dev=True)
    path = folder / "definition.json"
    path.write_text(json.dumps(definition))
    command = [str(NODE), str(ASL_VALIDATOR), "--json-path", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
