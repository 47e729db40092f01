"""The CloudWatch dashboard: requests, duration and drift; the REST API and batches."""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from essay_scorer.contract import FAILED_METRIC, FLAGGED_METRIC, SCORE_METRIC
from infra.baseline import Baseline
from infra.cloudwatch_metrics import (
    DAY,
    PERIOD,
    daily_metrics,
    execution_metric,
    request_log_metric,
)
from infra.settings import Settings

Widgets = list[cloudwatch.IWidget]


def create_dashboard(scope: Construct, settings: Settings) -> cloudwatch.Dashboard:
    """Return a new, empty dashboard with the deployment's name."""
    return cloudwatch.Dashboard(scope, "Dashboard", dashboard_name=settings.name)


def function_widgets(alias: lambda_.Alias) -> Widgets:
    """Return the graphs of the function that serves requests."""
    failed = request_log_metric(alias.lambda_, FAILED_METRIC, "Sum", PERIOD)
    requests = ("Invocations", "Errors", "Throttles", "Url4xxCount", "Url5xxCount")
    concurrency = alias.lambda_.metric("ConcurrentExecutions", period=PERIOD, statistic="Maximum")
    return [
        cloudwatch.GraphWidget(title="Requests", left=[*_sums(alias, *requests), failed]),
        cloudwatch.GraphWidget(
            title="Duration (ms)",
            left=[
                alias.metric_duration(period=PERIOD, statistic=statistic)
                for statistic in ("p50", "p99")
            ],
        ),
        cloudwatch.GraphWidget(title="Concurrent executions", left=[concurrency]),
    ]


def drift_widgets(function: lambda_.IFunction, baseline: Baseline | None) -> Widgets:
    """Return the graphs of a function's scores, a day at a time, on which drift shows."""
    expected = []
    if baseline is not None:
        label = "mean of the test essays"
        expected.append(cloudwatch.HorizontalAnnotation(value=baseline.mean, label=label))
    daily = daily_metrics(function, mean=(SCORE_METRIC, "Average"), flagged=(FLAGGED_METRIC, "Sum"))
    share = cloudwatch.MathExpression(
        expression="100 * flagged / essays",
        using_metrics={name: daily[name] for name in ("flagged", "essays")},
        period=DAY,
        label="flagged",
    )
    return [
        cloudwatch.GraphWidget(
            title="Mean score of a day", left=[daily["mean"]], left_annotations=expected
        ),
        cloudwatch.GraphWidget(title="Flagged essays of a day (%)", left=[share]),
        cloudwatch.GraphWidget(title="Essays of a day", left=[daily["essays"]]),
    ]


def gateway_widgets(stage: apigateway.Stage) -> Widgets:
    """Return the graphs of the REST API."""
    return [
        cloudwatch.GraphWidget(
            title="REST API: requests", left=_sums(stage, "Count", "4XXError", "5XXError")
        ),
        cloudwatch.GraphWidget(
            title="REST API: latency (ms)",
            left=[stage.metric_latency(period=PERIOD, statistic=each) for each in ("p50", "p99")],
        ),
    ]


def batch_widgets(state_machine_arn: str, function: lambda_.IFunction) -> Widgets:
    """Return the graphs of batches: the runs, the function, and its scores."""
    events = ("Started", "Succeeded", "Failed", "TimedOut", "Aborted")
    runs = [execution_metric(state_machine_arn, f"Executions{event}") for event in events]
    concurrency = function.metric("ConcurrentExecutions", period=PERIOD, statistic="Maximum")
    mean = request_log_metric(function, SCORE_METRIC, "Average", DAY)
    return [
        cloudwatch.GraphWidget(title="Batch: runs", left=runs),
        cloudwatch.GraphWidget(
            title="Batch: invocations",
            left=_sums(function, "Invocations", "Errors", "Throttles"),
            right=[concurrency],
        ),
        cloudwatch.GraphWidget(title="Batch: mean score of a day", left=[mean]),
    ]


def _sums(source: lambda_.IFunction | apigateway.Stage, *names: str) -> list[cloudwatch.IMetric]:
    return [source.metric(name, period=PERIOD, statistic="Sum") for name in names]
