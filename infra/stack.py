"""The whole deployment as one CloudFormation stack."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Aws, CfnOutput, Duration, Stack, Tags
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from essay_scorer.contract import (
    BATCH_BUCKET_OUTPUT,
    BATCH_STATE_MACHINE_OUTPUT,
    REQUEST_ID_HEADER,
)
from infra.baseline import Baseline
from infra.batch_scoring import BatchScoring
from infra.cdk_cli import ROOT
from infra.gateway import Gateway
from infra.image import build_args, image_code
from infra.observability import Observability
from infra.scoring_function import ScoringFunction, url_handles_cors
from infra.settings import Settings

EXAMPLE = """'{"text": "The town should keep its library open on Sundays."}'"""


class ScorerStack(Stack):
    """A function that scores essays at a URL, with everything around it."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        code: lambda_.DockerImageCode | None = None,
        baseline: Baseline | None = None,
        pins: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        """Create the stack.

        Args:
            scope: the application.
            name: the name of the stack.
            settings: of the deployment.
            code: the image; built from this repository if None.
            baseline: of the scores; read from the bundle in the image if it and ``code`` are None.
            pins: of the base images, by name.
            options: of any CDK stack.
        """
        super().__init__(scope, name, description="An essay scorer", **options)
        if code is None:
            arguments = build_args(settings, ROOT, pins)
            code = image_code(settings, ROOT, arguments)
            baseline = baseline or Baseline.of_image(arguments, ROOT)
        self.scoring = ScoringFunction(self, "Scoring", settings=settings, code=code)
        self._add_url(settings)
        self._observability = Observability(
            self, "Monitoring", settings=settings, alias=self.scoring.alias, baseline=baseline
        )
        self._add_output("FunctionName", self.scoring.function.function_name)
        self._add_output("Version", self.scoring.version)
        self._add_output("LogGroup", self.scoring.log_group.log_group_name)
        if settings.api_gateway:
            self._add_gateway(settings)
        if settings.batch:
            self._add_batch(settings, code)
        for key, value in settings.all_tags.items():
            Tags.of(self).add(key, value)

    def _add_url(self, settings: Settings) -> None:
        # If API Gateway checks the key, the function URL must not bypass it.
        signed = settings.access == "iam" or settings.gateway_checks_key
        kinds = lambda_.FunctionUrlAuthType
        cors = None
        if url_handles_cors(settings):
            cors = lambda_.FunctionUrlCorsOptions(
                allowed_origins=list(settings.cors_origins),
                allowed_methods=[lambda_.HttpMethod.GET, lambda_.HttpMethod.POST],
                allowed_headers=[
                    "authorization",
                    "content-type",
                    "prefer",
                    "x-amz-*",
                    REQUEST_ID_HEADER.lower(),
                ],
                exposed_headers=[REQUEST_ID_HEADER],
                max_age=Duration.days(1),
            )
        url = self.scoring.alias.add_function_url(
            auth_type=kinds.AWS_IAM if signed else kinds.NONE, cors=cors
        ).url
        self._add_output("Url", url)
        if not settings.gateway_checks_key:
            self._add_output("Curl", _curl_command(settings, url, service="lambda"))

    def _add_gateway(self, settings: Settings) -> None:
        gateway = Gateway(self, "Gateway", settings=settings, target=self.scoring.alias)
        self._observability.watch_gateway(gateway)
        url = f"{gateway.api.url}model/predict"
        self._add_output("GatewayUrl", url)
        self._add_output("GatewayCurl", _curl_command(settings, url, service="execute-api"))
        if gateway.key:
            self._add_output("GatewayKeyId", gateway.key.key_id)
            self._add_output(
                "GatewayKey",
                f"aws apigateway get-api-key --include-value --query value --output text "
                f"--region {Aws.REGION} --api-key {gateway.key.key_id}",
            )

    def _add_batch(self, settings: Settings, code: lambda_.DockerImageCode) -> None:
        batch = BatchScoring(self, "Batch", settings=settings, code=code)
        self._observability.watch_batches(
            state_machine_arn=batch.state_machine.attr_arn, function=batch.function
        )
        self._add_output(BATCH_BUCKET_OUTPUT, batch.bucket.bucket_name)
        self._add_output(BATCH_STATE_MACHINE_OUTPUT, batch.state_machine.attr_arn)

    def _add_output(self, name: str, value: str) -> None:
        CfnOutput(self, name, value=value).override_logical_id(name)


def _curl_command(settings: Settings, url: str, *, service: str) -> str:
    """Return a shell command that scores an essay; it has placeholders instead of credentials."""
    if settings.access == "key":
        return f"curl -H 'x-api-key: YOUR-KEY' -d {EXAMPLE} {url}"
    if settings.access == "iam":
        return (
            f"curl --aws-sigv4 aws:amz:{Aws.REGION}:{service} "
            '--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" '
            '-H "x-amz-security-token: $AWS_SESSION_TOKEN" '
            f"-H 'content-type: application/json' -d {EXAMPLE} {url}"
        )
    return f"curl -d {EXAMPLE} {url}"
