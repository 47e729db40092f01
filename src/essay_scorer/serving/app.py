"""The wire: what a caller sends, what comes back, and nothing in between leaks.

One application holds the routes.  In AWS Lambda, ``events`` puts it behind the events of
a Function URL, an HTTP API or a REST API; on a laptop, ``serve`` puts it behind a socket.
So the two cannot disagree.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from essay_scorer.errors import TextError
from essay_scorer.scorer import Scorer
from essay_scorer.serving.messages import Request, Response

if TYPE_CHECKING:
    from essay_scorer.serving.keys import KeyHash

BODY_LIMIT = 256 * 1024  # bytes

_WEB = Path(__file__).with_name("web")

# What a bare `curl -d`, a form-less fetch or a client without a type sends JSON as.
_JSON_BEARING = frozenset(
    {"", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain"}
)
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_CORS = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, X-Api-Key",
    "Access-Control-Max-Age": "86400",
}
_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types docx",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


# code: (status, what the caller reads). A code never changes its meaning.
ERRORS: dict[str, tuple[int, str]] = {
    "invalid_json": (400, 'The body must be JSON, like {"text": "…"}.'),
    "invalid_base64": (400, "The body is marked as base64 but is not."),
    "invalid_event": (400, "The event is not an HTTP request."),
    "missing_text": (400, 'The request has no field "text".'),
    "unauthorised": (401, "Send a valid key as X-Api-Key, or as Authorization: Bearer."),
    "not_found": (404, "There is nothing at this path."),
    "method_not_allowed": (405, "This path does not answer this method."),
    "too_large": (413, f"The request is over {BODY_LIMIT // 1024} KiB."),
    "unsupported_media_type": (415, "Send the essay's text as JSON."),
    "text_not_a_string": (422, 'The field "text" must be a string.'),
    "text_without_words": (422, "The text holds no word."),
    "prompt_not_a_string": (422, 'The field "prompt" must be a string.'),
    "explain_not_a_boolean": (422, 'The field "explain" must be true or false.'),
    "internal": (500, "The server failed; the request was not at fault."),
}


class WireError(Exception):
    """An error as the caller sees it: a status, a stable code, a fixed sentence."""

    def __init__(self, code: str, **headers: str) -> None:
        super().__init__(code)
        self.status, message = ERRORS[code]
        self.headers = headers
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

    ``"prompt"`` may hold the assignment's text, and ``"explain": true`` asks for reasons.

    Raises:
        WireError: the request has no text, or one that cannot be scored.
    """
    if not isinstance(request, dict) or "text" not in request:
        raise WireError("missing_text")
    text, prompt, explain = request["text"], request.get("prompt"), request.get("explain", False)
    if prompt is not None and not isinstance(prompt, str):
        raise WireError("prompt_not_a_string")
    if not isinstance(explain, bool):
        raise WireError("explain_not_a_boolean")
    if any(map(_is_large, (text, prompt))):
        raise WireError("too_large")
    try:
        return scorer.score(text, prompt=prompt, explain=explain).to_dict()
    except TextError as error:
        raise WireError(error.code) from None


def _is_large(text: Any) -> bool:
    return isinstance(text, str) and len(text.encode(errors="surrogatepass")) > BODY_LIMIT


Endpoint = Callable[[Request], Response]


class Application:
    """Answers requests: routes, keys, CORS and errors, each in one place.

    With ``keys``, a score is for those who hold one; the page, with which a person can
    give theirs, is for everybody.
    """

    def __init__(
        self,
        scorer: Scorer,
        *,
        origins: Iterable[str] = ("*",),
        keys: "Iterable[KeyHash]" = (),
    ) -> None:
        self.scorer = scorer
        self._keys = tuple(keys)
        self._origins = frozenset(origins)
        page = {path.name: {"GET": partial(_file, path=path)} for path in _WEB.iterdir()}
        self.routes: Mapping[str, Mapping[str, Endpoint]] = {
            "/": {**page["index.html"], "POST": self._score},
            "/model/predict": {"POST": self._score},
            "/health": {"GET": self._health},
            "/card": {"GET": self._card},
            "/openapi.json": page["openapi.json"],
            **{f"/static/{name}": methods for name, methods in page.items()},
        }

    def route_of(self, request: Request) -> str:
        """Return the route that answers a request; of a path that is none, nothing."""
        path = request.path
        known = path if path in self.routes else path.removesuffix("/")
        return known if known in self.routes else ""

    def __call__(self, request: Request) -> Response:
        response = self._respond(request)
        headers = {**response.headers, **_SECURITY, **self._allowed_origin(request)}
        if response.body:
            headers["Content-Length"] = str(len(response.body))
        body = b"" if request.method == "HEAD" else response.body
        return Response(status=response.status, headers=headers, body=body, said=response.said)

    def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status=204, headers=_CORS, body=b"")
        try:
            endpoint = self._endpoint(request)
            if request.method == "POST":
                self._check_key(request)
            return endpoint(request)
        except Exception as error:  # noqa: BLE001 - a caller never sees what went wrong inside
            return failure(error)

    def _endpoint(self, request: Request) -> Endpoint:
        methods = self.routes.get(self.route_of(request))
        if methods is None:
            raise WireError("not_found")
        method = "GET" if request.method == "HEAD" else request.method
        if method not in methods:
            raise WireError("method_not_allowed", Allow=", ".join(sorted(methods)))
        return methods[method]

    def _check_key(self, request: Request) -> None:
        if not self._keys:
            return
        from essay_scorer.serving.keys import has_valid_key

        if not has_valid_key(self._keys, request.headers):
            raise WireError("unauthorised", **{"WWW-Authenticate": "Bearer"})

    def _allowed_origin(self, request: Request) -> Mapping[str, str]:
        if "*" in self._origins:
            return {"Access-Control-Allow-Origin": "*"}
        origin = request.headers.get("origin", "")
        if origin in self._origins:
            return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        return {"Vary": "Origin"} if self._origins else {}

    def _score(self, request: Request) -> Response:
        if request.headers.get("content-encoding", "identity") != "identity":
            raise WireError("unsupported_media_type")
        if len(request.body) > BODY_LIMIT:
            raise WireError("too_large")
        content_type = request.headers.get("content-type", "").partition(";")[0]
        value = parse(request.body, content_type=content_type.strip().lower())
        return _json(answer(self.scorer, value))

    def _health(self, _request: Request) -> Response:
        manifest = self.scorer.manifest
        model = {"name": manifest.model.name, "version": manifest.model.version}
        return _json({"status": "ok", "model": model, "licence": manifest.licence})

    def _card(self, _request: Request) -> Response:
        kind = {"Content-Type": "text/plain; charset=utf-8"}
        return Response(status=200, headers=kind, body=self.scorer.card().encode())


def _file(request: Request, *, path: Path) -> Response:
    content, packed, tag = _content(path)
    headers = {
        "Content-Type": _TYPES.get(path.suffix, "application/json"),
        "Cache-Control": "private, no-cache",  # kept, but asked about at each visit
        "ETag": tag,
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status=304, headers=headers, body=b"")
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(status=200, headers={**headers, "Content-Encoding": "gzip"}, body=packed)
    return Response(status=200, headers=headers, body=content)


@cache
def _content(path: Path) -> tuple[bytes, bytes, str]:
    """Return a file as it is, as gzip, and a name that changes when it does."""
    content = path.read_bytes()
    return content, zlib.compress(content, wbits=31), f'W/"{zlib.crc32(content):08x}"'


def _json(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(
        status=status,
        headers={
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            **(headers or {}),
        },
        body=json.dumps(body, ensure_ascii=False).encode(),
        said=body,
    )


def failure(error: Exception) -> Response:
    """Return what a caller sees of an error; of one that nobody expected, nothing but that."""
    if not isinstance(error, WireError):
        import logging  # here, because no request but a failed one needs it

        logging.getLogger(__name__).error("request failed: %s", type(error).__name__)
        error = WireError("internal")
    return _json(error.body, error.status, error.headers)
