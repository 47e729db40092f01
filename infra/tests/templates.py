"""Helpers for reading a synthesized CloudFormation template."""

from collections.abc import Callable
from typing import Any

from infra.stack import ScorerStack

Template = dict[str, Any]  # as CloudFormation defines it
MakeStack = Callable[..., ScorerStack]
Synthesize = Callable[..., Template]

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
