"""A deployment says when nobody is notified of its alarms."""

from infra.account import Account
from infra.notifications import describe_notification_gaps
from infra.settings import Settings
from infra.tests.stubbed_account import StubbedSession

TOPIC = "arn:aws:sns:eu-west-3:111122223333:Alarms"
SETTINGS = Settings(alarm_email="head@school.example")


def _describe(*subscription_arns: str) -> list[str]:
    session = StubbedSession()
    topic = {
        "LogicalResourceId": "Alarms",
        "PhysicalResourceId": TOPIC,
        "ResourceType": "AWS::SNS::Topic",
        "LastUpdatedTimestamp": 0,
        "ResourceStatus": "CREATE_COMPLETE",
    }
    gone = topic | {"PhysicalResourceId": f"{TOPIC}-old", "ResourceStatus": "DELETE_COMPLETE"}
    session.add("cloudformation", "list_stack_resources", {"StackResourceSummaries": [gone, topic]})
    subscriptions = [
        {"SubscriptionArn": arn, "Protocol": "email", "Endpoint": SETTINGS.alarm_email}
        for arn in subscription_arns
    ]
    session.add("sns", "list_subscriptions_by_topic", {"Subscriptions": subscriptions})
    lines = list(describe_notification_gaps(Account(session=session), SETTINGS))
    session.check()
    return lines


def test_no_address_is_said() -> None:
    session = StubbedSession()
    lines = describe_notification_gaps(Account(session=session), Settings())
    assert list(lines) == ["Nobody is notified of alarms; set alarm_email."]


def test_address_that_has_not_confirmed_is_said() -> None:
    assert _describe("PendingConfirmation") == [
        "head@school.example gets no alarms until it confirms the subscription in AWS's email."
    ]


def test_confirmed_address_needs_no_word() -> None:
    assert _describe(f"{TOPIC}:0001") == []


def test_address_that_has_unsubscribed_is_said() -> None:
    for arns in ([], ["Deleted"]):
        (line,) = _describe(*arns)
        assert line.startswith("Nobody is notified of alarms: head@school.example has unsubscribed")
