"""Many essays at once: Step Functions' Distributed Map over a file in S3.

The file is read item by item (JSON Lines or CSV), the items go in batches to a function of
their own, and what it answers is written to S3: the state holds keys alone, and neither
essays nor scores.  A batch that is throttled is tried again after a while, one that fails is
taken apart, so that a row that cannot be scored costs only itself.
"""

import json
from typing import Any, cast

from aws_cdk import Acknowledgment, Aws, Duration, RemovalPolicy, Size, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from .function import ARCHITECTURES, scoring_environment
from .settings import Settings

BATCH_BYTES = 180_000  # of 262,144 that a child's input may have, and its answers come on top
RUNS = "runs"  # the folder of a run's results; a part of every key

# Not the function's fault, so tried long: the whole state's concurrency may be used up.
THROTTLED = {
    "ErrorEquals": [
        "Lambda.TooManyRequestsException",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
    ],
    "IntervalSeconds": 1,
    "BackoffRate": 2,
    "MaxAttempts": 9,
    "MaxDelaySeconds": 60,
    "JitterStrategy": "FULL",
}
FAILED = {
    "ErrorEquals": ["States.TaskFailed", "States.Timeout"],
    "IntervalSeconds": 1,
    "BackoffRate": 2,
    "MaxAttempts": 4,
    "JitterStrategy": "FULL",
}

# Why the rules of AWS Solutions that find something here do not apply.
ANSWERS = {
    "S1": "Who reads the bucket is in the account's own trail; a log of it would outlive it.",
    "SF1": "An execution's history says what happened; a log needs rights over all log groups.",
    "SF2": "There is one step; its times stand in the history.",
}
WIDE = "The rights end in * for the keys of one bucket and the executions of one machine."


class Batch(Construct):
    """A bucket, a function and the state machine that runs one over what lies in the other."""

    def __init__(
        self, scope: Construct, name: str, *, settings: Settings, code: lambda_.DockerImageCode
    ) -> None:
        super().__init__(scope, name)
        self.bucket = s3.Bucket(
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
            removal_policy=RemovalPolicy.RETAIN,  # with essays in it; they expire
        )
        self.function = self._function(settings, code)
        machine = f"{settings.name}-batch"
        role = self._role(machine)
        self.machine = sfn.CfnStateMachine(
            self,
            "Machine",
            state_machine_name=machine,
            role_arn=role.role_arn,
            definition_string=json.dumps(self._definition(settings)),
        )
        self.machine.node.add_dependency(role)
        essays = Stack.of(self).get_logical_id(cast(s3.CfnBucket, self.bucket.node.default_child))
        executions = "arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution"
        wide = (f"<{essays}.Arn>/*", f"<{essays}.Arn>/*/{RUNS}/*", f"{executions}:{machine}/*")
        answers = {**ANSWERS, **{f"IAM5[Resource::{resource}]": WIDE for resource in wide}}
        Validations.of(self).acknowledge(
            *(
                Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
                for rule, reason in answers.items()
            )
        )

    def _function(self, settings: Settings, code: lambda_.DockerImageCode) -> lambda_.Function:
        """Return the same image as a function of its own, without a door to the world.

        So a large batch never takes the page's environments away.
        """
        group = logs.LogGroup(self, "Logs", removal_policy=RemovalPolicy.DESTROY)
        role = iam.Role(
            self,
            "FunctionRole",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Lets the scorer of batches write its log",
        )
        group.grant_write(role)
        return lambda_.DockerImageFunction(
            self,
            "Function",
            code=code,
            description="Scores batches of essays",
            architecture=ARCHITECTURES[settings.architecture],
            memory_size=settings.memory,
            timeout=Duration.seconds(settings.timeout),
            ephemeral_storage_size=Size.mebibytes(512),
            environment=scoring_environment(settings),
            log_group=group,
            role=role,
        )

    def _role(self, machine: str) -> iam.Role:
        """Return the machine's role: read the input, write the results, call, run children."""
        role = iam.Role(
            self,
            "MachineRole",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            description="Lets a batch read its file, call the function and write its results",
        )
        own = f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}"
        for actions, resources in (
            (["lambda:InvokeFunction"], [self.function.function_arn]),
            (["s3:GetObject"], [self.bucket.arn_for_objects("*")]),
            (
                ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
                [self.bucket.arn_for_objects(f"*/{RUNS}/*")],
            ),
            (["states:StartExecution"], [f"{own}:stateMachine:{machine}"]),
            (
                ["states:DescribeExecution", "states:StopExecution"],
                [f"{own}:execution:{machine}/*"],
            ),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=resources))
        return role

    def _definition(self, settings: Settings) -> dict[str, Any]:
        """Return the machine: which reader depends on the file's format."""
        readers = {
            "JsonLines": {"InputType": "JSONL"},
            "Csv": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        }
        return {
            "StartAt": "Format",
            "States": {
                "Format": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.format", "StringEquals": "csv", "Next": "Csv"}],
                    "Default": "JsonLines",
                },
                **{name: self._map(name, reader, settings) for name, reader in readers.items()},
            },
        }

    def _map(self, name: str, reader: dict[str, str], settings: Settings) -> dict[str, Any]:
        return {
            "Type": "Map",
            "Label": name,
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": reader,
                "Parameters": {"Bucket.$": "$.bucket", "Key.$": "$.key"},
            },
            "ItemSelector": {"n.$": "$$.Map.Item.Index", "item.$": "$$.Map.Item.Value"},
            "ItemBatcher": {
                "MaxItemsPerBatch": settings.batch_size,
                "MaxInputBytesPerBatch": BATCH_BYTES,
            },
            "MaxConcurrency": settings.batch_concurrency,
            "ToleratedFailurePercentage": settings.batch_tolerated_failures,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Score",
                "States": {"Score": self._score(), "OneByOne": self._one_by_one()},
            },
            "ResultWriter": {
                "Resource": "arn:aws:states:::s3:putObject",
                "Parameters": {"Bucket.$": "$.bucket", "Prefix.$": "$.results"},
                "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSONL"},
            },
            "End": True,
        }

    def _score(self) -> dict[str, Any]:
        """Return the state that scores a batch; one that fails for good is taken apart."""
        failed = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "OneByOne"}
        return {**self._call(), "Catch": [failed]}

    def _one_by_one(self) -> dict[str, Any]:
        """Return the state that scores a batch's essays alone; only those that fail are lost."""
        failed = {"ErrorEquals": ["States.ALL"], "Next": "Lost"}
        return {
            "Type": "Map",
            "ItemsPath": "$.Items",
            "MaxConcurrency": 1,
            "ItemSelector": {"Items.$": "States.Array($$.Map.Item.Value)"},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "ScoreOne",
                "States": {
                    "ScoreOne": {**self._call(), "Catch": [failed]},
                    "Lost": {"Type": "Pass", "Result": {"answers": []}, "End": True},
                },
            },
            "End": True,
        }

    def _call(self) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": self.function.function_arn, "Payload.$": "$"},
            "OutputPath": "$.Payload",
            "Retry": [THROTTLED, FAILED],
            "End": True,
        }
