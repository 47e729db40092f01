"""Scoring whole files: a bucket, a function of its own, and the state machine that connects them.

The function is separate so that a large batch never takes execution environments from the page.
It has no URL, and may read nothing but the essays; the state machine reads where they are, and
writes the results.
"""

from collections.abc import Sequence
from typing import cast

from aws_cdk import Aws, CfnElement, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from essay_scorer.contract import (
    BATCH_ESSAYS_FOLDER,
    BATCH_ITEMS_FOLDER,
    BATCH_RESULTS_FOLDER,
    FREE_EPHEMERAL_STORAGE,
)
from infra.image_function import (
    FunctionOptions,
    create_function,
    create_log_group,
    create_role,
)
from infra.nag import accept_findings
from infra.scoring_function import scoring_environment
from infra.settings import Settings
from infra.state_machine import StateMachineDefinition

# Reasons why these rules of AWS Solutions do not apply.
ACCEPTED_FINDINGS = {
    "S1": "CloudTrail can record access to the bucket; access logs would outlive the essays.",
    "SF1": "The execution history has the events; logging requires rights to all log groups.",
    "SF2": "The workflow has one step; the execution history has its times.",
}
ACCEPTED_WILDCARDS = (
    "The wildcards cover the keys of one folder, the versions of one function and the executions "
    "of one state machine."
)


class BatchScoring(Construct):
    """The resources of ``essay-scorer submit`` and ``essay-scorer fetch``.

    Attributes:
        bucket: holds the input and the results.
        function: scores batches of essays.
        state_machine: runs the function over a file in the bucket.
    """

    def __init__(
        self, scope: Construct, name: str, *, settings: Settings, code: lambda_.DockerImageCode
    ) -> None:
        super().__init__(scope, name)
        self.bucket = self._create_bucket(settings)
        self.function = self._create_function(settings, code)
        machine_name = f"{settings.name}-batch"
        role = self._create_machine_role(machine_name)
        definition = StateMachineDefinition(
            self, "Definition", settings=settings, function=self.function.current_version
        )
        self.state_machine = sfn.CfnStateMachine(
            self,
            "Machine",
            state_machine_name=machine_name,
            role_arn=role.role_arn,
            definition=definition.body,
            definition_substitutions=definition.substitutions,
        )
        self.state_machine.node.add_dependency(role)
        accept_findings(self, {**ACCEPTED_FINDINGS, **self._accepted_wildcards(machine_name)})

    def _create_bucket(self, settings: Settings) -> s3.Bucket:
        return s3.Bucket(
            self,
            "Essays",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=Duration.days(settings.batch_days),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=RemovalPolicy.RETAIN,  # it may hold essays, which expire
        )

    def _create_function(
        self, settings: Settings, code: lambda_.DockerImageCode
    ) -> lambda_.DockerImageFunction:
        log_group = create_log_group(self, settings)
        role = create_role(
            self,
            "FunctionRole",
            log_group=log_group,
            description="Allows the batch scorer to read essays and write its log",
        )
        role.add_to_policy(self._allow(["s3:GetObject"], self._objects(BATCH_ESSAYS_FOLDER)))
        return create_function(
            self,
            FunctionOptions(
                description="Scores batches of essays",
                environment=scoring_environment(settings),
                memory=settings.batch_memory,
                ephemeral_storage=FREE_EPHEMERAL_STORAGE,
            ),
            settings=settings,
            code=code,
            log_group=log_group,
            role=role,
        )

    def _create_machine_role(self, machine_name: str) -> iam.Role:
        """Return the role that reads the items, invokes the function and writes the results."""
        role = iam.Role(
            self,
            "MachineRole",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            description="Allows a batch to read its items, invoke the function and write results",
        )
        states = f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}"
        for actions, resource in (
            # Of all versions, because a run keeps the one that it started with.
            (["lambda:InvokeFunction"], f"{self.function.function_arn}:*"),
            (["s3:GetObject"], self._objects(BATCH_ITEMS_FOLDER)),
            (
                [
                    "s3:PutObject",
                    "s3:GetObject",
                    "s3:AbortMultipartUpload",
                    "s3:ListMultipartUploadParts",
                ],
                self._objects(BATCH_RESULTS_FOLDER),
            ),
            (["states:StartExecution"], f"{states}:stateMachine:{machine_name}"),
            (
                ["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"],
                f"{states}:execution:{machine_name}/*",
            ),
        ):
            role.add_to_policy(self._allow(actions, resource))
        return role

    def _objects(self, folder: str) -> str:
        """Return the ARN of all objects in a folder of the bucket."""
        return self.bucket.arn_for_objects(f"{folder}/*")

    @staticmethod
    def _allow(actions: Sequence[str], resource: str) -> iam.PolicyStatement:
        return iam.PolicyStatement(actions=list(actions), resources=[resource])

    def _accepted_wildcards(self, machine_name: str) -> dict[str, str]:
        """Return the wildcards in the roles, as the rule IAM5 spells them."""
        stack = Stack.of(self)
        bucket, function = (
            stack.get_logical_id(cast(CfnElement, one.node.default_child))
            for one in (self.bucket, self.function)
        )
        executions = "arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution"
        folders = (BATCH_ESSAYS_FOLDER, BATCH_ITEMS_FOLDER, BATCH_RESULTS_FOLDER)
        resources = (
            *(f"<{bucket}.Arn>/{folder}/*" for folder in folders),
            f"<{function}.Arn>:*",
            f"{executions}:{machine_name}/*",
        )
        return {f"IAM5[Resource::{resource}]": ACCEPTED_WILDCARDS for resource in resources}
