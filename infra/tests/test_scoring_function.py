"""The function: resources, environment, versions, permissions of its role."""

import json
import re
from typing import Any

import pytest

from essay_scorer.contract import PROFILE_VARIABLE
from infra.scoring_function import scoring_environment
from infra.settings import Settings
from infra.tests.templates import (
    Synthesize,
    all_properties,
    environment_variables,
    properties,
    resources,
)


def test_function_has_the_resources_of_the_original(synthesize: Synthesize) -> None:
    function = properties(synthesize(), "AWS::Lambda::Function")
    assert (function["MemorySize"], function["Timeout"]) == (3008, 180)
    assert function["EphemeralStorage"] == {"Size": 10_240}
    assert function["Architectures"] == ["x86_64"]
    assert function["PackageType"] == "Image"
    assert "SnapStart" not in function


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        ({"memory": 4096}, "MemorySize", 4096),
        ({"timeout": 60}, "Timeout", 60),
        ({"architecture": "arm64"}, "Architectures", ["arm64"]),
        ({"ephemeral_storage": 512}, "EphemeralStorage", {"Size": 512}),
        ({}, "ReservedConcurrentExecutions", 10),
        ({"reserved_concurrency": 7}, "ReservedConcurrentExecutions", 7),
        ({"preset": "lean"}, "SnapStart", {"ApplyOn": "PublishedVersions"}),
    ],
)
def test_setting_changes_the_function(
    synthesize: Synthesize, settings: dict[str, Any], name: str, value: object
) -> None:
    assert properties(synthesize(**settings), "AWS::Lambda::Function")[name] == value


@pytest.mark.parametrize(
    ("settings", "variable", "value"),
    [
        ({}, "ORIGINS", "*"),
        (
            {"cors_origins": "https://a.example,https://b.example"},
            "ORIGINS",
            "https://a.example,https://b.example",
        ),
        ({}, "REVIEW_SHARE", "0.2"),
        ({"review_share": "0.35"}, "REVIEW_SHARE", "0.35"),
        ({"answer": "original"}, "ANSWER", "original"),
    ],
)
def test_setting_becomes_an_environment_variable(
    synthesize: Synthesize, settings: dict[str, Any], variable: str, value: str
) -> None:
    assert environment_variables(synthesize(**settings))[f"ESSAY_SCORER_{variable}"] == value


def test_a_teachers_profile_becomes_an_environment_variable() -> None:
    variables = scoring_environment(Settings(profile="profiles/school.json"))
    assert variables[PROFILE_VARIABLE] == "/var/task/profile.json"
    assert PROFILE_VARIABLE not in scoring_environment(Settings())


def test_answers_have_all_fields_by_default(synthesize: Synthesize) -> None:
    assert "ESSAY_SCORER_ANSWER" not in environment_variables(synthesize())


def test_reserved_concurrency_can_be_removed(synthesize: Synthesize) -> None:
    function = properties(synthesize(reserved_concurrency="none"), "AWS::Lambda::Function")
    assert "ReservedConcurrentExecutions" not in function


def test_role_only_allows_writing_its_own_log(synthesize: Synthesize) -> None:
    template = synthesize(api_gateway=True, access="key", alarm_email="a@school.example")
    (statement,) = properties(template, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert "Logs" in statement["Resource"]["Fn::GetAtt"][0]
    assert "ManagedPolicyArns" not in properties(template, "AWS::IAM::Role")
    wildcards = re.findall(r'"Action": (?:"[^"]*\*[^"]*"|\[[^]]*\*[^]]*\])', json.dumps(template))
    assert wildcards == []


def test_rollback_is_possible(synthesize: Synthesize) -> None:
    """The URL points to an alias, and published versions are kept."""
    template = synthesize()
    versions = resources(template, "AWS::Lambda::Version").values()
    assert [version["DeletionPolicy"] for version in versions] == ["Retain"]
    assert properties(template, "AWS::Lambda::Alias")["Name"] == "live"
    assert properties(template, "AWS::Lambda::Url")["Qualifier"] == "live"


def test_earlier_version_can_stay_live(synthesize: Synthesize) -> None:
    template = synthesize(live_version=3)
    assert properties(template, "AWS::Lambda::Alias")["FunctionVersion"] == "3"
    (new,) = resources(template, "AWS::Lambda::Version")
    assert template["Outputs"]["Version"]["Value"] == {"Fn::GetAtt": [new, "Version"]}


def test_log_retention_follows_the_setting(synthesize: Synthesize) -> None:
    template = synthesize(log_retention=7, batch=True)
    groups = all_properties(template, "AWS::Logs::LogGroup")
    assert [group["RetentionInDays"] for group in groups] == [7, 7]


def test_provisioned_concurrency_follows_the_hours(synthesize: Synthesize) -> None:
    template = synthesize(
        provisioned_concurrency=3, provisioned_hours="7-17", time_zone="Europe/Paris"
    )
    target = properties(template, "AWS::ApplicationAutoScaling::ScalableTarget")
    actions = {
        action["Schedule"]: action["ScalableTargetAction"] for action in target["ScheduledActions"]
    }
    assert actions == {
        "cron(0 7 ? * MON-FRI *)": {"MinCapacity": 3, "MaxCapacity": 3},
        "cron(0 17 ? * MON-FRI *)": {"MinCapacity": 0, "MaxCapacity": 0},
    }
    assert {action["Timezone"] for action in target["ScheduledActions"]} == {"Europe/Paris"}
    assert target["MinCapacity"] == 0
    assert "ProvisionedConcurrencyConfig" not in properties(template, "AWS::Lambda::Alias")
    always = properties(synthesize(provisioned_concurrency=3), "AWS::Lambda::Alias")
    assert always["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 3}
