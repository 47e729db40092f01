"""Whom CloudWatch notifies of the alarms of a deployment."""

from collections.abc import Iterator

from infra.account import Account
from infra.settings import Settings

PENDING = "PendingConfirmation"  # in place of a subscription's ARN


def describe_notification_gaps(account: Account, settings: Settings) -> Iterator[str]:
    """Yield a line if nobody is notified of alarms, or for each address that never confirmed."""
    if settings.alarm_email is None:
        yield "Nobody is notified of alarms; set alarm_email."
        return
    notifications = account.client("sns").get_paginator("list_subscriptions_by_topic")
    subscriptions = [
        subscription
        for topic in account.stack_resources(settings.name, "AWS::SNS::Topic")
        for page in notifications.paginate(TopicArn=topic)
        for subscription in page["Subscriptions"]
    ]
    pending = [one["Endpoint"] for one in subscriptions if one["SubscriptionArn"] == PENDING]
    for address in pending:
        yield f"{address} gets no alarms until it confirms the subscription in AWS's email."
    # AWS deletes a subscription that is not confirmed for some days.
    if not pending and not any(one["SubscriptionArn"].startswith("arn:") for one in subscriptions):
        yield (
            f"Nobody is notified of alarms: {settings.alarm_email} has unsubscribed, or never "
            "confirmed; subscribe it to the deployment's topic again."
        )
