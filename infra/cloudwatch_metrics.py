"""CloudWatch metrics that alarms and the dashboard share."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_

from essay_scorer.contract import METRIC_DIMENSION, METRIC_NAMESPACE, SCORE_METRIC

PERIOD = Duration.minutes(5)
DAY = Duration.days(1)


def request_log_metric(
    function: lambda_.IFunction, metric: str, statistic: str, period: Duration
) -> cloudwatch.Metric:
    """Return a metric that the lines of a function's request log contain."""
    return cloudwatch.Metric(
        namespace=METRIC_NAMESPACE,
        metric_name=metric,
        dimensions_map={METRIC_DIMENSION: function.function_name},
        statistic=statistic,
        period=period,
    )


def daily_metrics(
    function: lambda_.IFunction, **names: tuple[str, str]
) -> dict[str, cloudwatch.IMetric]:
    """Return metrics of the request log a day at a time, and ``essays``, the number of scores.

    Args:
        function: that writes the log.
        names: metric and statistic of each, by its name in expressions.
    """
    return {
        name: request_log_metric(function, metric, statistic, DAY)
        for name, (metric, statistic) in {
            "essays": (SCORE_METRIC, "SampleCount"),
            **names,
        }.items()
    }


def execution_metric(state_machine_arn: str, metric: str) -> cloudwatch.Metric:
    """Return how many executions of a state machine had an event, such as ``ExecutionsFailed``."""
    return cloudwatch.Metric(
        namespace="AWS/States",
        metric_name=metric,
        dimensions_map={"StateMachineArn": state_machine_arn},
        statistic="Sum",
        period=PERIOD,
    )
