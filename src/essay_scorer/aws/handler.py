"""AWS Lambda's events: each becomes a request of the API, or is one already.

Over HTTP an event is a Function URL's or an HTTP API's (payload format 2.0) or a REST
API's (1.0); a direct invocation carries the request itself, ``{"text": "…"}``, and
gets ``{"statusCode": 200, "body": {…}}`` with an object as its body; or it carries a batch
of them, for ``bulk``.
"""

import os
import time
from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from essay_scorer.aws.map_event import answer_map_event, is_map_event
from essay_scorer.errors import RequestError
from essay_scorer.scorer import Scorer
from essay_scorer.serving.app import ERRORS, Application, error_response, score_request
from essay_scorer.serving.messages import Request, Response
from essay_scorer.serving.request_log import RequestLog, Write

if TYPE_CHECKING:
    from essay_scorer.serving.keys import KeyHash

Handler = Callable[[Any, Any], dict[str, Any]]


def make_handler(
    scorer: Scorer,
    *,
    origins: Iterable[str] = ("*",),
    keys: "Iterable[KeyHash]" = (),
    log: Write = lambda _line: None,
) -> Handler:
    """Return the Lambda handler: HTTP events and direct invocations of one scorer.

    Keys are for HTTP; who may invoke the function directly, AWS has asked already.
    ``log`` takes one line of JSON for each event.
    """
    application = Application(scorer, origins=origins, keys=keys)
    model = scorer.manifest.model
    journal = RequestLog(
        log,
        name=model.name,
        version=model.version,
        codes=ERRORS,
        function=os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""),
    )

    def handler(event: Any, context: Any) -> dict[str, Any]:
        began, name = time.perf_counter(), getattr(context, "aws_request_id", "")
        if is_map_event(event):
            batch = answer_map_event(scorer, event)
            said = [one for _row, one in batch["answers"]]
            journal.note(said, door="batch", status=200, began=began, request=name)
            return batch
        if not _is_http(event):
            result = _direct(scorer, event)
            status = result["statusCode"]
            journal.note([result["body"]], door="direct", status=status, began=began, request=name)
            return result
        response, route, size = _answer_http(application, event)
        journal.note(
            [response.said],
            door="http",
            status=response.status,
            began=began,
            request=name,
            route=route,
            size=size,
        )
        return _result(response, event)

    return handler


def _answer_http(
    application: Application, event: dict[str, Any]
) -> tuple[Response, str, int | None]:
    """Return the answer to an HTTP event, its route and the size of what was sent."""
    try:
        request = _request(event)
    except RequestError as error:
        return error_response(error), "", None
    except Exception:  # noqa: BLE001 - whatever an event lacks, it is not an HTTP request
        return error_response(RequestError("invalid_event")), "", None
    return application(request), application.route_of(request), len(request.body)


def _is_http(event: Any) -> bool:
    return isinstance(event, dict) and ("requestContext" in event or "httpMethod" in event)


def _direct(scorer: Scorer, event: Any) -> dict[str, Any]:
    try:
        return {"statusCode": 200, "body": score_request(scorer, event)}
    except Exception as error:  # noqa: BLE001 - AWS would log its message, and so an essay's text
        response = error_response(error)
        return {"statusCode": response.status, "body": response.said}


def _request(event: dict[str, Any]) -> Request:
    version = event.get("version", "1.0")
    if version not in ("1.0", "2.0"):
        raise RequestError("invalid_event")
    if version == "2.0":
        method, path = event["requestContext"]["http"]["method"], _without_stage(event)
    else:
        method, path = event["httpMethod"], event["path"]
    return Request(method=method, path=unquote(path), headers=_headers(event), body=_body(event))


def _without_stage(event: dict[str, Any]) -> str:
    """Return the path, with an HTTP API's named stage taken off."""
    stage, path = event["requestContext"].get("stage"), event["rawPath"]
    prefix = f"/{stage}"
    if stage and (path == prefix or path.startswith(prefix + "/")):
        return path.removeprefix(prefix) or "/"
    return str(path)


def _headers(event: dict[str, Any]) -> dict[str, str]:
    """Return the headers; the last one where a client sent the same one twice."""
    several = (event.get("multiValueHeaders") or {}).items()
    single = event.get("headers") or {name: values[-1] for name, values in several}
    headers = {name.lower(): value for name, value in single.items()}
    if event.get("version", "1.0") == "1.0":  # a REST API spoils bytes unless it was told of them
        headers.pop("accept-encoding", None)
    return headers


def _body(event: dict[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode()
    try:
        return a2b_base64(body, strict_mode=True)
    except (Base64Error, ValueError, TypeError):
        raise RequestError("invalid_base64") from None


def _result(response: Response, event: dict[str, Any]) -> dict[str, Any]:
    try:
        body, is_base64 = response.body.decode(), False
    except UnicodeDecodeError:
        body, is_base64 = b64encode(response.body).decode(), True
    result = {"statusCode": response.status, "body": body, "isBase64Encoded": is_base64}
    if "multiValueHeaders" in event:  # a load balancer that was told so takes only these
        return {**result, "multiValueHeaders": {k: [v] for k, v in response.headers.items()}}
    return {**result, "headers": dict(response.headers)}
