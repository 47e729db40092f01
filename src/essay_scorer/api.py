"""The wire: what a caller sends, what comes back, and nothing in between leaks.

One WSGI application holds the routes.  In AWS Lambda, ``events`` puts it behind the
events of a Function URL, an HTTP API or a REST API; on a laptop, ``serve`` puts it
behind a socket.  So the two cannot disagree.
"""

import json
import logging
from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from importlib.resources import files
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from .errors import TextError
from .scorer import Scorer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BODY_LIMIT = 256 * 1024  # bytes

_log = logging.getLogger(__name__)
_web = files(__package__) / "web"

# What a bare `curl -d`, a form-less fetch or a client without a type sends JSON as.
_JSON_BEARING = frozenset(
    {"", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain"}
)
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_CORS = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, X-Api-Key",
    "Access-Control-Max-Age": "86400",
}
_SECURITY = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; img-src 'self' data:; object-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


# code: (status, what the caller reads). A code never changes its meaning.
ERRORS: dict[str, tuple[int, str]] = {
    "invalid_json": (400, 'The body must be JSON, like {"text": "…"}.'),
    "invalid_base64": (400, "The body is marked as base64 but is not."),
    "invalid_event": (400, "The event is not an HTTP request."),
    "missing_text": (400, 'The request has no field "text".'),
    "not_found": (404, "There is nothing at this path."),
    "method_not_allowed": (405, "This path does not answer this method."),
    "too_large": (413, f"The request is over {BODY_LIMIT // 1024} KiB."),
    "unsupported_media_type": (415, "Send the essay's text as JSON."),
    "text_not_a_string": (422, 'The field "text" must be a string.'),
    "text_without_words": (422, "The text holds no word."),
    "internal": (500, "The server failed; the request was not at fault."),
}

# What the library that routes and reads requests raises.
_BY_STATUS = {
    400: "invalid_json",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}


class WireError(Exception):
    """An error as the caller sees it: a status, a stable code, a fixed sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.status, message = ERRORS[code]
        self.body: dict[str, Any] = {"error": {"code": code, "message": message}}


def parse(body: bytes, *, content_type: str) -> Any:
    """Return the JSON value of a body, whatever its content type says.

    Raises:
        WireError: 400 if it is not JSON, or 415 if it never claimed to be.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        could_be_json = content_type in _JSON_BEARING or "json" in content_type
        raise WireError("invalid_json" if could_be_json else "unsupported_media_type") from None


def answer(scorer: Scorer, request: Any) -> dict[str, Any]:
    """Return the answer to one request, an object like ``{"text": "…"}``.

    Raises:
        WireError: the request has no text, or one that cannot be scored.
    """
    if not isinstance(request, dict) or "text" not in request:
        raise WireError("missing_text")
    text = request["text"]
    if isinstance(text, str) and len(text.encode(errors="surrogatepass")) > BODY_LIMIT:
        raise WireError("too_large")
    try:
        return scorer.score(text).to_dict()
    except TextError as error:
        raise WireError(error.code) from None


class Application:
    """The WSGI application: routes, CORS and errors, each in one place."""

    def __init__(self, scorer: Scorer, *, origins: Iterable[str] = ("*",)) -> None:
        self.scorer = scorer
        self._origins = frozenset(origins)
        self.routes = Map(
            [
                Rule("/", methods=["GET"], endpoint=partial(self._file, name="index.html")),
                Rule("/static/<name>", methods=["GET"], endpoint=self._file),
                Rule("/health", methods=["GET"], endpoint=self._health),
                Rule(
                    "/openapi.json",
                    methods=["GET"],
                    endpoint=partial(self._file, name="openapi.json"),
                ),
                Rule("/", methods=["POST"], endpoint=self._score),
                Rule("/model/predict", methods=["POST"], endpoint=self._score),
            ],
            strict_slashes=False,
            merge_slashes=False,
        )
        self._pages = {path.name: path.read_bytes() for path in _web.iterdir() if path.is_file()}

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        request = Request(environ)
        response = self._respond(request)
        response.headers.extend(_SECURITY)
        self._allow_origin(request, response)
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status=HTTPStatus.NO_CONTENT, headers=_CORS)
        try:
            endpoint, arguments = self.routes.bind("").match(request.path, request.method)
            response: Response = endpoint(request, **arguments)
        except Exception as error:  # noqa: BLE001 - a caller never sees what went wrong inside
            return _failure(error)
        return response

    def _allow_origin(self, request: Request, response: Response) -> None:
        origin = request.headers.get("Origin", "")
        if "*" in self._origins:
            response.headers["Access-Control-Allow-Origin"] = "*"
        elif origin in self._origins:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.vary.add("Origin")

    def _score(self, request: Request) -> Response:
        if request.headers.get("Content-Encoding", "identity") != "identity":
            raise WireError("unsupported_media_type")
        request.max_content_length = BODY_LIMIT
        value = parse(request.get_data(), content_type=request.mimetype)
        return _json(answer(self.scorer, value))

    def _health(self, _request: Request) -> Response:
        manifest = self.scorer.manifest
        model = {"name": manifest.model.name, "version": manifest.model.version}
        return _json({"status": "ok", "model": model, "licence": manifest.licence})

    def _file(self, _request: Request, name: str) -> Response:
        if name not in self._pages:
            raise WireError("not_found")
        kind = _TYPES.get(PurePath(name).suffix, "application/json")
        return Response(self._pages[name], mimetype=kind)


def _json(body: dict[str, Any], status: int = HTTPStatus.OK) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False),
        status=status,
        mimetype="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _failure(error: Exception) -> Response:
    shown = _as_wire_error(error)
    response = _json(shown.body, shown.status)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return response


def _as_wire_error(error: Exception) -> WireError:
    if isinstance(error, WireError):
        return error
    if isinstance(error, HTTPException) and error.code in _BY_STATUS:
        return WireError(_BY_STATUS[error.code])
    _log.error("request failed: %s", type(error).__name__)
    return WireError("internal")
