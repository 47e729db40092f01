"""The REST API: path, throttle, usage plan and error responses."""

import json

import pytest

from infra.tests.templates import Synthesize, Template, all_properties, properties


def test_gateway_has_the_path_of_the_original_and_a_throttle(synthesize: Synthesize) -> None:
    template = synthesize(api_gateway=True, requests_per_second=5, burst_limit=9)
    resources = all_properties(template, "AWS::ApiGateway::Resource")
    assert {resource["PathPart"] for resource in resources} == {"model", "predict"}
    methods = all_properties(template, "AWS::ApiGateway::Method")
    assert {method["HttpMethod"] for method in methods} == {"POST", "OPTIONS"}
    (throttle,) = properties(template, "AWS::ApiGateway::Stage")["MethodSettings"]
    assert (throttle["ThrottlingRateLimit"], throttle["ThrottlingBurstLimit"]) == (5, 9)
    assert all_properties(template, "AWS::ApiGateway::UsagePlan") == []


def test_gateway_is_regional_and_rejects_old_tls(synthesize: Synthesize) -> None:
    """By default, a REST API is edge-optimized and accepts TLS 1.0."""
    api = properties(synthesize(api_gateway=True), "AWS::ApiGateway::RestApi")
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert api["SecurityPolicy"] == "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
    assert api["EndpointAccessMode"] == "STRICT"


def _error_responses(template: Template) -> dict[str, tuple[str | None, str]]:
    """Return HTTP status and error code of each gateway response, by its type."""
    found = {}
    for response in all_properties(template, "AWS::ApiGateway::GatewayResponse"):
        error = json.loads(response["ResponseTemplates"]["application/json"])["error"]
        assert set(error) == {"code", "message"}
        found[response["ResponseType"]] = (response.get("StatusCode"), error["code"])
    return found


def test_error_responses_have_the_body_of_all_errors(synthesize: Synthesize) -> None:
    responses = _error_responses(synthesize(api_gateway=True, access="key"))
    assert responses["INVALID_API_KEY"] == ("401", "unauthorised")
    assert responses["MISSING_AUTHENTICATION_TOKEN"] == ("404", "not_found")
    assert responses["REQUEST_TOO_LARGE"] == ("413", "too_large")
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "INTEGRATION_TIMEOUT"} <= set(responses)
    signed = _error_responses(synthesize(api_gateway=True, access="iam"))
    assert signed["MISSING_AUTHENTICATION_TOKEN"] == ("401", "unauthorised")


@pytest.mark.parametrize(
    ("origins", "allowed"),
    [
        ("*", "'*'"),
        ("https://a.example", "'https://a.example'"),
        ("https://a.example,https://b.example", "method.request.header.Origin"),
    ],
)
def test_browsers_may_read_error_responses(
    synthesize: Synthesize, origins: str, allowed: str
) -> None:
    template = synthesize(api_gateway=True, cors_origins=origins)
    for response in all_properties(template, "AWS::ApiGateway::GatewayResponse"):
        assert response["ResponseParameters"] == {
            "gatewayresponse.header.Access-Control-Allow-Origin": allowed,
            "gatewayresponse.header.Access-Control-Expose-Headers": "'X-Request-Id'",
            "gatewayresponse.header.X-Request-Id": "context.requestId",
        }


def test_gateway_changes_no_account_settings(synthesize: Synthesize) -> None:
    template = synthesize(api_gateway=True, access="key")
    assert all_properties(template, "AWS::ApiGateway::Account") == []
    assert "AccessLogSetting" not in properties(template, "AWS::ApiGateway::Stage")


def test_gateway_key_has_a_usage_plan(synthesize: Synthesize) -> None:
    template = synthesize(api_gateway=True, access="key", requests_per_day=500)
    plan = properties(template, "AWS::ApiGateway::UsagePlan")
    assert plan["Quota"] == {"Limit": 500, "Period": "DAY"}
    required = {
        method["HttpMethod"]: method.get("ApiKeyRequired", False)
        for method in all_properties(template, "AWS::ApiGateway::Method")
    }
    assert required == {"POST": True, "OPTIONS": False}
