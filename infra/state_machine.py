"""The definition of the batch state machine, in Amazon States Language.

A Distributed Map reads a JSON Lines file from S3, groups its items into batches, invokes the
function with each, and writes the results to S3. The state holds S3 keys only, never essays or
scores. A throttled batch is retried with backoff. A batch that keeps failing is retried essay by
essay, so that an essay that cannot be scored costs only its own result.

The input of an execution is ``{"bucket": …, "key": …, "results": …}``: the bucket, the key of the
file, and the prefix of the results.
"""

from typing import Any

from infra.settings import Settings

MAX_BATCH_BYTES = 180_000  # a state's input may have 262,144 bytes; the scores are added to it

State = dict[str, Any]  # as Amazon States Language defines it

# Throttling is not the function's fault, so it is retried for long: other runs may be using all of
# its concurrency.
RETRY_THROTTLED: State = {
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
RETRY_FAILED: State = {
    "ErrorEquals": ["States.TaskFailed", "States.Timeout"],
    "IntervalSeconds": 1,
    "BackoffRate": 2,
    "MaxAttempts": 4,
    "JitterStrategy": "FULL",
}


def define_state_machine(settings: Settings, function_arn: str) -> State:
    """Return the definition of the state machine.

    Args:
        settings: of the deployment.
        function_arn: of the function that scores batches.
    """
    return {"StartAt": "ScoreFile", "States": {"ScoreFile": _score_file(settings, function_arn)}}


def _score_file(settings: Settings, function_arn: str) -> State:
    """Return the Distributed Map over the file."""
    return {
        "Type": "Map",
        "Label": "Batches",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSONL"},
            "Parameters": {"Bucket.$": "$.bucket", "Key.$": "$.key"},
        },
        "ItemSelector": {"n.$": "$$.Map.Item.Index", "item.$": "$$.Map.Item.Value"},
        "ItemBatcher": {
            "MaxItemsPerBatch": settings.batch_size,
            "MaxInputBytesPerBatch": MAX_BATCH_BYTES,
        },
        "MaxConcurrency": settings.batch_concurrency,
        "ToleratedFailurePercentage": settings.batch_tolerated_failures,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "ScoreBatch",
            "States": {
                "ScoreBatch": _score_batch(function_arn),
                "ScoreOneByOne": _score_one_by_one(function_arn),
            },
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket.$": "$.bucket", "Prefix.$": "$.results"},
            "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSONL"},
        },
        "End": True,
    }


def _score_batch(function_arn: str) -> State:
    """Return the task that scores a batch; if all retries fail, its essays are scored singly."""
    catch = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "ScoreOneByOne"}
    return {**_invoke(function_arn), "Catch": [catch]}


def _score_one_by_one(function_arn: str) -> State:
    """Return the inline Map that scores the essays of a batch singly, and skips those that fail."""
    catch = {"ErrorEquals": ["States.ALL"], "Next": "SkipEssay"}
    return {
        "Type": "Map",
        "ItemsPath": "$.Items",
        "MaxConcurrency": 1,
        "ItemSelector": {"Items.$": "States.Array($$.Map.Item.Value)"},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "ScoreEssay",
            "States": {
                "ScoreEssay": {**_invoke(function_arn), "Catch": [catch]},
                "SkipEssay": {"Type": "Pass", "Result": {"answers": []}, "End": True},
            },
        },
        "End": True,
    }


def _invoke(function_arn: str) -> State:
    """Return a task that invokes the function with its input."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function_arn, "Payload.$": "$"},
        "OutputPath": "$.Payload",
        "Retry": [RETRY_THROTTLED, RETRY_FAILED],
        "End": True,
    }
