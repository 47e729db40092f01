"""What watches a deployment: alarms, by email if an address is set, and a dashboard."""

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.alarms import (
    AlarmGroup,
    add_batch_alarms,
    add_drift_alarms,
    add_function_alarms,
    add_gateway_alarms,
)
from infra.baseline import Baseline
from infra.dashboard import (
    batch_widgets,
    create_dashboard,
    drift_widgets,
    function_widgets,
    gateway_widgets,
)
from infra.gateway import Gateway
from infra.settings import Settings


class Observability(Construct):
    """Alarms and a dashboard for the function, and for the REST API and batches if there are any.

    Without an address, the alarms exist and notify nobody.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        alias: lambda_.Alias,
        baseline: Baseline | None,
    ) -> None:
        """Watch the function that serves requests.

        Args:
            scope: the construct around this one.
            name: of this construct.
            settings: of the deployment.
            alias: of the function.
            baseline: of the scores; without one, there is no alarm on their mean.
        """
        super().__init__(scope, name)
        topic = self._create_topic(settings)
        self._alarms = AlarmGroup(self, "Alarms", settings=settings, topic=topic)
        self._dashboard = create_dashboard(self, settings)
        add_function_alarms(self._alarms, alias, settings)
        add_drift_alarms(self._alarms, alias.lambda_, baseline)
        self._dashboard.add_widgets(*function_widgets(alias))
        self._dashboard.add_widgets(*drift_widgets(alias.lambda_, baseline))

    def watch_gateway(self, gateway: Gateway) -> None:
        """Watch the REST API."""
        stage = gateway.api.deployment_stage
        add_gateway_alarms(self._alarms, stage)
        self._dashboard.add_widgets(*gateway_widgets(stage))

    def watch_batches(self, *, state_machine_arn: str, function: lambda_.IFunction) -> None:
        """Watch the state machine of batches and its function."""
        add_batch_alarms(self._alarms, state_machine_arn=state_machine_arn, function=function)
        self._dashboard.add_widgets(*batch_widgets(state_machine_arn, function))

    def _create_topic(self, settings: Settings) -> sns.Topic | None:
        if settings.alarm_email is None:
            return None
        # Not encrypted at rest: CloudWatch cannot publish to a topic encrypted with AWS's managed
        # key, and a message contains only the alarm's name and description.
        topic = sns.Topic(self, "Topic", enforce_ssl=True)
        topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
        return topic
