"""The role of the deployment workflow, and who may assume it."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

from infra.cdk_cli import ROOT
from infra.tests.templates import CFN_LINT

TEMPLATE = ROOT / "infra" / "github-role.yaml"
CLAIM = "token.actions.githubusercontent.com"


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return dict(cfn_yaml.load(str(TEMPLATE)))


def _lint(path: Path) -> subprocess.CompletedProcess[str]:
    """Run cfn-lint, which knows the properties of resources."""
    return subprocess.run([str(CFN_LINT), str(path)], capture_output=True, text=True, check=False)


def test_cfn_lint_accepts_the_template() -> None:
    done = _lint(TEMPLATE)
    assert (done.stdout, done.returncode) == ("", 0)


@pytest.mark.parametrize(
    ("right", "wrong"), [("ClientIdList", "ClientIds"), ("!Ref ProviderArn", "!Ref Providers")]
)
def test_cfn_lint_detects_unknown_names(tmp_path: Path, right: str, wrong: str) -> None:
    path = tmp_path / "role.yaml"
    path.write_text(TEMPLATE.read_text(encoding="utf-8").replace(right, wrong))
    assert wrong.removeprefix("!Ref ") in _lint(path).stdout


def test_only_one_environment_of_one_repository_may_assume_it(template: dict[str, Any]) -> None:
    role = template["Resources"]["Role"]["Properties"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            f"{CLAIM}:aud": "sts.amazonaws.com",
            f"{CLAIM}:sub": {"Fn::Sub": "${Repository}:environment:${Environment}"},
        }
    }


@pytest.mark.parametrize(
    ("subject", "is_valid"),
    [
        ("repo:octo-org/octo-repo", True),  # of a repository from before July 2026
        ("repo:octo-org@123456/octo-repo@789012", True),
        ("repo:octo-org/*", False),
        ("repo:octo-org/octo-repo:ref:refs/heads/main", False),
        ("octo-org/octo-repo", False),
    ],
)
def test_the_repository_cannot_be_a_pattern(
    template: dict[str, Any], subject: str, is_valid: bool
) -> None:
    allowed = template["Parameters"]["Repository"]["AllowedPattern"]
    assert bool(re.fullmatch(allowed, subject)) is is_valid


def test_it_allows_what_the_policy_of_deployers_allows(template: dict[str, Any]) -> None:
    role = template["Resources"]["Role"]["Properties"]
    assert role["ManagedPolicyArns"] == [{"Ref": "PolicyArn"}]
    assert "Policies" not in role
