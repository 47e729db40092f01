"""The local server: the wire's routes behind a socket of this machine."""

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
from essay_scorer.serving.app import ERRORS, Application
from essay_scorer.serving.keys import KeyHash
from essay_scorer.serving.messages import Request
from essay_scorer.serving.request_log import RequestLog, Write

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Twice what AWS lets through: a larger body is cut off, a smaller one gets a proper answer.
_TRANSFER_LIMIT = 12 * 1024 * 1024
# Texts share the cores in turns; the page, and what is refused, wait for none of them.
_THREADS = 32
# What is larger than a school essay takes some 80 MB while it is read, and the thread that read
# it keeps part of that: so it is the work of two threads alone.
_LARGE = 16 * 1024  # bytes of a request
_LARGE_AT_ONCE = 2
# Clients that send nothing, or hardly anything, keep no other one out.
_CONNECTIONS = 900  # fewer than a process may have files open
_PATIENCE = 60  # seconds without a byte


class LocalServer:
    """Listens from the moment it is made; answers while it runs.

    Raises:
        AddressInUse: another process has the port.
        FileError: there is no such host or port on this machine.
        MemoryError: there is too little memory to start.
    """

    def __init__(
        self,
        scorer: Scorer,
        *,
        host: str = "127.0.0.1",
        port: int = 8000,
        keys: Iterable[KeyHash] = (),
        log: Write = lambda _line: None,
    ) -> None:
        # A browser asks for more at once than there are threads: that is no fault.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        model = scorer.manifest.model
        journal = RequestLog(log, name=model.name, version=model.version, codes=ERRORS)
        listener = _listen(host, port)
        self.host = host
        self.port: int = listener.getsockname()[1]
        try:
            self._server = create_server(
                _wsgi(Application(scorer, keys=keys), journal),
                sockets=[listener],
                threads=_THREADS,
                ident=None,
                max_request_body_size=_TRANSFER_LIMIT,
                inbuf_overflow=2 * _TRANSFER_LIMIT,  # an essay never touches the disk
                outbuf_overflow=2 * _TRANSFER_LIMIT,
                connection_limit=_CONNECTIONS,
                asyncore_use_poll=True,  # for so many
                channel_timeout=_PATIENCE,
            )
        except RuntimeError as error:  # a thread finds no room for its stack
            raise MemoryError from error

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}/"

    def run(self) -> None:
        """Answer requests until Ctrl-C."""
        self._server.run()


def _wsgi(application: Application, journal: RequestLog) -> "WSGIApplication":
    """Return the application as the server's library calls one (PEP 3333)."""
    large = _workers(_LARGE_AT_ONCE)

    def call(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began, request = time.perf_counter(), _request(environ)
        if len(request.body) > _LARGE:
            response = large.submit(application, request).result()
        else:
            response = application(request)
        journal.note(
            [response.said],
            door="http",
            status=response.status,
            began=began,
            request=secrets.token_hex(8),
            route=application.route_of(request),
            size=len(request.body),
        )
        status = HTTPStatus(response.status)
        start_response(f"{status.value} {status.phrase}", [*response.headers.items()])
        return [response.body]

    return call


def _workers(count: int) -> ThreadPoolExecutor:
    """Return threads that run already, so that none is missing when memory is short."""
    workers, ready = ThreadPoolExecutor(count), Barrier(count + 1)
    for _ in range(count):
        workers.submit(ready.wait)
    ready.wait()
    return workers


def _request(environ: "WSGIEnvironment") -> Request:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name == "CONTENT_TYPE"
    }
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        headers=headers,
        body=environ["wsgi.input"].read(
            MAX_REQUEST_BYTES + 1
        ),  # one byte too many is enough to refuse
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressInUse(
                f"Port {port} is taken; choose another with --port (PORT= for make)."
            ) from error
        raise FileError(f"This machine cannot listen on {host}:{port}; choose another.") from error
