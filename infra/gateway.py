"""A REST API in API Gateway in front of the function: ``POST /model/predict``, throttled."""

import json
from dataclasses import dataclass
from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from essay_scorer.contract import MAX_REQUEST_BYTES, REQUEST_ID_HEADER
from infra.nag import accept_findings
from infra.settings import Settings

MAX_INTEGRATION_TIMEOUT = 29  # seconds; AWS's default quota for REST APIs
STAGE = "live"
# TLS 1.2 with forward secrecy, or TLS 1.3, with post-quantum key exchange. The one stricter policy
# accepts TLS 1.3 only, which shuts out curl and PowerShell on Windows 10. The default accepts
# TLS 1.0.
TLS_POLICY = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"

# Reasons why these rules of AWS Solutions do not apply.
ACCEPTED_FINDINGS = {
    "APIG1": "Access logs require a role that the whole account shares, which another stack may "
    "have set; the function logs every request that reaches it.",
    "APIG2": "The application validates every request and returns specific errors.",
    "APIG3": "A web ACL costs more than the scorer; throttling and the usage plan limit requests.",
    "APIG4": "The setting access decides who may call: anyone, as in the original system, holders "
    "of a key, or IAM principals.",
    "APIG6": "Execution logs can contain essays, and require the same role of the whole account.",
    "COG4": "The callers are programs, and teachers without AWS accounts.",
}


@dataclass(frozen=True, kw_only=True)
class ErrorResponse:
    """A gateway response: the error for a request that never reaches the function.

    Attributes:
        response_type: API Gateway's name of the kind of error.
        code: the wire's error code; a code of its own where the function has no such error.
        message: the message for people.
        status: the HTTP status; API Gateway's default if None.
    """

    response_type: str
    code: str
    message: str
    status: int | None = None


ERROR_RESPONSES = (
    ErrorResponse(
        response_type="INVALID_API_KEY",
        code="unauthorised",
        message="Send a valid key as X-Api-Key.",
        status=401,
    ),
    ErrorResponse(
        response_type="UNAUTHORIZED",
        code="unauthorised",
        message="Sign requests with AWS credentials.",
    ),
    ErrorResponse(
        response_type="ACCESS_DENIED",
        code="forbidden",
        message="These credentials have no permission to call this API.",
    ),
    ErrorResponse(
        response_type="INVALID_SIGNATURE", code="forbidden", message="The signature is not valid."
    ),
    ErrorResponse(
        response_type="EXPIRED_TOKEN", code="forbidden", message="The credentials have expired."
    ),
    ErrorResponse(
        response_type="RESOURCE_NOT_FOUND", code="not_found", message="Nothing exists at this path."
    ),
    ErrorResponse(
        response_type="REQUEST_TOO_LARGE",
        code="too_large",
        message=f"The request is larger than {MAX_REQUEST_BYTES // 1024} KiB.",
        status=413,
    ),
    ErrorResponse(
        response_type="THROTTLED",
        code="too_many_requests",
        message="Too many requests; try again in a moment.",
    ),
    ErrorResponse(
        response_type="QUOTA_EXCEEDED",
        code="quota_exceeded",
        message="This key has reached its quota of requests per day.",
    ),
    ErrorResponse(
        response_type="INTEGRATION_TIMEOUT", code="timeout", message="The function took too long."
    ),
    ErrorResponse(response_type="DEFAULT_4XX", code="refused", message="The request was rejected."),
    ErrorResponse(
        response_type="DEFAULT_5XX", code="internal", message="The server failed; try again."
    ),
)


def _missing_token_response(settings: Settings) -> ErrorResponse:
    """Return the response to an unknown path, which API Gateway also sends to unsigned requests."""
    if settings.access == "iam":
        code, message, status = "unauthorised", "Send signed requests to an existing path.", 401
    else:
        code, message, status = "not_found", "Nothing exists at this path.", 404
    return ErrorResponse(
        response_type="MISSING_AUTHENTICATION_TOKEN", code=code, message=message, status=status
    )


class Gateway(Construct):
    """A REST API with the original system's path.

    Attributes:
        api: the REST API.
        key: its API key, with a usage plan; None unless API Gateway checks keys.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        target: lambda_.IFunction,
    ) -> None:
        super().__init__(scope, name)
        self.api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=settings.name,
            cloud_watch_role=False,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                throttling_rate_limit=settings.requests_per_second,
                throttling_burst_limit=settings.burst_limit,
            ),
        )
        self._harden()
        self._add_predict(settings, target)
        for response in (*ERROR_RESPONSES, _missing_token_response(settings)):
            self._add_error_response(response, settings)
        self.key = self._create_key(settings) if settings.gateway_checks_key else None
        accept_findings(self, ACCEPTED_FINDINGS)

    def _harden(self) -> None:
        """Restrict TLS, which CDK's class cannot, and remove the output that it adds."""
        resource = cast(apigateway.CfnRestApi, self.api.node.default_child)
        resource.security_policy = TLS_POLICY
        resource.endpoint_access_mode = "STRICT"  # AWS requires a mode with such a policy
        self.api.node.try_remove_child("Endpoint")

    def _add_predict(self, settings: Settings, target: lambda_.IFunction) -> None:
        integration = apigateway.LambdaIntegration(
            target, timeout=Duration.seconds(min(settings.timeout, MAX_INTEGRATION_TIMEOUT))
        )
        signed = settings.access == "iam"
        kinds = apigateway.AuthorizationType
        predict = self.api.root.add_resource("model").add_resource("predict")
        predict.add_method(
            "POST",
            integration,
            api_key_required=settings.gateway_checks_key,
            authorization_type=kinds.IAM if signed else kinds.NONE,
        )
        predict.add_method("OPTIONS", integration)  # a CORS preflight carries no key

    def _add_error_response(self, response: ErrorResponse, settings: Settings) -> None:
        """Give a gateway response the JSON body of all errors, readable from a browser."""
        body = {"error": {"code": response.code, "message": response.message}}
        only = settings.cors_origins[0] if len(settings.cors_origins) == 1 else None
        # API Gateway cannot choose among several origins, so it repeats the caller's. That is
        # safe: an error response contains nothing private.
        origin = f"'{only}'" if only else "method.request.header.Origin"
        self.api.add_gateway_response(
            f"Refusal{response.response_type}",
            type=apigateway.ResponseType.of(response.response_type),
            status_code=None if response.status is None else str(response.status),
            response_headers={
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Expose-Headers": f"'{REQUEST_ID_HEADER}'",
                REQUEST_ID_HEADER: "context.requestId",
            },
            templates={"application/json": json.dumps(body)},
        )

    def _create_key(self, settings: Settings) -> apigateway.IApiKey:
        """Return a new API key with a usage plan."""
        key = self.api.add_api_key("Key")
        plan = self.api.add_usage_plan(
            "Plan",
            throttle=apigateway.ThrottleSettings(
                rate_limit=settings.requests_per_second,
                burst_limit=settings.burst_limit,
            ),
            quota=apigateway.QuotaSettings(
                limit=settings.requests_per_day, period=apigateway.Period.DAY
            ),
        )
        plan.add_api_key(key)
        plan.add_api_stage(stage=self.api.deployment_stage)
        return key
