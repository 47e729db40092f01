"""Events of direct invocations: requests, also in a body by hand, and what other services send."""

import json
from base64 import b64decode
from typing import Any

from essay_scorer.serving.score_request import TEXT, TEXTS
from essay_scorer.tables.unique_fields import unique_fields

# Of events that are sent by a service and not by a caller who sees the answer: of queues, buckets
# and streams ("Records", "eventSource"), Firehose, CloudWatch Logs, and EventBridge.
_SENDERS = frozenset({"Records", "eventSource", "deliveryStreamArn", "awslogs", "detail-type"})


def is_of_service(event: object) -> bool:
    """Say whether a service sent an event: after a success, it would delete the essay.

    EventBridge Pipes sends a list of such events.
    """
    if isinstance(event, list):
        return bool(event) and all(map(is_of_service, event))
    return isinstance(event, dict) and not _SENDERS.isdisjoint(event)


def request_of(event: Any) -> Any:
    """Return the request of a direct invocation, also if it was put into a body by hand."""
    if not isinstance(event, dict) or "body" not in event or {TEXT, TEXTS} & event.keys():
        return event
    body = event["body"]
    if not isinstance(body, str):
        return body
    try:
        content = b64decode(body) if event.get("isBase64Encoded") is True else body
        return json.loads(content, object_pairs_hook=unique_fields)
    except ValueError:
        return event
