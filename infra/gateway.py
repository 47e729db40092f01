"""An API Gateway in front of the function: ``POST /model/predict``, throttled."""

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from .settings import Settings

LONGEST = 29  # seconds that a REST API waits for a function unless AWS raised the account's quota
STAGE = "live"

# Why the rules of AWS Solutions that find something here do not apply.
ANSWERS = {
    "APIG2": "The application checks every request itself and says what is wrong with it.",
    "APIG3": "A web ACL costs more than the scorer; throttle and usage plan bound the requests.",
    "APIG4": "Who may call is the setting access: everybody as in the original, key, or iam.",
    "APIG6": "Execution logs can hold the essays; the access log cannot, and is on.",
    "COG4": "The callers are programs and teachers without accounts in AWS.",
}


class Gateway(Construct):
    """A REST API with the original's route, and with a usage plan where a key is asked for."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        target: lambda_.IFunction,
        access_logs: logs.ILogGroup,
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
                access_log_destination=apigateway.LogGroupLogDestination(access_logs),
                access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(
                    caller=False,
                    http_method=True,
                    ip=False,
                    protocol=True,
                    request_time=True,
                    resource_path=True,
                    response_length=True,
                    status=True,
                    user=False,
                ),
            ),
        )
        integration = apigateway.LambdaIntegration(
            target, timeout=Duration.seconds(min(settings.timeout, LONGEST))
        )
        predict = self.api.root.add_resource("model").add_resource("predict")
        predict.add_method(
            "POST",
            integration,
            api_key_required=settings.access == "key",
            authorization_type=(
                apigateway.AuthorizationType.IAM
                if settings.access == "iam"
                else apigateway.AuthorizationType.NONE
            ),
        )
        predict.add_method("OPTIONS", integration)  # a browser's preflight carries no key
        self.key = self._plan(settings) if settings.access == "key" else None
        Validations.of(self).acknowledge(
            *(
                Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
                for rule, reason in ANSWERS.items()
            )
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
