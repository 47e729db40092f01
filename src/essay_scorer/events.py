"""AWS Lambda's events: each becomes a request of the API, or is one already.

Over HTTP an event is a Function URL's or an HTTP API's (payload format 2.0) or a REST
API's (1.0); a direct invocation carries the request itself, ``{"text": "…"}``, and
gets ``{"statusCode": 200, "body": {…}}`` with an object as its body.
"""

import json
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable, Iterable
from typing import Any

from apig_wsgi import make_lambda_handler

from .api import Application, WireError, answer
from .scorer import Scorer

Handler = Callable[[Any, Any], dict[str, Any]]


def make_handler(scorer: Scorer, *, origins: Iterable[str] = ("*",)) -> Handler:
    """Return the Lambda handler: HTTP events and direct invocations of one scorer."""
    over_http = make_lambda_handler(Application(scorer, origins=origins), binary_support=True)

    def handler(event: Any, context: Any) -> dict[str, Any]:
        if not _is_http(event):
            return _direct(scorer, event)
        try:
            _check_base64(event)
            return over_http(_without_stage(event), context)
        except WireError as error:
            return _http_failure(error)
        except Exception:  # noqa: BLE001 - the application catches its own: the event is broken
            return _http_failure(WireError("invalid_event"))

    return handler


def _is_http(event: Any) -> bool:
    return isinstance(event, dict) and ("requestContext" in event or "httpMethod" in event)


def _direct(scorer: Scorer, event: Any) -> dict[str, Any]:
    try:
        return {"statusCode": 200, "body": answer(scorer, event)}
    except WireError as error:
        return {"statusCode": error.status, "body": error.body}


def _http_failure(error: WireError) -> dict[str, Any]:
    return {
        "statusCode": error.status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(error.body),
        "isBase64Encoded": False,
    }


def _check_base64(event: dict[str, Any]) -> None:
    if event.get("isBase64Encoded"):
        try:
            a2b_base64(event.get("body") or "", strict_mode=True)
        except (Base64Error, ValueError, TypeError):
            raise WireError("invalid_base64") from None


def _without_stage(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event with an HTTP API's named stage taken off its path."""
    stage, path = event["requestContext"].get("stage"), event.get("rawPath", "")
    prefix = f"/{stage}"
    if stage and (path == prefix or path.startswith(prefix + "/")):
        return {**event, "rawPath": path.removeprefix(prefix) or "/"}
    return event
