"""The function itself: image, role, logs, published versions, and the alias in front."""

from typing import cast

from aws_cdk import Duration, RemovalPolicy, Size, TimeZone
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from .settings import Settings

ALIAS = "live"
ARCHITECTURES = {"x86_64": lambda_.Architecture.X86_64, "arm64": lambda_.Architecture.ARM_64}


def cors_at_url(settings: Settings) -> bool:
    """Whether the function's URL answers CORS itself, and not the application for every door.

    A URL that wants signed requests refuses a browser's preflight, which nobody can sign,
    unless it answers it itself; then the application must not, for twice is an error.
    """
    return settings.access == "iam" and not settings.api_gateway


def scoring_environment(settings: Settings) -> dict[str, str]:
    """Return what the scorer reads, whoever calls."""
    return {"ESSAY_SCORER_REVIEW_SHARE": str(settings.review_share)}


def _environment(settings: Settings) -> dict[str, str]:
    """Return what the handler reads: who may call from which page, by which keys."""
    origins = () if cors_at_url(settings) else settings.cors_origins
    variables = {"ESSAY_SCORER_ORIGINS": ",".join(origins), **scoring_environment(settings)}
    if settings.key_hashes:
        variables["ESSAY_SCORER_KEY_HASHES"] = ",".join(settings.key_hashes)
    return variables


class ScoringFunction(Construct):
    """A function that may write its own log and nothing else.

    Every change is published as a version, and the alias moves to it, unless a setting
    says which one is live; the versions before stay, so that going back is moving the alias.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        code: lambda_.DockerImageCode,
    ) -> None:
        super().__init__(scope, name)
        self.logs = self._log_group(settings)
        self.function = lambda_.DockerImageFunction(
            self,
            "Function",
            code=code,
            description="Scores essays",
            architecture=ARCHITECTURES[settings.architecture],
            memory_size=settings.memory,
            timeout=Duration.seconds(settings.timeout),
            ephemeral_storage_size=Size.mebibytes(settings.ephemeral_storage),
            reserved_concurrent_executions=settings.reserved_concurrency,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if settings.snap_start else None,
            environment=_environment(settings),
            log_group=self.logs,
            role=self._role(),
            current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
        )
        self.alias = lambda_.Alias(
            self,
            "Alias",
            alias_name=ALIAS,
            version=self.function.current_version,
            # With hours, the schedule alone sets it: here, every deployment at night or on a
            # Saturday would keep them warm until the next evening of a working day.
            provisioned_concurrent_executions=(
                None if settings.provisioned_hours else settings.provisioned_concurrency or None
            ),
        )
        self.version = self.function.current_version.version
        if settings.live_version:
            alias = cast(lambda_.CfnAlias, self.alias.node.default_child)
            alias.function_version = str(settings.live_version)
        if settings.provisioned_hours:
            self._schedule(settings)

    def _log_group(self, settings: Settings) -> logs.LogGroup:
        group = logs.LogGroup(self, "Logs", removal_policy=RemovalPolicy.DESTROY)
        cast(logs.CfnLogGroup, group.node.default_child).retention_in_days = settings.log_retention
        return group

    def _role(self) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Lets the scorer write its log",
        )
        self.logs.grant_write(role)
        return role

    def _schedule(self, settings: Settings) -> None:
        """Keep the provisioned environments for these hours of working days alone."""
        target = self.alias.add_auto_scaling(
            min_capacity=0, max_capacity=settings.provisioned_concurrency
        )
        start, end = settings.warm_hours
        for name, hour, count in (
            ("Morning", start, settings.provisioned_concurrency),
            ("Evening", end, 0),
        ):
            target.scale_on_schedule(
                name,
                schedule=scaling.Schedule.cron(hour=str(hour), minute="0", week_day="MON-FRI"),
                time_zone=TimeZone.of(settings.time_zone),
                min_capacity=count,
                max_capacity=count,
            )
