"""HTTP events of AWS Lambda, and the results that AWS expects.

They come in payload formats 1.0 (REST APIs, load balancers) and 2.0 (Function URLs, HTTP APIs), and
from VPC Lattice, whose format is also called 2.0.
"""

from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import Any
from urllib.parse import unquote

from essay_scorer.errors import RequestError
from essay_scorer.serving.messages import Request, Response


def is_http_event(event: object) -> bool:
    """Say whether an event is an HTTP request."""
    return isinstance(event, dict) and ("requestContext" in event or "httpMethod" in event)


def gateway_request_id(event: dict[str, Any]) -> object:
    """Return the ID that a Function URL or API Gateway gave the request; None from others."""
    context = event.get("requestContext")
    return context.get("requestId") if isinstance(context, dict) else None


def parse_http_event(event: dict[str, Any]) -> Request:
    """Return the request of an event.

    Raises:
        RequestError: ``invalid_event`` or ``invalid_base64``.
    """
    try:
        return _parse(event)
    except RequestError:
        raise
    except Exception:  # noqa: BLE001 - whatever is malformed, it is not an HTTP request
        raise RequestError("invalid_event") from None


def _parse(event: dict[str, Any]) -> Request:
    version = event.get("version", "1.0")
    if version not in ("1.0", "2.0"):
        raise RequestError("invalid_event")
    context = event.get("requestContext") or {}
    if "serviceNetworkArn" in context:
        method, path = event["method"], event["path"].partition("?")[0]
        url_path = path
    elif version == "2.0":
        method, url_path = context["http"]["method"], event["rawPath"]
        resource = str(event.get("routeKey") or "").partition(" ")[2]
        path = _path_without_mapping(_path_without_stage(event), resource, event)
    else:
        method, url_path = event["httpMethod"], context.get("path") or event["path"]
        path = _path_without_mapping(event["path"], event.get("resource") or "", event)
    if not isinstance(method, str):
        raise RequestError("invalid_event")
    return Request(
        method=method,
        path=unquote(path),
        headers=_headers(event),
        body=_body(event),
        url_path=unquote(url_path) if isinstance(url_path, str) else None,
    )


def _path_without_mapping(path: str, resource: str, event: dict[str, Any]) -> str:
    """Return the path, without the base path of a custom domain's mapping to an API.

    Args:
        path: from the event.
        resource: the path of the API's route, such as ``/{proxy+}``; empty if there is none.
        event: with the values of the route's parameters.
    """
    if not isinstance(path, str):
        raise RequestError("invalid_event")
    if "{proxy+}" in resource:
        proxy = (event.get("pathParameters") or {}).get("proxy", "")
        return str(resource.replace("{proxy+}", proxy)) if proxy else path
    if "{" in resource or not path.rstrip("/").endswith(resource.rstrip("/")):
        return path
    return resource or path


def _path_without_stage(event: dict[str, Any]) -> str:
    """Return the path, without the prefix of an HTTP API's named stage."""
    stage, path = event["requestContext"].get("stage"), event["rawPath"]
    prefix = f"/{stage}"
    if stage and (path == prefix or path.startswith(prefix + "/")):
        return path.removeprefix(prefix) or "/"
    return str(path)


def _headers(event: dict[str, Any]) -> dict[str, str]:
    """Return the headers; of a repeated one, the last value."""
    repeated = (event.get("multiValueHeaders") or {}).items()
    single = event.get("headers") or {name: values[-1] for name, values in repeated}
    headers = {
        name.lower(): value[-1] if isinstance(value, list) else value
        for name, value in single.items()
    }
    if event.get("version", "1.0") == "1.0":  # a REST API corrupts binary responses by default
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


def to_result(response: Response, event: dict[str, Any]) -> dict[str, Any]:
    """Return the result of an invocation, in the format of the event."""
    try:
        body, is_base64 = response.body.decode(), False
    except UnicodeDecodeError:
        body, is_base64 = b64encode(response.body).decode(), True
    result = {"statusCode": response.status, "body": body, "isBase64Encoded": is_base64}
    if "multiValueHeaders" in event:  # a load balancer in this mode accepts no others
        return {**result, "multiValueHeaders": {k: [v] for k, v in response.headers.items()}}
    return {**result, "headers": dict(response.headers)}
