"""The HTTP application: routes, API keys, CORS and errors, each in one place.

On a laptop, ``serving.server`` puts it behind a socket; in AWS Lambda, ``aws.handler`` puts it
behind the events of a Function URL, an HTTP API or a REST API. So the two cannot disagree.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from essay_scorer.contract import MAX_REQUEST_BYTES, REQUEST_ID_HEADER
from essay_scorer.errors import RequestError
from essay_scorer.scorer import Scorer
from essay_scorer.serving.many import answer_request, expected_error
from essay_scorer.serving.messages import (
    Request,
    Response,
    accepts_html,
    original_envelope,
    prefers_all_fields,
    status_and_body,
)
from essay_scorer.serving.outcomes import Answer, Outcome, outcomes_of
from essay_scorer.serving.score_request import quoted_name
from essay_scorer.serving.static_files import (
    is_base_path,
    serve_file,
    serve_page,
    static_files,
)
from essay_scorer.tables.unique_fields import RepeatedFieldError, unique_fields

if TYPE_CHECKING:
    from essay_scorer.serving.keys import KeyHash

# Content types with which clients send JSON: a bare `curl -d`, fetch without a type, …
_JSON_TYPES = frozenset(
    {"", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain"}
)
_GZIP = zlib.MAX_WBITS | 16
_CORS_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, X-Api-Key, Prefer, "
    + REQUEST_ID_HEADER,
    "Access-Control-Max-Age": "86400",
}
_EXPOSED = {"Access-Control-Expose-Headers": REQUEST_ID_HEADER}
_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types parser",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Endpoint = Callable[[Request], Response]
METRICS_ROUTE = "/metrics"


def parse_json(body: bytes, *, content_type: str) -> Any:
    """Return the JSON value of a body, whatever its content type is.

    Raises:
        RequestError: ``invalid_json``, ``repeated_field``, or ``unsupported_media_type`` if the
            content type rules out JSON.
    """
    try:
        return json.loads(body, object_pairs_hook=unique_fields)
    except RepeatedFieldError as error:
        detail = f'The request has two fields "{quoted_name(error.name)}".'
        raise RequestError("repeated_field", detail=detail) from None
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


class Application:
    """Answers HTTP requests. Thread-safe.

    Scores and metrics need a key, if any are configured; the page, in which a person enters the
    key, does not.
    """

    def __init__(
        self,
        scorer: Scorer,
        *,
        origins: Iterable[str] = ("*",),
        keys: "Iterable[KeyHash]" = (),
        original_answer: bool = False,
        metrics: Endpoint | None = None,
    ) -> None:
        """Take the configuration.

        Args:
            scorer: the bundle's.
            origins: web origins that may call from a browser; ``*`` allows all; none if AWS
                handles CORS.
            keys: hashes of the valid API keys; scores need no key if empty.
            original_answer: give scores and errors the form of the original system, unless a
                request prefers all fields.
            metrics: answers ``GET /metrics``; no such route by default.
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
            "/docs": {"GET": self._contract_page},
            **{f"/static/{name}": methods for name, methods in files.items()},
            **({METRICS_ROUTE: {"GET": metrics}} if metrics else {}),
        }
        self._names = frozenset(name for route in self.routes for name in route.split("/") if name)

    def __call__(self, request: Request) -> Response:
        """Answer a request; no exception escapes."""
        return self._complete(self._respond(request), request)

    def reject(self, error: RequestError, *, request_id: str) -> Response:
        """Return the response to what could not be parsed as an HTTP request."""
        request = Request(method="", path="", headers={}, body=b"", request_id=request_id)
        return self._complete(self._answer(error, request), request)

    def _complete(self, response: Response, request: Request) -> Response:
        """Return a response with the headers that all responses have."""
        origin = self._origin_headers(request)
        headers = {**response.headers, **_SECURITY_HEADERS, **origin}
        if "Vary" in response.headers and "Vary" in origin:
            headers["Vary"] = f"{response.headers['Vary']}, {origin['Vary']}"
        headers[REQUEST_ID_HEADER] = request.request_id
        if response.body:
            headers["Content-Length"] = str(len(response.body))
        body = b"" if request.method == "HEAD" else response.body
        return replace(response, headers=headers, body=body)

    def route_of(self, request: Request) -> str:
        """Return the route of a request; empty for an unknown path."""
        path = request.path
        route = path if path in self.routes else path.removesuffix("/")
        if route in self.routes:
            return route
        # Behind a custom domain or a proxy, a base path comes before the route.
        known = (known for known in self.routes if known != "/" and route.endswith(known))
        return next(known, "/" if is_base_path(request, self._names) else "")

    def _answer(self, answer: Answer, request: Request) -> Response:
        """Return the HTTP response with scores or errors, in the form that is configured."""
        is_original = self._original_answer and not prefers_all_fields(request)
        status, body = (original_envelope if is_original else status_and_body)(answer)
        headers = answer.headers if isinstance(answer, RequestError) else {}
        return _json_response(body, status=status, headers=headers, outcomes=outcomes_of(answer))

    def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status=204, headers=_CORS_HEADERS)
        try:
            endpoint = self._endpoint(request)
            if request.method == "POST" or self.route_of(request) == METRICS_ROUTE:
                self._check_key(request)
            return endpoint(request)
        except Exception as error:  # noqa: BLE001 - a caller never sees an internal error
            return self._answer(expected_error(error), request)

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
            return {"Access-Control-Allow-Origin": "*", **_EXPOSED}
        origin = request.headers.get("origin", "")
        if origin in self._origins:
            return {"Access-Control-Allow-Origin": origin, "Vary": "Origin", **_EXPOSED}
        return {"Vary": "Origin"} if self._origins else {}

    def _score(self, request: Request) -> Response:
        body = decoded_body(request)
        content_type = request.headers.get("content-type", "").partition(";")[0]
        value = parse_json(body, content_type=content_type.strip().lower())
        return self._answer(answer_request(self.scorer, value), request)

    def _health(self, _request: Request) -> Response:
        manifest = self.scorer.manifest
        health: dict[str, Any] = {
            "status": "ok",
            "model": {"name": manifest.model.name, "version": manifest.model.version},
            "license": manifest.license,
        }
        if self.scorer.profile is not None:
            health["profile"] = {"marks": self.scorer.profile.report.marks}
        return _json_response(health)

    def _contract(self, _request: Request) -> Response:
        """Return the OpenAPI document of answers in the original system's form."""
        from essay_scorer.serving.openapi import document  # noqa: PLC0415 - rarely requested

        return _json_response(document(original_answer=True))

    def _contract_page(self, _request: Request) -> Response:
        from essay_scorer.serving.contract_page import contract_page  # noqa: PLC0415 - as above

        headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache"}
        body = contract_page(original_answer=self._original_answer)
        return Response(status=200, headers=headers, body=body)

    def _model_card(self, request: Request) -> Response:
        """Return the model card: a page for a browser, Markdown for everything else."""
        card, is_page = self.scorer.model_card(), accepts_html(request)
        kind = "text/html" if is_page else "text/plain"
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Vary": "Accept"}
        if not is_page:
            return Response(status=200, headers=headers, body=card.encode())
        from essay_scorer.serving.card_page import card_page  # noqa: PLC0415 - as above

        model = self.scorer.manifest.model
        body = card_page(card, model=f"{model.name} {model.version}")
        return Response(status=200, headers=headers, body=body)


def _json_response(
    body: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    outcomes: tuple[Outcome, ...] = (),
) -> Response:
    fixed = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Response(
        status=status,
        headers={**fixed, **(headers or {})},
        body=json.dumps(body, ensure_ascii=False).encode(),
        outcomes=outcomes,
    )
