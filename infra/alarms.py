"""CloudWatch alarms, by email if an address is set, and a dashboard."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from essay_scorer.contract import (
    FLAGGED_METRIC,
    METRIC_DIMENSION,
    METRIC_NAMESPACE,
    SCORE_METRIC,
)
from infra.baseline import Baseline
from infra.settings import Settings

PERIOD = Duration.minutes(5)
DAY = Duration.days(1)
NEAR_LIMIT = 0.8  # share of the timeout, or of the reserved concurrency

MIN_ESSAYS = 100  # a day; with fewer, chance alone moves mean and share
# Two normal distributions whose means are half a standard deviation apart have a population
# stability index of 0.25, the usual threshold of drift.
MAX_MEAN_SHIFT = 0.5  # standard deviations
MAX_FLAGGED = (
    0.1  # share of a day's essays; of ordinary essays, one or two in a hundred are flagged
)


class Alarms(Construct):
    """Alarms for errors, throttling, latency, concurrency and drift, and a dashboard."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        function: lambda_.Function,
        alias: lambda_.Alias,
        baseline: Baseline | None,
    ) -> None:
        """Create the alarms.

        Args:
            scope: the construct around this one.
            name: of this construct.
            settings: of the deployment.
            function: the function that serves requests.
            alias: its alias.
            baseline: of the scores; without one, there is no alarm on their mean.
        """
        super().__init__(scope, name)
        self._topic = self._create_topic(settings)
        self._function = function
        self._errors = alias.metric_errors(period=PERIOD, statistic="Sum")
        self._throttles = alias.metric_throttles(period=PERIOD, statistic="Sum")
        self._latency = alias.metric_duration(period=PERIOD, statistic="p99")
        self._concurrency = function.metric(
            "ConcurrentExecutions", period=PERIOD, statistic="Maximum"
        )
        self._add_operational_alarms(settings)
        self._add_drift_alarms(baseline)
        self._add_dashboard(settings, alias)

    def _add_operational_alarms(self, settings: Settings) -> None:
        self._add_alarm("Errors", self._errors, 1, "The function failed; see its log.")
        self._add_alarm(
            "Throttles", self._throttles, 1, "Requests were throttled; raise the concurrency."
        )
        self._add_alarm(
            "Slow",
            self._latency,
            NEAR_LIMIT * settings.timeout * 1000,
            f"The p99 duration exceeds {NEAR_LIMIT:.0%} of the timeout.",
        )
        # A reservation of one is always fully used; the alarm Throttles says if it is too small.
        if settings.reserved_concurrency is not None and settings.reserved_concurrency > 1:
            self._add_alarm(
                "Crowded",
                self._concurrency,
                NEAR_LIMIT * settings.reserved_concurrency,
                f"More than {NEAR_LIMIT:.0%} of the reserved concurrency is in use.",
            )

    def _add_drift_alarms(self, baseline: Baseline | None) -> None:
        """Add alarms on the flags and the mean score of a day."""
        self._add_alarm(
            "Flagged",
            self._of_busy_days("flagged / essays", flagged=self._daily(FLAGGED_METRIC, "Sum")),
            MAX_FLAGGED,
            f"{MAX_FLAGGED:.0%} of a day's essays were flagged; the model may not suit them.",
        )
        if baseline is not None:
            mean = self._daily(SCORE_METRIC, "Average")
            self._add_alarm(
                "Scores",
                self._of_busy_days(f"ABS(mean - {baseline.mean})", mean=mean),
                round(MAX_MEAN_SHIFT * baseline.standard_deviation, 4),
                f"A day's mean score is far from the baseline, {baseline.mean:.2f}; "
                "run `essay-scorer drift` for details.",
            )

    def _daily(self, metric: str, statistic: str) -> cloudwatch.Metric:
        """Return a metric of the request log, a day at a time."""
        return cloudwatch.Metric(
            namespace=METRIC_NAMESPACE,
            metric_name=metric,
            dimensions_map={METRIC_DIMENSION: self._function.function_name},
            period=DAY,
            statistic=statistic,
        )

    def _of_busy_days(
        self, expression: str, **metrics: cloudwatch.IMetric
    ) -> cloudwatch.MathExpression:
        """Return the value of an expression on days with enough essays, else 0."""
        essays = self._daily(SCORE_METRIC, "SampleCount")
        return cloudwatch.MathExpression(
            expression=f"IF(essays >= {MIN_ESSAYS}, {expression}, 0)",
            using_metrics={"essays": essays, **metrics},
            period=DAY,
        )

    def _add_dashboard(self, settings: Settings, alias: lambda_.Alias) -> None:
        invocations = alias.metric_invocations(period=PERIOD, statistic="Sum")
        median = alias.metric_duration(period=PERIOD, statistic="p50")
        dashboard = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=settings.name)
        dashboard.add_widgets(
            cloudwatch.GraphWidget(
                title="Requests", left=[invocations, self._errors, self._throttles]
            ),
            cloudwatch.GraphWidget(title="Duration (ms)", left=[median, self._latency]),
            cloudwatch.GraphWidget(title="Concurrent executions", left=[self._concurrency]),
        )

    def _create_topic(self, settings: Settings) -> sns.Topic | None:
        if settings.alarm_email is None:
            return None
        # Not encrypted at rest: CloudWatch cannot publish to a topic encrypted with AWS's managed
        # key, and a message contains only the alarm's name and description.
        topic = sns.Topic(self, "Alarms", enforce_ssl=True)
        topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
        return topic

    def _add_alarm(
        self, name: str, metric: cloudwatch.IMetric, threshold: float, description: str
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=description,
        )
        if self._topic is not None:
            alarm.add_alarm_action(actions.SnsAction(self._topic))
