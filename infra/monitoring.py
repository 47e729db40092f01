"""What tells a person that something is wrong: alarms, and a dashboard to look at first."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from .drift import Usual
from .settings import Settings

PERIOD = Duration.minutes(5)
SLOW = 0.8  # share of the time-out, or of the reservation, that is too near to it

NAMESPACE = "EssayScorer"  # of what the function's log lines become
DAY = Duration.days(1)
ENOUGH = 100  # essays in a day, of which chance explains little
# Two bell curves that are half a standard deviation apart have a population stability index
# of 0.25, from which on one speaks of drift.
FAR = 0.5
FLAGGED = 0.1  # share of a day's essays with a flag; of honest essays, one or two in a hundred


class Monitoring(Construct):
    """Alarms on errors, throttles, slowness, crowding and drift, by e-mail where one is given."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        function: lambda_.Function,
        alias: lambda_.Alias,
        usual: Usual | None,
    ) -> None:
        super().__init__(scope, name)
        self._topic = self._make_topic(settings)
        errors = alias.metric_errors(period=PERIOD, statistic="Sum")
        throttles = alias.metric_throttles(period=PERIOD, statistic="Sum")
        slowest = alias.metric_duration(period=PERIOD, statistic="p99")
        invocations = alias.metric_invocations(period=PERIOD, statistic="Sum")
        together = function.metric("ConcurrentExecutions", period=PERIOD, statistic="Maximum")
        self._alarm("Errors", errors, 1, "The function failed; its log says why.")
        self._alarm("Throttles", throttles, 1, "Requests were turned away; raise the concurrency.")
        self._alarm(
            "Slow",
            slowest,
            SLOW * settings.timeout * 1000,
            f"One request in a hundred takes over {SLOW:.0%} of the time-out.",
        )
        # Of one environment, one in use is all: that it is too few, Throttles says.
        if settings.reserved_concurrency is not None and settings.reserved_concurrency > 1:
            self._alarm(
                "Crowded",
                together,
                SLOW * settings.reserved_concurrency,
                f"Over {SLOW:.0%} of the reserved concurrency is in use.",
            )
        self._watch_drift(function, usual)
        board = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=settings.name)
        board.add_widgets(
            cloudwatch.GraphWidget(title="Requests", left=[invocations, errors, throttles]),
            cloudwatch.GraphWidget(
                title="Time (ms)",
                left=[alias.metric_duration(period=PERIOD, statistic="p50"), slowest],
            ),
            cloudwatch.GraphWidget(title="At the same time", left=[together]),
        )

    def _watch_drift(self, function: lambda_.Function, usual: Usual | None) -> None:
        """Compare each day's scores and flags with the usual ones."""

        def of_day(name: str, statistic: str) -> cloudwatch.Metric:
            return cloudwatch.Metric(
                namespace=NAMESPACE,
                metric_name=name,
                dimensions_map={"function": function.function_name},
                period=DAY,
                statistic=statistic,
            )

        essays = of_day("score", "SampleCount")

        def where_enough(expression: str, **metrics: cloudwatch.Metric) -> cloudwatch.IMetric:
            return cloudwatch.MathExpression(
                expression=f"IF(essays >= {ENOUGH}, {expression}, 0)",
                using_metrics={"essays": essays, **metrics},
                period=DAY,
            )

        self._alarm(
            "Flagged",
            where_enough("flagged / essays", flagged=of_day("flagged", "Sum")),
            FLAGGED,
            f"Of a day's essays, {FLAGGED:.0%} are flagged; are these the essays it is for?",
        )
        if usual is not None:
            self._alarm(
                "Scores",
                where_enough(f"ABS(mean - {usual.mean})", mean=of_day("score", "Average")),
                round(FAR * usual.deviation, 4),
                f"A day's mean score is far from the usual {usual.mean:.2f}; "
                "`essay-scorer drift` says more.",
            )

    def _make_topic(self, settings: Settings) -> sns.Topic | None:
        if settings.alarm_email is None:
            return None
        # Not encrypted at rest: an alarm may not publish to a topic under AWS's own key, and
        # what it says is an alarm's name.
        topic = sns.Topic(self, "Alarms", enforce_ssl=True)
        topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
        return topic

    def _alarm(
        self, name: str, metric: cloudwatch.IMetric, threshold: float, description: str
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=description,
        )
        if self._topic is not None:
            alarm.add_alarm_action(actions.SnsAction(self._topic))
