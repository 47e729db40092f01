"""The function that serves requests, its published versions, and the alias in front of them."""

from typing import cast

from aws_cdk import TimeZone
from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from essay_scorer.contract import (
    ANSWER_VARIABLE,
    CORS_ORIGINS_VARIABLE,
    KEY_HASHES_VARIABLE,
    ORIGINAL_ANSWER,
    PROFILE_VARIABLE,
    REVIEW_SHARE_VARIABLE,
)
from infra.image_function import (
    FunctionOptions,
    create_function,
    create_log_group,
    create_role,
)
from infra.settings import Settings

ALIAS = "live"
PROFILE_IN_IMAGE = "/var/task/profile.json"


def url_handles_cors(settings: Settings) -> bool:
    """Return True if the function URL answers CORS requests, and not the application.

    A function URL with IAM authentication rejects preflight requests, which browsers cannot sign,
    unless it answers them itself. The application must not send CORS headers too, because browsers
    reject duplicates.
    """
    return settings.access == "iam" and not settings.api_gateway


def scoring_environment(settings: Settings) -> dict[str, str]:
    """Return the environment variables of the scorer, online and in batches."""
    variables = {REVIEW_SHARE_VARIABLE: str(settings.review_share)}
    if settings.profile is not None:
        variables[PROFILE_VARIABLE] = PROFILE_IN_IMAGE
    return variables


def _online_environment(settings: Settings) -> dict[str, str]:
    """Return the environment variables of the HTTP handler."""
    origins = () if url_handles_cors(settings) else settings.cors_origins
    variables = {CORS_ORIGINS_VARIABLE: ",".join(origins), **scoring_environment(settings)}
    if settings.key_hashes:
        variables[KEY_HASHES_VARIABLE] = ",".join(settings.key_hashes)
    if settings.answer == ORIGINAL_ANSWER:
        variables[ANSWER_VARIABLE] = settings.answer
    return variables


class ScoringFunction(Construct):
    """A function whose role allows writing its own log and nothing else.

    Every change is published as a new version, and the alias ``live`` points to it, unless the
    setting ``live_version`` names another. Previous versions are kept, so a rollback only moves the
    alias.

    Attributes:
        function: the function.
        alias: the alias that serves requests.
        version: the number of the version that this deployment publishes.
        log_group: the function's log group.
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
        self.log_group = create_log_group(self, settings)
        self.function = create_function(
            self,
            FunctionOptions(
                description="Scores essays",
                environment=_online_environment(settings),
                memory=settings.memory,
                ephemeral_storage=settings.ephemeral_storage,
                reserved_concurrency=settings.reserved_concurrency,
                snap_start=settings.snap_start,
            ),
            settings=settings,
            code=code,
            log_group=self.log_group,
            role=create_role(
                self,
                "Role",
                log_group=self.log_group,
                description="Allows the scorer to write its log",
            ),
        )
        self.version = self.function.current_version.version
        self.alias = self._create_alias(settings)
        if settings.provisioned_hours:
            self._schedule_provisioned_concurrency(settings)

    def _create_alias(self, settings: Settings) -> lambda_.Alias:
        # With provisioned_hours only the schedule sets the concurrency. Set here, a deployment at
        # night or on a Saturday would provision it until the evening of the next working day.
        always = None if settings.provisioned_hours else settings.provisioned_concurrency or None
        alias = lambda_.Alias(
            self,
            "Alias",
            alias_name=ALIAS,
            version=self.function.current_version,
            provisioned_concurrent_executions=always,
        )
        if settings.live_version:
            resource = cast(lambda_.CfnAlias, alias.node.default_child)
            resource.function_version = str(settings.live_version)
        return alias

    def _schedule_provisioned_concurrency(self, settings: Settings) -> None:
        target = self.alias.add_auto_scaling(
            min_capacity=0, max_capacity=settings.provisioned_concurrency
        )
        start, end = settings.provisioned_range
        for name, hour, capacity in (
            ("Morning", start, settings.provisioned_concurrency),
            ("Evening", end, 0),
        ):
            target.scale_on_schedule(
                name,
                schedule=autoscaling.Schedule.cron(hour=str(hour), minute="0", week_day="MON-FRI"),
                time_zone=TimeZone.of(settings.time_zone),
                min_capacity=capacity,
                max_capacity=capacity,
            )
