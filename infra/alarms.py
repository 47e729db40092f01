"""CloudWatch alarms: on the function, the REST API, batches, and drift of the scores.

``docs/deploy.md`` lists them with what to do.
"""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
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

NEAR_LIMIT = 0.8  # share of the timeout, or of the reserved concurrency
MAX_DURATION = 10  # seconds that a person waits; a long timeout does not raise it

MIN_ESSAYS = 100  # a day; with fewer, chance alone moves mean and share
# Two normal distributions whose means are half a standard deviation apart have a population
# stability index of 0.25, the usual threshold of drift.
MAX_MEAN_SHIFT = 0.5  # standard deviations
MAX_FLAGGED = (
    0.1  # share of a day's essays; of ordinary essays, one or two in a hundred are flagged
)


class AlarmGroup(Construct):
    """Alarms that notify the same topic; their names start with the deployment's."""

    def __init__(
        self, scope: Construct, name: str, *, settings: Settings, topic: sns.ITopic | None
    ) -> None:
        """Create an empty group.

        Args:
            scope: the construct around this one.
            name: of this construct.
            settings: of the deployment.
            topic: that is notified; None if nobody is.
        """
        super().__init__(scope, name)
        self._prefix, self._topic = settings.name, topic

    def add_alarm(
        self, name: str, metric: cloudwatch.IMetric, threshold: float, description: str
    ) -> None:
        """Add an alarm that goes off if the metric reaches the threshold in one period."""
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{self._prefix}-{name}",
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=description,
        )
        if self._topic is not None:
            alarm.add_alarm_action(actions.SnsAction(self._topic))


def add_function_alarms(group: AlarmGroup, alias: lambda_.Alias, settings: Settings) -> None:
    """Add the alarms of the function that serves requests."""
    function = alias.lambda_
    group.add_alarm(
        "Errors",
        alias.metric_errors(period=PERIOD, statistic="Sum"),
        1,
        "The function crashed, timed out or ran out of memory; see the last lines of its log.",
    )
    # Lambda does not count these as errors: the function answers with status 500.
    group.add_alarm(
        "Failures",
        request_log_metric(function, FAILED_METRIC, "Sum", PERIOD),
        1,
        "A request got status 500; find the lines with the level ERROR in the log.",
    )
    group.add_alarm(
        "Throttles",
        alias.metric_throttles(period=PERIOD, statistic="Sum"),
        1,
        "Requests were throttled; raise the concurrency.",
    )
    seconds = min(NEAR_LIMIT * settings.timeout, MAX_DURATION)
    group.add_alarm(
        "Duration",
        alias.metric_duration(period=PERIOD, statistic="p99"),
        round(seconds * 1000),
        f"One request in a hundred takes {seconds:g} s or longer.",
    )
    # A reservation of one is always fully used; the alarm Throttles says if it is too small.
    if settings.reserved_concurrency is not None and settings.reserved_concurrency > 1:
        group.add_alarm(
            "Concurrency",
            function.metric("ConcurrentExecutions", period=PERIOD, statistic="Maximum"),
            NEAR_LIMIT * settings.reserved_concurrency,
            f"{NEAR_LIMIT:.0%} of the reserved concurrency is in use.",
        )


def add_gateway_alarms(group: AlarmGroup, stage: apigateway.Stage) -> None:
    """Add the alarms of the REST API."""
    group.add_alarm(
        "GatewayErrors",
        stage.metric_server_error(period=PERIOD, statistic="Sum"),
        1,
        "The REST API answered with 5XX; the function failed, was throttled, or took too long.",
    )


def add_batch_alarms(
    group: AlarmGroup, *, state_machine_arn: str, function: lambda_.IFunction
) -> None:
    """Add the alarms of batches. Throttling has none: throttled batches are retried."""
    group.add_alarm(
        "BatchErrors",
        function.metric_errors(period=PERIOD, statistic="Sum"),
        1,
        "Batches failed and are retried; see the log of the batch function.",
    )
    for name, metric, event in (
        ("BatchRunsFailed", "ExecutionsFailed", "failed"),
        ("BatchRunsTimedOut", "ExecutionsTimedOut", "timed out"),
        ("BatchRunsAborted", "ExecutionsAborted", "was stopped"),
    ):
        group.add_alarm(
            name,
            execution_metric(state_machine_arn, metric),
            1,
            f"A run of the state machine {event}; see its execution in Step Functions.",
        )


def add_drift_alarms(
    group: AlarmGroup, function: lambda_.IFunction, baseline: Baseline | None
) -> None:
    """Add alarms on the flags and the mean score of a day.

    Args:
        group: to add them to.
        function: whose request log has the scores.
        baseline: of the scores; without one, there is no alarm on their mean.
    """
    group.add_alarm(
        "Flagged",
        _of_busy_days("flagged / essays", daily_metrics(function, flagged=(FLAGGED_METRIC, "Sum"))),
        MAX_FLAGGED,
        f"{MAX_FLAGGED:.0%} of a day's essays were flagged; the model may not suit them.",
    )
    if baseline is not None:
        metrics = daily_metrics(function, mean=(SCORE_METRIC, "Average"))
        group.add_alarm(
            "Scores",
            _of_busy_days(f"ABS(mean - {baseline.mean})", metrics),
            round(MAX_MEAN_SHIFT * baseline.standard_deviation, 4),
            f"A day's mean score is far from the baseline, {baseline.mean:.2f}; "
            "run `essay-scorer drift` for details.",
        )


def _of_busy_days(
    expression: str, metrics: dict[str, cloudwatch.IMetric]
) -> cloudwatch.MathExpression:
    """Return the value of an expression on days with enough essays, else 0."""
    return cloudwatch.MathExpression(
        expression=f"IF(essays >= {MIN_ESSAYS}, {expression}, 0)",
        using_metrics=metrics,
        period=DAY,
    )
