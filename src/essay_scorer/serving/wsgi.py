"""The application as a WSGI callable (PEP 3333), with its request log and its metrics."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Barrier
from typing import TYPE_CHECKING

from essay_scorer.contract import MAX_REQUEST_BYTES, REQUEST_ID_HEADER
from essay_scorer.errors import RequestError
from essay_scorer.serving.application import Application
from essay_scorer.serving.messages import Request, Response
from essay_scorer.serving.request_ids import choose_request_id
from essay_scorer.serving.request_log import RequestLog
from essay_scorer.serving.server_metrics import Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# A text larger than a school essay takes some 80 MB while it is read, and the thread that read
# it keeps part of that, so only two threads read such texts.
_LARGE_REQUEST_BYTES = 16 * 1024
_LARGE_REQUEST_THREADS = 2
_ID_FIELD = REQUEST_ID_HEADER.lower()


def _start_threads(count: int = _LARGE_REQUEST_THREADS) -> ThreadPoolExecutor:
    """Return a pool whose threads run already, so that none fails to start when memory is low."""
    pool, ready = ThreadPoolExecutor(count), Barrier(count + 1)
    for _ in range(count):
        pool.submit(ready.wait)
    ready.wait()
    return pool


@dataclass(frozen=True, kw_only=True)
class WsgiApplication:
    """Answers requests of a WSGI server, logs and counts them. Thread-safe.

    Attributes:
        application: that answers.
        request_log: gets a line per request.
        metrics: count the requests.
    """

    application: Application
    request_log: RequestLog
    metrics: Metrics
    _large_requests: ThreadPoolExecutor = field(default_factory=_start_threads)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        started = time.perf_counter()
        with self.metrics.in_flight():
            request = _parse(environ)
            if len(request.body) > _LARGE_REQUEST_BYTES:
                response = self._large_requests.submit(self.application, request).result()
            else:
                response = self.application(request)
        route = self.application.route_of(request)
        self._record(response, request.request_id, started, route, len(request.body))
        status = HTTPStatus(response.status)
        start_response(f"{status.value} {status.phrase}", [*response.headers.items()])
        return [response.body]

    def reject(self, code: str, sent_id: str | None) -> Response:
        """Return the response to what is not a valid HTTP request.

        Args:
            code: of the error.
            sent_id: the request's ID, if it could be read.
        """
        started, request_id = time.perf_counter(), choose_request_id([sent_id])
        response = self.application.reject(RequestError(code), request_id=request_id)
        self._record(response, request_id, started)
        return response

    def _record(
        self,
        response: Response,
        request_id: str,
        started: float,
        route: str = "",
        request_bytes: int | None = None,
    ) -> None:
        seconds = time.perf_counter() - started
        self.metrics.record(response, route=route, seconds=seconds)
        self.request_log.record(
            response.outcomes,
            entry_point="http",
            status=response.status,
            started=started,
            request_id=request_id,
            route=route,
            request_bytes=request_bytes,
        )


def _parse(environ: "WSGIEnvironment") -> Request:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name == "CONTENT_TYPE"
    }
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        headers=headers,
        body=environ["wsgi.input"].read(MAX_REQUEST_BYTES + 1),  # one byte more is refused
        request_id=choose_request_id([headers.get(_ID_FIELD)]),
    )
