"""The state machine that scores a file: a Distributed Map, built with CDK.

The Distributed Map reads items from S3, each of which says where the request of a row is in the
file of essays, and groups them into batches. A child execution invokes the function with a batch;
the function reads the essays itself, so no text enters an execution's history. The results go to
S3. An invocation that is throttled is retried until the run ends. A batch that keeps failing is
scored essay by essay, so that an essay that cannot be scored costs only its own result.

The input of an execution is ``essay_scorer.aws.batch_files.ExecutionInput`` as JSON.
"""

import json
from typing import Any

from aws_cdk import Annotations, Aws, Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.settings import Settings

# A throttled invocation waits half a minute on average, so its execution has at most about 9,000
# events when the run ends; AWS allows 25,000.
MAX_RUN_TIME = Duration.hours(24)
TASK_MARGIN = 30  # seconds that an invocation may take beyond the function's time-out
UNLIMITED = 99_999_999  # the highest number of attempts that Step Functions allows

# What the states do, in Step Functions' names; the placeholder of each in the definition.
INTEGRATIONS = {
    "InvokeFunction": "lambda:invoke",
    "ReadItems": "s3:getObject",
    "WriteResults": "s3:putObject",
}
FUNCTION = "Function"  # the placeholder of the function's ARN

# ResultWriterV2 has an effect only with this feature flag.
RESULT_WRITER_FLAG = "@aws-cdk/aws-stepfunctions:useDistributedMapResultWriterV2"
IGNORED_EXECUTION_TYPE = "@aws-cdk/aws-stepfunctions:propertyIgnored"


class StateMachineDefinition(Construct):
    """The definition of the state machine, in Amazon States Language.

    Attributes:
        body: the definition, with placeholders.
        substitutions: what CloudFormation puts in their place.
    """

    def __init__(
        self, scope: Construct, name: str, *, settings: Settings, function: lambda_.IVersion
    ) -> None:
        """Define the states.

        Args:
            scope: the construct around this one.
            name: of this construct.
            settings: of the deployment.
            function: the version that scores batches. A run keeps it: the executions that are
                running during a deployment keep their definition.
        """
        super().__init__(scope, name)
        self.node.set_context(key=RESULT_WRITER_FLAG, value=True)
        self._settings, self._function = settings, function
        self.substitutions = {FUNCTION: function.function_arn} | {
            placeholder: f"arn:{Aws.PARTITION}:states:::{integration}"
            for placeholder, integration in INTEGRATIONS.items()
        }
        self.body = self._define()

    def _define(self) -> dict[str, Any]:
        """Return the definition as an object, which validators can read; CDK would join strings."""
        graph = sfn.StateGraph(self._score_file(), "Scores the essays of a file")
        graph.timeout = MAX_RUN_TIME
        text = json.dumps(graph.to_graph_json())
        for placeholder, value in self.substitutions.items():
            text = text.replace(value, f"${{{placeholder}}}")
        definition: dict[str, Any] = json.loads(text)
        return definition

    def _score_file(self) -> sfn.DistributedMap:
        """Return the Distributed Map over the items."""
        settings, path = self._settings, sfn.JsonPath.string_at
        score_file = sfn.DistributedMap(
            self,
            "ScoreFile",
            label="Batches",
            map_execution_type=sfn.StateMachineType.STANDARD,
            item_reader=sfn.S3JsonLItemReader(
                bucket_name_path=path("$.bucket"), key=path("$.items")
            ),
            item_batcher=sfn.ItemBatcher(
                max_items_per_batch=settings.batch_size,
                batch_input={
                    "bucket.$": "$.bucket",
                    "key.$": "$.essays",
                    "profile.$": "$.profile",
                    "profile_bytes.$": "$.profile_bytes",
                },
            ),
            max_concurrency=settings.batch_concurrency,
            tolerated_failure_percentage=settings.batch_tolerated_failures,
            result_writer_v2=sfn.ResultWriterV2(
                bucket_name_path=path("$.bucket"),
                prefix=path("$.results"),
                writer_config=sfn.WriterConfig(
                    transformation=sfn.Transformation.COMPACT, output_type=sfn.OutputType.JSONL
                ),
            ),
        )
        # CDK requires an execution type below and then says that it ignores it.
        Annotations.of(score_file).acknowledge_warning(IGNORED_EXECUTION_TYPE)
        score_batch = self._invoke("ScoreBatch")
        score_batch.add_catch(self._score_one_by_one(), result_path="$.failure")
        return score_file.item_processor(
            score_batch,
            mode=sfn.ProcessorMode.DISTRIBUTED,
            execution_type=sfn.ProcessorType.STANDARD,
        )

    def _score_one_by_one(self) -> sfn.Map:
        """Return the inline Map that scores the essays of a batch singly; it skips failing ones."""
        one_by_one = sfn.Map(
            self,
            "ScoreOneByOne",
            items_path="$.Items",
            max_concurrency=1,
            item_selector={
                "BatchInput.$": "$.BatchInput",
                "Items.$": "States.Array($$.Map.Item.Value)",
            },
        )
        score_essay = self._invoke("ScoreEssay")
        no_answers = sfn.Result.from_object({"answers": []})
        score_essay.add_catch(sfn.Pass(self, "SkipEssay", result=no_answers))
        return one_by_one.item_processor(score_essay)

    def _invoke(self, name: str) -> tasks.LambdaInvoke:
        """Return a task that invokes the function with its input."""
        task = tasks.LambdaInvoke(
            self,
            name,
            lambda_function=self._function,
            output_path="$.Payload",
            task_timeout=sfn.Timeout.duration(
                Duration.seconds(self._settings.timeout + TASK_MARGIN)
            ),
            retry_on_service_exceptions=False,  # it would come first, and with other numbers
        )
        _add_retries(task)
        return task


def _add_retries(task: tasks.LambdaInvoke) -> None:
    """Retry a task: without limit if it was throttled, because the essays are not the cause."""
    for errors, attempts, max_delay in (
        (["Lambda.TooManyRequestsException"], UNLIMITED, 60),
        (
            [
                "Lambda.ClientExecutionTimeoutException",
                "Lambda.ServiceException",
                "Lambda.AWSLambdaException",
                "Lambda.SdkClientException",
            ],
            9,
            60,
        ),
        (["States.TaskFailed", "States.Timeout"], 4, 10),
    ):
        task.add_retry(
            errors=errors,
            interval=Duration.seconds(1),
            backoff_rate=2,
            max_attempts=attempts,
            max_delay=Duration.seconds(max_delay),
            jitter_strategy=sfn.JitterType.FULL,
        )
