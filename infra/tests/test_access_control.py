"""Who may call: access modes, API keys and CORS."""

import json
from typing import Any

import pytest

from infra.tests.templates import (
    KEY_HASHES,
    Synthesize,
    all_properties,
    environment_variables,
    properties,
)


def test_public_url_has_both_permissions(synthesize: Synthesize) -> None:
    template = synthesize()
    assert properties(template, "AWS::Lambda::Url")["AuthType"] == "NONE"
    granted = {
        permission["Action"]: permission
        for permission in all_properties(template, "AWS::Lambda::Permission")
    }
    assert set(granted) == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    assert granted["lambda:InvokeFunctionUrl"]["FunctionUrlAuthType"] == "NONE"
    assert granted["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True


def test_iam_access_grants_no_permission_to_others(synthesize: Synthesize) -> None:
    template = synthesize(access="iam")
    assert properties(template, "AWS::Lambda::Url")["AuthType"] == "AWS_IAM"
    assert all_properties(template, "AWS::Lambda::Permission") == []


def test_url_does_not_bypass_the_gateways_key(synthesize: Synthesize) -> None:
    template = synthesize(access="key", api_gateway=True)
    assert properties(template, "AWS::Lambda::Url")["AuthType"] == "AWS_IAM"
    permissions = all_properties(template, "AWS::Lambda::Permission")
    assert {permission["Principal"] for permission in permissions} == {"apigateway.amazonaws.com"}


def test_function_checks_keys_if_it_has_their_hashes(synthesize: Synthesize) -> None:
    template = synthesize(access="key", key_hashes=KEY_HASHES, api_gateway=True)
    assert properties(template, "AWS::Lambda::Url")["AuthType"] == "NONE"
    assert environment_variables(template)["ESSAY_SCORER_KEY_HASHES"] == KEY_HASHES
    assert all_properties(template, "AWS::ApiGateway::ApiKey") == []
    methods = all_properties(template, "AWS::ApiGateway::Method")
    assert not any(method.get("ApiKeyRequired") for method in methods)
    for name in ("Curl", "GatewayCurl"):
        assert "x-api-key: YOUR-KEY" in json.dumps(template["Outputs"][name])


def test_function_checks_no_keys_without_hashes(synthesize: Synthesize) -> None:
    for settings in ({}, {"access": "key", "api_gateway": True}):
        variables = environment_variables(synthesize(**settings))
        assert "ESSAY_SCORER_KEY_HASHES" not in variables


def test_url_leaves_cors_to_the_application(synthesize: Synthesize) -> None:
    """If both added the headers, browsers would reject the duplicates."""
    assert "Cors" not in properties(synthesize(), "AWS::Lambda::Url")


def test_signed_url_answers_preflight_requests_itself(synthesize: Synthesize) -> None:
    template = synthesize(access="iam", cors_origins="https://school.example")
    cors = properties(template, "AWS::Lambda::Url")["Cors"]
    assert cors["AllowOrigins"] == ["https://school.example"]
    assert environment_variables(template)["ESSAY_SCORER_ORIGINS"] == ""


@pytest.mark.parametrize(
    "settings", [{}, {"access": "iam", "api_gateway": True}, {"access": "key", "api_gateway": True}]
)
def test_application_answers_preflight_requests_in_all_other_modes(
    synthesize: Synthesize, settings: dict[str, Any]
) -> None:
    template = synthesize(**settings)
    assert "Cors" not in properties(template, "AWS::Lambda::Url")
    assert environment_variables(template)["ESSAY_SCORER_ORIGINS"] == "*"
