"""Lambda functions that run the container image."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.settings import Settings

ARCHITECTURES = {"x86_64": lambda_.Architecture.X86_64, "arm64": lambda_.Architecture.ARM_64}


@dataclass(frozen=True, kw_only=True)
class FunctionOptions:
    """What differs between the functions that run the image.

    Attributes:
        description: shown in the Lambda console.
        environment: environment variables.
        memory: MB.
        ephemeral_storage: size of ``/tmp``, MB.
        reserved_concurrency: maximum of execution environments; None if only the account's quota
            limits them.
        snap_start: whether published versions start from a snapshot.
    """

    description: str
    environment: Mapping[str, str]
    memory: int
    ephemeral_storage: int
    reserved_concurrency: int | None = None
    snap_start: bool = False


def create_function(
    scope: Construct,
    options: FunctionOptions,
    *,
    settings: Settings,
    code: lambda_.DockerImageCode,
    role: iam.Role,
    log_group: logs.LogGroup,
) -> lambda_.DockerImageFunction:
    """Return a new function named ``Function`` in a construct; published versions are kept."""
    return lambda_.DockerImageFunction(
        scope,
        "Function",
        code=code,
        description=options.description,
        architecture=ARCHITECTURES[settings.architecture],
        memory_size=options.memory,
        timeout=Duration.seconds(settings.timeout),
        ephemeral_storage_size=Size.mebibytes(options.ephemeral_storage),
        reserved_concurrent_executions=options.reserved_concurrency,
        snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if options.snap_start else None,
        environment=dict(options.environment),
        log_group=log_group,
        role=role,
        current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
    )


def create_log_group(scope: Construct, settings: Settings) -> logs.LogGroup:
    """Return a new log group for a function, which keeps logs as long as the settings say."""
    group = logs.LogGroup(scope, "Logs", removal_policy=RemovalPolicy.DESTROY)
    cast(logs.CfnLogGroup, group.node.default_child).retention_in_days = settings.log_retention
    return group


def create_role(
    scope: Construct, name: str, *, log_group: logs.LogGroup, description: str
) -> iam.Role:
    """Return a new role for a function, which allows writing to the log group and nothing else."""
    role = iam.Role(
        scope,
        name,
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        description=description,
    )
    log_group.grant_write(role)
    return role
