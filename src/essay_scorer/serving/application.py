"""The HTTP application: routes, API keys, CORS and errors, each in one place.

On a laptop, ``serving.server`` puts it behind a socket; in AWS Lambda, ``aws.handler`` puts it
behind the events of a Function URL, an HTTP API or a REST API. So the two cannot disagree.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from essay_scorer.contract import MAX_REQUEST_BYTES
from essay_scorer.errors import (
    BundleInvalid,
    InvalidProfile,
    RequestError,
    ScorerError,
    TextError,
)
from essay_scorer.score import Score
from essay_scorer.scorer import Scorer
from essay_scorer.serving.messages import (
    Request,
    Response,
    ScoreRequest,
    original_envelope,
    prefers_all_fields,
    status_and_body,
)
from essay_scorer.serving.outcomes import Outcome
from essay_scorer.serving.static_files import (
    is_base_path,
    serve_file,
    serve_page,
    static_files,
)

if TYPE_CHECKING:
    from essay_scorer.serving.keys import KeyHash

# Content types with which clients send JSON: a bare `curl -d`, fetch without a type, …
_JSON_TYPES = frozenset(
    {"", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain"}
)
_GZIP = zlib.MAX_WBITS | 16
_CORS_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, X-Api-Key, Prefer",
    "Access-Control-Max-Age": "86400",
}
_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types parser",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Endpoint = Callable[[Request], Response]


def parse_json(body: bytes, *, content_type: str) -> Any:
    """Return the JSON value of a body, whatever its content type is.

    Raises:
        RequestError: ``invalid_json``, or ``unsupported_media_type`` if the content type rules
            out JSON.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        may_be_json = content_type in _JSON_TYPES or "json" in content_type
        raise RequestError("invalid_json" if may_be_json else "unsupported_media_type") from None


def decoded_body(request: Request) -> bytes:
    """Return the body of a request, unpacked if it is compressed with gzip.

    Raises:
        RequestError: ``too_large``, or ``unsupported_media_type`` if it cannot be unpacked.
    """
    body, encoding = request.body, request.headers.get("content-encoding", "identity").lower()
    if encoding in ("gzip", "x-gzip"):
        unpacker = zlib.decompressobj(_GZIP)
        try:
            body = unpacker.decompress(body, MAX_REQUEST_BYTES + 1)
        except zlib.error:
            raise RequestError("unsupported_media_type") from None
    elif encoding != "identity":
        raise RequestError("unsupported_media_type")
    if len(body) > MAX_REQUEST_BYTES:
        raise RequestError("too_large")
    return body


def score_request(scorer: Scorer, value: object) -> Score:
    """Score the value of a JSON body, ``{"text": "…", "prompt": "…", "explain": true}``.

    Raises:
        RequestError: it is not a request, or its text cannot be scored.
    """
    request = ScoreRequest.parse(value)
    try:
        return scorer.score(
            request.text,
            prompt=request.prompt,
            explain=request.explain,
            profile=request.profile,
            features=request.features,
        )
    except (TextError, InvalidProfile) as error:
        raise RequestError(error.code) from None
    except BundleInvalid:  # it has not what profiles need
        raise RequestError("no_adaptation") from None


def expected_error(error: Exception) -> ScorerError:
    """Return an error as the caller may see it; an unexpected one is ``internal``."""
    if isinstance(error, RequestError):
        return error
    import logging  # noqa: PLC0415 - only a failed request needs it

    logging.getLogger(__name__).error("request failed: %s", type(error).__name__)
    return RequestError("internal")


class Application:
    """Answers HTTP requests. Thread-safe.

    Scores need a key, if any are configured; the page, in which a person enters the key, does
    not.
    """

    def __init__(
        self,
        scorer: Scorer,
        *,
        origins: Iterable[str] = ("*",),
        keys: "Iterable[KeyHash]" = (),
        original_answer: bool = False,
    ) -> None:
        """Take the configuration.

        Args:
            scorer: the bundle's.
            origins: web origins that may call from a browser; ``*`` allows all; none if AWS
                handles CORS.
            keys: hashes of the valid API keys; scores need no key if empty.
            original_answer: give scores and errors the form of the original system, unless a
                request prefers all fields.
        """
        self.scorer = scorer
        self._original_answer = original_answer
        self._keys = tuple(keys)
        self._origins = frozenset(origins)
        files = {name: {"GET": partial(serve_file, path=path)} for name, path in static_files()}
        self.routes: Mapping[str, Mapping[str, Endpoint]] = {
            "/": {"GET": serve_page, "POST": self._score},
            "/model/predict": {"POST": self._score},
            "/health": {"GET": self._health},
            "/card": {"GET": self._model_card},
            "/openapi.json": {"GET": self._contract} if original_answer else files["openapi.json"],
            **{f"/static/{name}": methods for name, methods in files.items()},
        }
        self._names = frozenset(name for route in self.routes for name in route.split("/") if name)

    def __call__(self, request: Request) -> Response:
        """Answer a request; no exception escapes."""
        response = self._respond(request)
        headers = {**response.headers, **_SECURITY_HEADERS, **self._origin_headers(request)}
        if response.body:
            headers["Content-Length"] = str(len(response.body))
        body = b"" if request.method == "HEAD" else response.body
        return Response(
            status=response.status, headers=headers, body=body, outcome=response.outcome
        )

    def route_of(self, request: Request) -> str:
        """Return the route of a request; empty for an unknown path."""
        path = request.path
        route = path if path in self.routes else path.removesuffix("/")
        if route in self.routes:
            return route
        # Behind a custom domain or a proxy, a base path comes before the route.
        known = (known for known in self.routes if known != "/" and route.endswith(known))
        return next(known, "/" if is_base_path(request, self._names) else "")

    def answer(self, outcome: Outcome, request: Request | None = None) -> Response:
        """Return the HTTP response with a score or an error, in the form that is configured.

        Args:
            outcome: the score or the error.
            request: that it answers; None if it could not be parsed.
        """
        all_fields = request is not None and prefers_all_fields(request)
        form = original_envelope if self._original_answer and not all_fields else status_and_body
        status, body = form(outcome)
        headers = outcome.headers if isinstance(outcome, RequestError) else {}
        return _json_response(body, status=status, headers=headers, outcome=outcome)

    def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status=204, headers=_CORS_HEADERS)
        try:
            endpoint = self._endpoint(request)
            if request.method == "POST":
                self._check_key(request)
            return endpoint(request)
        except Exception as error:  # noqa: BLE001 - a caller never sees an internal error
            return self.answer(expected_error(error), request)

    def _endpoint(self, request: Request) -> Endpoint:
        methods = self.routes.get(self.route_of(request))
        if methods is None:
            raise RequestError("not_found")
        method = "GET" if request.method == "HEAD" else request.method
        if method not in methods:
            raise RequestError("method_not_allowed", Allow=", ".join(sorted(methods)))
        return methods[method]

    def _check_key(self, request: Request) -> None:
        if not self._keys:
            return
        from essay_scorer.serving.keys import has_valid_key  # noqa: PLC0415 - it loads OpenSSL

        if not has_valid_key(self._keys, request.headers):
            raise RequestError("unauthorised", **{"WWW-Authenticate": "Bearer"})

    def _origin_headers(self, request: Request) -> Mapping[str, str]:
        if "*" in self._origins:
            return {"Access-Control-Allow-Origin": "*"}
        origin = request.headers.get("origin", "")
        if origin in self._origins:
            return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        return {"Vary": "Origin"} if self._origins else {}

    def _score(self, request: Request) -> Response:
        body = decoded_body(request)
        content_type = request.headers.get("content-type", "").partition(";")[0]
        value = parse_json(body, content_type=content_type.strip().lower())
        return self.answer(score_request(self.scorer, value), request)

    def _health(self, _request: Request) -> Response:
        manifest = self.scorer.manifest
        model = {"name": manifest.model.name, "version": manifest.model.version}
        return _json_response({"status": "ok", "model": model, "license": manifest.license})

    def _contract(self, _request: Request) -> Response:
        """Return the OpenAPI document of answers in the original system's form."""
        from essay_scorer.serving.openapi import document  # noqa: PLC0415 - rarely requested

        return _json_response(document(original_answer=True))

    def _model_card(self, _request: Request) -> Response:
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        return Response(status=200, headers=headers, body=self.scorer.model_card().encode())


def _json_response(
    body: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    outcome: Outcome | None = None,
) -> Response:
    fixed = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Response(
        status=status,
        headers={**fixed, **(headers or {})},
        body=json.dumps(body, ensure_ascii=False).encode(),
        outcome=outcome,
    )
