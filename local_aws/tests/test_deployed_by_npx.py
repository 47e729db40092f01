"""The way of the original system's users: npm install, npx cdk deploy, npx cdk destroy."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from infra import NODE
from infra.cdk_cli import NPM

from local_aws import base_images
from local_aws.deployment import Cloud
from local_aws.tests.calls import FRENCH_REQUEST, curl, run_command
from local_aws.tests.copies import make_fresh_clone

NAME = "npx"
CONTEXT = (
    *("-c", f"name={NAME}"),
    *("-c", f"base_image={base_images.FUNCTION_IMAGE}"),
    *("-c", f"lab_image={base_images.LAB_IMAGE}"),
    *("-c", "answer=original"),
)


@dataclass
class Shell:
    """Runs commands in a fresh clone, with npm, npx and node on its path.

    Attributes:
        clone: the folder.
        env: environment variables.
    """

    clone: Path
    env: Mapping[str, str]

    def run(self, *command: str) -> str:
        """Run a command, which must succeed, and return what it prints."""
        env = {**self.env, "CDK_DISABLE_CLI_TELEMETRY": "true"}
        path = f"{self.clone / 'bin'}{os.pathsep}{env['PATH']}"
        return run_command(command, folder=self.clone, env={**env, "PATH": path})


@pytest.fixture(scope="module")
def installed_clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone after `npm install`, which needs no cloud."""
    clone = tmp_path_factory.mktemp("npx")
    make_fresh_clone(clone)
    programs = clone / "bin"
    programs.mkdir()
    (programs / "node").symlink_to(NODE)
    for name in ("npm", "npx"):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{NODE}" "{NPM.with_name(f"{name}-cli.js")}" "$@"\n')
        program.chmod(0o755)
    Shell(clone, os.environ).run("npm", "install")
    return clone


def test_npm_and_npx_are_enough(installed_clone: Path, cloud: Cloud) -> None:
    """And with ``answer = "original"``, the URL answers as the original system did."""
    shell = Shell(installed_clone, cloud.env)
    shell.run("npx", "cdk", "bootstrap", *CONTEXT)
    shell.run("npx", "cdk", "deploy", "--require-approval", "never", *CONTEXT)
    (stack,) = cloud.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    url = cloud.resolve_url(outputs["Url"])
    response = curl(url, "--data", FRENCH_REQUEST)
    assert (response.status, response.json) == (
        200,
        {"statusCode": 200, "body": {"essay score": 1}},
    )
    full = curl(url, "--data", FRENCH_REQUEST, "--header", "Prefer: return=representation")
    assert full.json["flags"] == ["too_short", "not_english"]
    shell.run("npx", "cdk", "destroy", "--force", *CONTEXT)
    names = [
        function["FunctionName"]
        for function in cloud.client("lambda").list_functions()["Functions"]
    ]
    assert [name for name in names if name.startswith(NAME)] == []
