"""The whole deployment in one stack; every piece says in its own file what it is."""

from typing import Any

from aws_cdk import Aws, CfnOutput, Duration, Stack, Tags
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from .batch import Batch
from .cdk import ROOT
from .drift import Usual
from .function import ScoringFunction, cors_at_url
from .gateway import Gateway
from .image import image_code
from .monitoring import Monitoring
from .settings import Settings

EXAMPLE = """'{"text": "The town should keep its library open on Sundays."}'"""


def _curl(settings: Settings, url: str, *, service: str) -> str:
    """Return a command to paste into a shell; it holds no credential, but says where one goes."""
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


class ScorerStack(Stack):
    """A URL that scores essays."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        code: lambda_.DockerImageCode | None = None,
        usual: Usual | None = None,
        **options: Any,
    ) -> None:
        """Build the stack.

        Args:
            scope: the application.
            name: the stack's name.
            settings: everything that may be changed.
            code: the function's image; built from this repository if not given.
            usual: what its model's scores usually are; what its bundle says if neither is given.
            options: what every CDK stack takes.
        """
        super().__init__(scope, name, description="An essay scorer", **options)
        if code is None:
            code, usual = image_code(settings, ROOT), usual or Usual.of(settings, ROOT)
        self.scoring = ScoringFunction(self, "Scoring", settings=settings, code=code)
        url = self._url(settings)
        Monitoring(
            self,
            "Monitoring",
            settings=settings,
            function=self.scoring.function,
            alias=self.scoring.alias,
            usual=usual,
        )
        self._output("Url", url)
        if not settings.key_at_gateway:
            self._output("Curl", _curl(settings, url, service="lambda"))
        self._output("FunctionName", self.scoring.function.function_name)
        self._output("Version", self.scoring.version)
        self._output("LogGroup", self.scoring.logs.log_group_name)
        if settings.api_gateway:
            self._add_gateway(settings)
        if settings.batch:
            batch = Batch(self, "Batch", settings=settings, code=code)
            self._output("BatchBucket", batch.bucket.bucket_name)
            self._output("BatchStateMachine", batch.machine.attr_arn)
        for key, value in settings.tags.items():
            Tags.of(self).add(key, value)

    def _url(self, settings: Settings) -> str:
        kind = lambda_.FunctionUrlAuthType
        # Where the API Gateway asks for the key, it is the door; past it only signed requests
        # come in.
        closed = settings.access == "iam" or settings.key_at_gateway
        auth = kind.AWS_IAM if closed else kind.NONE
        cors = None
        if cors_at_url(settings):
            cors = lambda_.FunctionUrlCorsOptions(
                allowed_origins=list(settings.cors_origins),
                allowed_methods=[lambda_.HttpMethod.GET, lambda_.HttpMethod.POST],
                allowed_headers=["authorization", "content-type", "x-amz-*"],
                max_age=Duration.days(1),
            )
        return self.scoring.alias.add_function_url(auth_type=auth, cors=cors).url

    def _add_gateway(self, settings: Settings) -> None:
        gateway = Gateway(self, "Gateway", settings=settings, target=self.scoring.alias)
        url = f"{gateway.api.url}model/predict"
        self._output("GatewayUrl", url)
        self._output("GatewayCurl", _curl(settings, url, service="execute-api"))
        if gateway.key:
            self._output("GatewayKeyId", gateway.key.key_id)
            self._output(
                "GatewayKey",
                f"aws apigateway get-api-key --include-value --query value --output text "
                f"--region {Aws.REGION} --api-key {gateway.key.key_id}",
            )

    def _output(self, name: str, value: str) -> None:
        CfnOutput(self, name, value=value).override_logical_id(name)
