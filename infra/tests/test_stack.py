"""What the template promises, by intent; and that each setting has its effect."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from infra.cdk import ROOT
from infra.drift import Usual
from infra.monitoring import NAMESPACE
from infra.settings import Settings
from infra.stack import ScorerStack

Make = Callable[..., ScorerStack]
Synthesise = Callable[..., dict[str, Any]]
SNAPSHOTS = Path(__file__).with_name("snapshots")


def _of(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the properties of every resource of a kind."""
    return [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == kind
    ]


def _only(template: dict[str, Any], kind: str) -> dict[str, Any]:
    (properties,) = _of(template, kind)
    return properties


def _variables(template: dict[str, Any]) -> dict[str, str]:
    """Return the environment of the one function."""
    found: dict[str, str] = _only(template, "AWS::Lambda::Function")["Environment"]["Variables"]
    return found


def test_the_function_has_the_originals_resources(template: Synthesise) -> None:
    function = _only(template(), "AWS::Lambda::Function")
    assert (function["MemorySize"], function["Timeout"]) == (3008, 180)
    assert function["EphemeralStorage"] == {"Size": 10_240}
    assert function["Architectures"] == ["x86_64"]
    assert function["PackageType"] == "Image"
    assert "SnapStart" not in function


@pytest.mark.parametrize(
    ("settings", "property_", "value"),
    [
        ({"memory": 4096}, "MemorySize", 4096),
        ({"timeout": 60}, "Timeout", 60),
        ({"architecture": "arm64"}, "Architectures", ["arm64"]),
        ({"ephemeral_storage": 512}, "EphemeralStorage", {"Size": 512}),
        ({}, "ReservedConcurrentExecutions", 10),
        ({"reserved_concurrency": 7}, "ReservedConcurrentExecutions", 7),
        ({"profile": "lean"}, "SnapStart", {"ApplyOn": "PublishedVersions"}),
    ],
)
def test_a_setting_changes_the_function(
    template: Synthesise, settings: dict[str, Any], property_: str, value: object
) -> None:
    assert _only(template(**settings), "AWS::Lambda::Function")[property_] == value


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
    ],
)
def test_a_setting_reaches_the_handler(
    template: Synthesise, settings: dict[str, Any], variable: str, value: str
) -> None:
    assert _variables(template(**settings))[f"ESSAY_SCORER_{variable}"] == value


def test_without_a_reservation_the_accounts_quota_is_the_bound(template: Synthesise) -> None:
    function = _only(template(reserved_concurrency="none"), "AWS::Lambda::Function")
    assert "ReservedConcurrentExecutions" not in function


def test_the_url_is_open_by_both_permissions(template: Synthesise) -> None:
    made = template()
    assert _only(made, "AWS::Lambda::Url")["AuthType"] == "NONE"
    granted = {
        permission["Action"]: permission for permission in _of(made, "AWS::Lambda::Permission")
    }
    assert set(granted) == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    assert granted["lambda:InvokeFunctionUrl"]["FunctionUrlAuthType"] == "NONE"
    assert granted["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True


def test_the_url_leaves_cors_to_the_application(template: Synthesise) -> None:
    """Answered twice, the header would stand twice, and browsers refuse that."""
    assert "Cors" not in _only(template(), "AWS::Lambda::Url")


def test_with_iam_nobody_else_may_call(template: Synthesise) -> None:
    made = template(access="iam")
    assert _only(made, "AWS::Lambda::Url")["AuthType"] == "AWS_IAM"
    assert _of(made, "AWS::Lambda::Permission") == []


def test_with_a_key_nobody_comes_in_beside_the_gateway(template: Synthesise) -> None:
    made = template(access="key", api_gateway=True)
    assert _only(made, "AWS::Lambda::Url")["AuthType"] == "AWS_IAM"
    callers = {permission["Principal"] for permission in _of(made, "AWS::Lambda::Permission")}
    assert callers == {"apigateway.amazonaws.com"}


HASHES = ",".join(f"sha256:{salt * 32}:{'f' * 64}" for salt in "01")


def test_with_key_hashes_the_function_asks_at_every_door(template: Synthesise) -> None:
    made = template(access="key", key_hashes=HASHES, api_gateway=True)
    assert _only(made, "AWS::Lambda::Url")["AuthType"] == "NONE"
    assert _variables(made)["ESSAY_SCORER_KEY_HASHES"] == HASHES
    assert _of(made, "AWS::ApiGateway::ApiKey") == []
    assert not any(method.get("ApiKeyRequired") for method in _of(made, "AWS::ApiGateway::Method"))
    for name in ("Curl", "GatewayCurl"):
        assert "x-api-key: YOUR-KEY" in json.dumps(made["Outputs"][name])


def test_without_key_hashes_the_function_asks_for_none(template: Synthesise) -> None:
    for settings in ({}, {"access": "key", "api_gateway": True}):
        assert "ESSAY_SCORER_KEY_HASHES" not in _variables(template(**settings))


def test_the_role_may_write_its_own_log_and_nothing_else(template: Synthesise) -> None:
    made = template(api_gateway=True, access="key", alarm_email="a@school.example")
    (statement,) = _only(made, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert "Logs" in statement["Resource"]["Fn::GetAtt"][0]
    assert "ManagedPolicyArns" not in _only(made, "AWS::IAM::Role")
    actions = re.findall(r'"Action": (?:"[^"]*\*[^"]*"|\[[^]]*\*[^]]*\])', json.dumps(made))
    assert actions == []


def test_going_back_is_possible(template: Synthesise) -> None:
    """The URL and the alias stand before published versions, which stay."""
    made = template()
    versions = [one for one in made["Resources"].values() if one["Type"] == "AWS::Lambda::Version"]
    assert [version["DeletionPolicy"] for version in versions] == ["Retain"]
    assert _only(made, "AWS::Lambda::Alias")["Name"] == "live"
    assert _only(made, "AWS::Lambda::Url")["Qualifier"] == "live"


def test_a_version_can_be_kept_live_while_the_next_is_tried(template: Synthesise) -> None:
    made = template(live_version=3)
    assert _only(made, "AWS::Lambda::Alias")["FunctionVersion"] == "3"
    kinds = {name: one["Type"] for name, one in made["Resources"].items()}
    (new,) = (name for name, kind in kinds.items() if kind == "AWS::Lambda::Version")
    assert made["Outputs"]["Version"]["Value"] == {"Fn::GetAtt": [new, "Version"]}


def test_logs_are_kept_as_long_as_the_setting_says(template: Synthesise) -> None:
    assert _only(template(log_retention=7), "AWS::Logs::LogGroup")["RetentionInDays"] == 7


def test_provisioned_concurrency_follows_the_school_day(template: Synthesise) -> None:
    settings = {"provisioned_concurrency": 3, "provisioned_hours": "7-17"}
    made = template(**settings, time_zone="Europe/Paris")
    target = _only(made, "AWS::ApplicationAutoScaling::ScalableTarget")
    actions = {
        action["Schedule"]: action["ScalableTargetAction"] for action in target["ScheduledActions"]
    }
    assert actions == {
        "cron(0 7 ? * MON-FRI *)": {"MinCapacity": 3, "MaxCapacity": 3},
        "cron(0 17 ? * MON-FRI *)": {"MinCapacity": 0, "MaxCapacity": 0},
    }
    assert {action["Timezone"] for action in target["ScheduledActions"]} == {"Europe/Paris"}
    assert target["MinCapacity"] == 0
    assert "ProvisionedConcurrencyConfig" not in _only(made, "AWS::Lambda::Alias")
    all_day = _only(template(provisioned_concurrency=3), "AWS::Lambda::Alias")
    assert all_day["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 3}


def test_the_gateway_has_the_originals_route_and_a_throttle(template: Synthesise) -> None:
    made = template(api_gateway=True, requests_per_second=5, requests_at_once=9)
    paths = {part["PathPart"] for part in _of(made, "AWS::ApiGateway::Resource")}
    assert paths == {"model", "predict"}
    methods = {method["HttpMethod"]: method for method in _of(made, "AWS::ApiGateway::Method")}
    assert set(methods) == {"POST", "OPTIONS"}
    (throttle,) = _only(made, "AWS::ApiGateway::Stage")["MethodSettings"]
    assert (throttle["ThrottlingRateLimit"], throttle["ThrottlingBurstLimit"]) == (5, 9)
    assert _of(made, "AWS::ApiGateway::UsagePlan") == []


def _refusals(template: dict[str, Any]) -> dict[str, tuple[str | None, str]]:
    """Return status and code of the gateway's own answers, by their kinds."""
    found = {}
    for response in _of(template, "AWS::ApiGateway::GatewayResponse"):
        error = json.loads(response["ResponseTemplates"]["application/json"])["error"]
        assert set(error) == {"code", "message"}
        found[response["ResponseType"]] = (response.get("StatusCode"), error["code"])
    return found


def test_what_the_gateway_refuses_looks_like_every_error_of_the_wire(template: Synthesise) -> None:
    made = template(api_gateway=True, access="key")
    refusals = _refusals(made)
    assert refusals["INVALID_API_KEY"] == ("401", "unauthorised")
    assert refusals["MISSING_AUTHENTICATION_TOKEN"] == ("404", "not_found")
    assert refusals["REQUEST_TOO_LARGE"] == ("413", "too_large")
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "INTEGRATION_TIMEOUT"} <= set(refusals)
    signed = _refusals(template(api_gateway=True, access="iam"))
    assert signed["MISSING_AUTHENTICATION_TOKEN"] == ("401", "unauthorised")


@pytest.mark.parametrize(
    ("origins", "allowed"),
    [
        ("*", "'*'"),
        ("https://a.example", "'https://a.example'"),
        ("https://a.example,https://b.example", "method.request.header.Origin"),
    ],
)
def test_a_browser_may_read_why_the_gateway_refused(
    template: Synthesise, origins: str, allowed: str
) -> None:
    made = template(api_gateway=True, cors_origins=origins)
    for response in _of(made, "AWS::ApiGateway::GatewayResponse"):
        assert response["ResponseParameters"] == {
            "gatewayresponse.header.Access-Control-Allow-Origin": allowed
        }


def test_no_setting_of_the_whole_account_is_made_or_needed(template: Synthesise) -> None:
    made = template(api_gateway=True, access="key")
    assert _of(made, "AWS::ApiGateway::Account") == []
    assert "AccessLogSetting" not in _only(made, "AWS::ApiGateway::Stage")


def test_with_a_key_the_gateway_has_a_usage_plan(template: Synthesise) -> None:
    made = template(api_gateway=True, access="key", requests_per_day=500)
    plan = _only(made, "AWS::ApiGateway::UsagePlan")
    assert plan["Quota"] == {"Limit": 500, "Period": "DAY"}
    needed = {
        method["HttpMethod"]: method.get("ApiKeyRequired", False)
        for method in _of(made, "AWS::ApiGateway::Method")
    }
    assert needed == {"POST": True, "OPTIONS": False}


def test_alarms_watch_what_goes_wrong(template: Synthesise) -> None:
    made = template(timeout=100, reserved_concurrency=10, alarm_email="head@school.example")
    alarms = {alarm["AlarmDescription"]: alarm for alarm in _of(made, "AWS::CloudWatch::Alarm")}
    thresholds = sorted(alarm["Threshold"] for alarm in alarms.values())
    assert thresholds == [0.1, 0.6, 1, 1, 8, 80_000]
    assert all(len(alarm["AlarmActions"]) == 1 for alarm in alarms.values())
    assert _only(made, "AWS::SNS::Subscription")["Endpoint"] == "head@school.example"
    assert len(_of(template(reserved_concurrency="none"), "AWS::CloudWatch::Alarm")) == 5


def test_the_one_environment_of_a_reservation_may_be_used_without_an_alarm(
    template: Synthesise,
) -> None:
    assert len(_of(template(reserved_concurrency=1), "AWS::CloudWatch::Alarm")) == 5
    of_two = _of(template(reserved_concurrency=2), "AWS::CloudWatch::Alarm")
    assert sorted(alarm["Threshold"] for alarm in of_two)[4] == 1.6


def _drift_alarms(template: dict[str, Any]) -> dict[str, tuple[float, dict[str, Any]]]:
    """Return threshold and metrics of the alarms on a whole day, by what they calculate."""
    found = {}
    for alarm in _of(template, "AWS::CloudWatch::Alarm"):
        metrics = {one["Id"]: one for one in alarm.get("Metrics", [])}
        expressions = [one["Expression"] for one in metrics.values() if "Expression" in one]
        if expressions:
            found[expressions[0]] = (alarm["Threshold"], metrics)
    return found


def test_a_day_of_other_essays_than_usual_is_an_alarm(template: Synthesise) -> None:
    alarms = _drift_alarms(template(usual=Usual(mean=2.97, deviation=1.15)))
    assert {what: threshold for what, (threshold, _) in alarms.items()} == {
        "IF(essays >= 100, ABS(mean - 2.97), 0)": 0.575,
        "IF(essays >= 100, flagged / essays, 0)": 0.1,
    }
    for _, metrics in alarms.values():
        stats = {name: one["MetricStat"] for name, one in metrics.items() if "MetricStat" in one}
        assert {one["Period"] for one in stats.values()} == {86_400}
        assert {one["Metric"]["Namespace"] for one in stats.values()} == {"EssayScorer"}
        assert {one["Metric"]["Dimensions"][0]["Name"] for one in stats.values()} == {"function"}
        assert (stats["essays"]["Metric"]["MetricName"], stats["essays"]["Stat"]) == (
            "score",
            "SampleCount",
        )


def test_without_a_usual_there_is_no_alarm_on_scores(template: Synthesise) -> None:
    assert list(_drift_alarms(template(usual=None))) == ["IF(essays >= 100, flagged / essays, 0)"]


def test_the_usual_is_what_measured_the_deployed_bundle(tmp_path: Path) -> None:
    usual = Usual.of(Settings(), ROOT)
    assert usual is not None
    assert 1 < usual.mean < 6
    assert 0 < usual.deviation < 3
    folder = tmp_path / "models" / "default"
    folder.mkdir(parents=True)
    two = {"machine score": {"1": {"essays": 30}, "3": {"essays": 10}}}
    for metrics, expected in (
        ({"test": {"coverage_by": two}}, Usual(mean=1.5, deviation=0.866)),
        ({"test": {"coverage_by": {"machine score": {}}}}, None),
        ({}, None),
    ):
        (folder / "bundle.json").write_text(json.dumps({"metrics": metrics}))
        assert Usual.of(Settings(), tmp_path) == expected
    own = tmp_path / "image" / "models"
    for name in ("bert-tokenizer", "bert-model", "aes_model.h5"):
        (own / name).mkdir(parents=True)
    assert Usual.of(Settings(), tmp_path) is None


def test_the_metrics_are_those_that_the_log_makes() -> None:
    journal = (ROOT / "src/essay_scorer/journal.py").read_text(encoding="utf-8")
    assert f'NAMESPACE = "{NAMESPACE}"' in journal
    for name in ("score", "flagged"):
        assert f'outcome["{name}"]' in journal


def test_tags_are_on_what_costs_money(template: Synthesise) -> None:
    made = template(tags="team=school")
    assert {"Key": "team", "Value": "school"} in _only(made, "AWS::Lambda::Function")["Tags"]


def test_the_outputs_say_how_to_call(template: Synthesise) -> None:
    assert "curl -d" in json.dumps(template()["Outputs"]["Curl"])
    outputs = template(api_gateway=True, access="key")["Outputs"]
    assert {"Url", "FunctionName", "GatewayUrl", "GatewayCurl"} <= set(outputs)
    assert "x-api-key" in json.dumps(outputs["GatewayCurl"])


def test_where_requests_are_signed_the_commands_sign(template: Synthesise) -> None:
    outputs = template(access="iam", api_gateway=True)["Outputs"]
    for name, service in (("Curl", "lambda"), ("GatewayCurl", "execute-api")):
        command = json.dumps(outputs[name])
        assert "--aws-sigv4 aws:amz:" in command
        assert f":{service} --user" in command


COMBINATIONS: dict[str, dict[str, Any]] = {
    "original": {},
    "iam": {"access": "iam"},
    "key": {"access": "key", "key_hashes": HASHES, "alarm_email": "head@school.example"},
    "lean": {"profile": "lean", "reserved_concurrency": 5},
    "gateway": {"api_gateway": True, "cors_origins": "https://a.example,https://b.example"},
    "gateway-key": {"api_gateway": True, "access": "key", "reserved_concurrency": 3},
    "gateway-iam": {"api_gateway": True, "access": "iam", "tags": "team=school"},
    "warm": {"provisioned_concurrency": 3, "time_zone": "Europe/Paris"},
    "batch": {"batch": True, "alarm_email": "head@school.example"},
    "school-day": {"provisioned_concurrency": 3, "provisioned_hours": "7-17"},
}


def _without_hashes(template: dict[str, Any]) -> str:
    """Return the template without what changes with every image and version."""
    text = json.dumps(template, indent=2, sort_keys=True)
    return re.sub(r"[0-9a-f]{64}|(?<=CurrentVersion)[0-9A-F]{8}[0-9a-f]{32}", "HASH", text)


@pytest.mark.parametrize("name", COMBINATIONS)
def test_the_template_is_the_reviewed_one(template: Synthesise, name: str) -> None:
    """After a wanted change, ``make snapshot`` writes it again; read the difference."""
    made = _without_hashes(template(**COMBINATIONS[name]))
    path = SNAPSHOTS / f"{name}.json"
    if "WRITE_SNAPSHOT" in os.environ:
        path.write_text(made + "\n", encoding="utf-8")
    assert made == path.read_text(encoding="utf-8").rstrip("\n")


def test_every_reviewed_template_is_of_a_combination() -> None:
    assert {path.stem for path in SNAPSHOTS.iterdir()} == set(COMBINATIONS)


def test_cloudformation_would_take_them(template: Synthesise, tmp_path: Path) -> None:
    for name, settings in COMBINATIONS.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(template(**settings)))
    linter = Path(sys.executable).with_name("cfn-lint")
    # W3005: CDK names a dependency that CloudFormation would find itself.
    command = [str(linter), "--ignore-checks", "W3005", "--", *map(str, tmp_path.glob("*.json"))]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.stdout, found.returncode) == ("", 0)


@pytest.mark.parametrize("name", COMBINATIONS)
def test_no_rule_of_aws_solutions_is_broken_without_a_reason(
    make: Make, name: str, tmp_path: Path
) -> None:
    app = App(outdir=str(tmp_path / "out"))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    make(app, **COMBINATIONS[name])
    app.synth()  # raises where a finding is not answered


def test_the_rules_are_looked_at(make: Make, tmp_path: Path) -> None:
    """The test above can fail: an open bucket is found."""
    app = App(outdir=str(tmp_path / "out"))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    s3.CfnBucket(make(app), "Open")
    with pytest.raises(RuntimeError, match="AwsSolutions-S1"):
        app.synth()


def test_a_signed_url_answers_a_browsers_preflight_and_nobody_else_does(
    template: Synthesise,
) -> None:
    made = template(access="iam", cors_origins="https://school.example")
    cors = _only(made, "AWS::Lambda::Url")["Cors"]
    assert cors["AllowOrigins"] == ["https://school.example"]
    assert _variables(made)["ESSAY_SCORER_ORIGINS"] == ""


@pytest.mark.parametrize(
    "settings", [{}, {"access": "iam", "api_gateway": True}, {"access": "key", "api_gateway": True}]
)
def test_else_the_application_answers_it_for_every_door(
    template: Synthesise, settings: dict[str, Any]
) -> None:
    made = template(**settings)
    assert "Cors" not in _only(made, "AWS::Lambda::Url")
    assert _variables(made)["ESSAY_SCORER_ORIGINS"] == "*"
