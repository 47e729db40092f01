"""An API Gateway in front of the function: ``POST /model/predict``, throttled."""

import json
from dataclasses import dataclass

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from .settings import Settings

LONGEST = 29  # seconds that a REST API waits for a function unless AWS raised the account's quota
STAGE = "live"

# Why the rules of AWS Solutions that find something here do not apply.
ANSWERS = {
    "APIG1": "API Gateway logs by one role that a whole account shares and another stack may have "
    "set; the function's own log has every request that reached it.",
    "APIG2": "The application checks every request itself and says what is wrong with it.",
    "APIG3": "A web ACL costs more than the scorer; throttle and usage plan bound the requests.",
    "APIG4": "Who may call is the setting access: everybody as in the original, key, or iam.",
    "APIG6": "Execution logs can hold the essays, and need the same role of the whole account.",
    "COG4": "The callers are programs and teachers without accounts in AWS.",
}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What a caller gets whom the API turns away before the function sees the request."""

    kind: str  # as API Gateway names it
    code: str
    message: str
    status: int | None = None  # API Gateway's own if not given


# The wire's codes, and where the function has no such error, names that a program can tell apart.
REFUSALS = (
    Refusal(
        kind="INVALID_API_KEY",
        status=401,
        code="unauthorised",
        message="Send a valid key as the header x-api-key.",
    ),
    Refusal(kind="UNAUTHORIZED", code="unauthorised", message="Send signed requests."),
    Refusal(kind="ACCESS_DENIED", code="forbidden", message="These credentials may not call it."),
    Refusal(kind="INVALID_SIGNATURE", code="forbidden", message="The signature is not valid."),
    Refusal(kind="EXPIRED_TOKEN", code="forbidden", message="The credentials have expired."),
    Refusal(kind="RESOURCE_NOT_FOUND", code="not_found", message="There is nothing at this path."),
    Refusal(
        kind="REQUEST_TOO_LARGE",
        code="too_large",
        message="The request is over 256 KiB.",
        status=413,
    ),
    Refusal(kind="THROTTLED", code="too_many_requests", message="Ask again in a moment."),
    Refusal(kind="QUOTA_EXCEEDED", code="quota_exceeded", message="This key's day is used up."),
    Refusal(kind="INTEGRATION_TIMEOUT", code="timeout", message="The function took too long."),
    Refusal(kind="DEFAULT_4XX", code="refused", message="The request was refused."),
    Refusal(kind="DEFAULT_5XX", code="internal", message="The server failed; ask again."),
)


def _unknown(settings: Settings) -> Refusal:
    """Return the refusal of an unknown path, which is that of a missing signature too."""
    kind = "MISSING_AUTHENTICATION_TOKEN"
    if settings.access == "iam":
        message = "Send signed requests, to a path that exists."
        return Refusal(kind=kind, status=401, code="unauthorised", message=message)
    return Refusal(
        kind=kind, status=404, code="not_found", message="There is nothing at this path."
    )


class Gateway(Construct):
    """A REST API with the original's route, and with a usage plan where a key is asked for."""

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
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                throttling_rate_limit=settings.requests_per_second,
                throttling_burst_limit=settings.requests_at_once,
            ),
        )
        integration = apigateway.LambdaIntegration(
            target, timeout=Duration.seconds(min(settings.timeout, LONGEST))
        )
        predict = self.api.root.add_resource("model").add_resource("predict")
        predict.add_method(
            "POST",
            integration,
            api_key_required=settings.key_at_gateway,
            authorization_type=(
                apigateway.AuthorizationType.IAM
                if settings.access == "iam"
                else apigateway.AuthorizationType.NONE
            ),
        )
        predict.add_method("OPTIONS", integration)  # a browser's preflight carries no key
        for refusal in (*REFUSALS, _unknown(settings)):
            self._refuse(refusal, settings)
        self.key = self._plan(settings) if settings.key_at_gateway else None
        Validations.of(self).acknowledge(
            *(
                Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
                for rule, reason in ANSWERS.items()
            )
        )

    def _refuse(self, refusal: Refusal, settings: Settings) -> None:
        """Let a refusal look like every error of the wire, in a browser too."""
        body = {"error": {"code": refusal.code, "message": refusal.message}}
        only = settings.cors_origins[0] if len(settings.cors_origins) == 1 else None
        # Of several origins API Gateway cannot choose; it repeats the caller's, which gives away
        # nothing: a refusal holds nothing of anybody's.
        origin = f"'{only}'" if only else "method.request.header.Origin"
        self.api.add_gateway_response(
            f"Refusal{refusal.kind}",
            type=apigateway.ResponseType.of(refusal.kind),
            status_code=None if refusal.status is None else str(refusal.status),
            response_headers={"Access-Control-Allow-Origin": origin},
            templates={"application/json": json.dumps(body)},
        )

    def _plan(self, settings: Settings) -> apigateway.IApiKey:
        key = self.api.add_api_key("Key")
        plan = self.api.add_usage_plan(
            "Plan",
            throttle=apigateway.ThrottleSettings(
                rate_limit=settings.requests_per_second,
                burst_limit=settings.requests_at_once,
            ),
            quota=apigateway.QuotaSettings(
                limit=settings.requests_per_day, period=apigateway.Period.DAY
            ),
        )
        plan.add_api_key(key)
        plan.add_api_stage(stage=self.api.deployment_stage)
        return key
