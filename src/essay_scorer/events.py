"""AWS Lambda's events: each becomes a request of the API, or is one already.

Over HTTP an event is a Function URL's or an HTTP API's (payload format 2.0) or a REST
API's (1.0); a direct invocation carries the request itself, ``{"text": "…"}``, and
gets ``{"statusCode": 200, "body": {…}}`` with an object as its body; or it carries a batch
of them, for ``bulk``.
"""

from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .api import Application, WireError, answer, failure
from .bulk import answer_batch, is_batch
from .messages import Request, Response
from .scorer import Scorer

if TYPE_CHECKING:
    from .access import KeyHash

Handler = Callable[[Any, Any], dict[str, Any]]


def make_handler(
    scorer: Scorer, *, origins: Iterable[str] = ("*",), keys: "Iterable[KeyHash]" = ()
) -> Handler:
    """Return the Lambda handler: HTTP events and direct invocations of one scorer.

    Keys are for HTTP; who may invoke the function directly, AWS has asked already.
    """
    application = Application(scorer, origins=origins, keys=keys)

    def handler(event: Any, _context: Any) -> dict[str, Any]:
        if is_batch(event):
            return answer_batch(scorer, event)
        if not _is_http(event):
            return _direct(scorer, event)
        try:
            request = _request(event)
        except WireError as error:
            return _result(failure(error), event)
        except Exception:  # noqa: BLE001 - whatever an event lacks, it is not an HTTP request
            return _result(failure(WireError("invalid_event")), event)
        return _result(application(request), event)

    return handler


def _is_http(event: Any) -> bool:
    return isinstance(event, dict) and ("requestContext" in event or "httpMethod" in event)


def _direct(scorer: Scorer, event: Any) -> dict[str, Any]:
    try:
        return {"statusCode": 200, "body": answer(scorer, event)}
    except WireError as error:
        return {"statusCode": error.status, "body": error.body}


def _request(event: dict[str, Any]) -> Request:
    version = event.get("version", "1.0")
    if version not in ("1.0", "2.0"):
        raise WireError("invalid_event")
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
        raise WireError("invalid_base64") from None


def _result(response: Response, event: dict[str, Any]) -> dict[str, Any]:
    try:
        body, is_base64 = response.body.decode(), False
    except UnicodeDecodeError:
        body, is_base64 = b64encode(response.body).decode(), True
    result = {"statusCode": response.status, "body": body, "isBase64Encoded": is_base64}
    if "multiValueHeaders" in event:  # a load balancer that was told so takes only these
        return {**result, "multiValueHeaders": {k: [v] for k, v in response.headers.items()}}
    return {**result, "headers": dict(response.headers)}
