"""The local server: the application behind a socket of this machine."""

import errno
import logging
import secrets
import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from threading import Barrier
from typing import TYPE_CHECKING

from waitress.server import create_server

from essay_scorer.contract import MAX_REQUEST_BYTES
from essay_scorer.errors import AddressInUse, FileError
from essay_scorer.scorer import Scorer
from essay_scorer.serving.application import Application
from essay_scorer.serving.keys import KeyHash
from essay_scorer.serving.messages import Request
from essay_scorer.serving.request_log import RequestLog, Write
from essay_scorer.serving.scheduler import Scheduler

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Twice AWS's limit: a larger body is cut off, a smaller one gets a proper error.
_MAX_TRANSFER_BYTES = 12 * 1024 * 1024
# Texts share the cores through the scheduler; the page and refused requests need no core.
_THREADS = 32
# A text larger than a school essay takes some 80 MB while it is read, and the thread that read
# it keeps part of that, so only two threads read such texts.
_LARGE_REQUEST_BYTES = 16 * 1024
_LARGE_REQUEST_THREADS = 2
# Slow clients must not keep others out.
_MAX_CONNECTIONS = 900  # fewer than the files that a process may have open
_IDLE_TIMEOUT = 60  # seconds without a byte


class LocalServer:
    """Listens from its creation on; ``run`` answers requests."""

    def __init__(
        self,
        scorer: Scorer,
        *,
        host: str = "127.0.0.1",
        port: int = 8000,
        keys: Iterable[KeyHash] = (),
        log: Write = lambda _line: None,
    ) -> None:
        """Listen.

        Args:
            scorer: the bundle's; concurrent essays are scheduled by deadline.
            host: the address to listen on.
            port: 0 chooses a free one.
            keys: hashes of the valid API keys; scores need no key if empty.
            log: takes the lines of the request log.

        Raises:
            AddressInUse: another process uses the port.
            FileError: this machine has no such host or port.
            MemoryError: too little memory to start.
        """
        # A browser opens more connections than there are threads: that is not worth a warning.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        scheduled = scorer.with_scheduler(Scheduler.for_threads(scorer.threads))
        request_log = RequestLog(log, model=scorer.manifest.model)
        listener = _listen(host, port)
        self.host = host
        self.port: int = listener.getsockname()[1]
        try:
            self._server = create_server(
                _wsgi(Application(scheduled, keys=keys), request_log),
                sockets=[listener],
                threads=_THREADS,
                ident=None,
                max_request_body_size=_MAX_TRANSFER_BYTES,
                inbuf_overflow=2 * _MAX_TRANSFER_BYTES,  # an essay is never written to disk
                outbuf_overflow=2 * _MAX_TRANSFER_BYTES,
                connection_limit=_MAX_CONNECTIONS,
                asyncore_use_poll=True,  # select() supports fewer connections
                channel_timeout=_IDLE_TIMEOUT,
            )
        except RuntimeError as error:  # no memory for a thread's stack
            raise MemoryError from error

    @property
    def address(self) -> str:
        """The URL of the page."""
        return f"http://{self.host}:{self.port}/"

    def run(self) -> None:
        """Answer requests until interrupted."""
        self._server.run()


def _wsgi(application: Application, request_log: RequestLog) -> "WSGIApplication":
    """Return the application as a WSGI callable (PEP 3333)."""
    large_requests = _start_threads(_LARGE_REQUEST_THREADS)

    def call(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        started, request = time.perf_counter(), _parse(environ)
        if len(request.body) > _LARGE_REQUEST_BYTES:
            response = large_requests.submit(application, request).result()
        else:
            response = application(request)
        request_log.record(
            [response.outcome],
            entry_point="http",
            status=response.status,
            started=started,
            request_id=secrets.token_hex(8),
            route=application.route_of(request),
            request_bytes=len(request.body),
        )
        status = HTTPStatus(response.status)
        start_response(f"{status.value} {status.phrase}", [*response.headers.items()])
        return [response.body]

    return call


def _start_threads(count: int) -> ThreadPoolExecutor:
    """Return a pool whose threads run already, so that none fails to start when memory is low."""
    pool, ready = ThreadPoolExecutor(count), Barrier(count + 1)
    for _ in range(count):
        pool.submit(ready.wait)
    ready.wait()
    return pool


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
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressInUse(
                f"Port {port} is in use; choose another with --port (PORT= for make)."
            ) from error
        raise FileError(f"This machine cannot listen on {host}:{port}; choose another.") from error
