"""The local server: the application behind a socket of this machine."""

import errno
import logging
import socket
import time
from collections.abc import Iterable
from typing import Any, cast

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

from essay_scorer.errors import AddressInUse, FileError
from essay_scorer.scorer import Scorer
from essay_scorer.serving.application import Application
from essay_scorer.serving.keys import KeyHash
from essay_scorer.serving.malformed_http import channel_class
from essay_scorer.serving.request_log import RequestLog, Write
from essay_scorer.serving.scheduler import Scheduler
from essay_scorer.serving.server_metrics import Metrics
from essay_scorer.serving.wsgi import WsgiApplication

# Twice AWS's limit: a larger body is cut off, a smaller one gets a proper error.
_MAX_TRANSFER_BYTES = 12 * 1024 * 1024
# Texts share the cores through the scheduler; the page and refused requests need no core.
_THREADS = 32
# Slow clients must not keep others out.
_MAX_CONNECTIONS = 900  # fewer than the files that a process may have open
_IDLE_TIMEOUT = 60  # seconds without a byte
_MAX_SENDING = 30.0  # seconds for slow clients, once the server is to stop
_POLL = 1.0  # seconds without an event; much shorter while the server stops


class LocalServer:
    """Listens from its creation on; ``run`` answers requests until ``stop`` is called."""

    def __init__(
        self,
        scorer: Scorer,
        *,
        host: str = "127.0.0.1",
        port: int = 8000,
        keys: Iterable[KeyHash] = (),
        cores: int | None = None,
        log: Write = lambda _line: None,
    ) -> None:
        """Listen.

        Args:
            scorer: the bundle's; concurrent essays are scheduled by deadline.
            host: the address to listen on.
            port: 0 chooses a free one.
            keys: hashes of the valid API keys; scores and metrics need no key if empty.
            cores: that texts may use; all that the process has by default.
            log: takes the lines of the request log.

        Raises:
            AddressInUse: another process uses the port.
            FileError: this machine has no such host or port.
            MemoryError: too little memory to start.
        """
        # A browser opens more connections than there are threads: that is not worth a warning.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        scheduler = Scheduler.for_threads(scorer.threads, cores)
        metrics = Metrics(model=scorer.manifest.model, scheduler=scheduler)
        scheduled = scorer.with_scheduler(scheduler)
        application = WsgiApplication(
            application=Application(scheduled, keys=keys, metrics=metrics.serve),
            request_log=RequestLog(log, model=scorer.manifest.model),
            metrics=metrics,
        )
        listener = _listen(host, port)
        self.host = host
        self.port: int = listener.getsockname()[1]
        self._stopping = False
        self._sockets: dict[int, Any] = {}
        self._server = _waitress(application, listener, self._sockets)

    @property
    def address(self) -> str:
        """The URL of the page."""
        return f"http://{self.host}:{self.port}/"

    def run(self) -> None:
        """Answer requests until ``stop`` is called, and finish those in flight."""
        try:
            while not self._stopping:
                self._poll(_POLL)
            self._finish()
        except (SystemExit, KeyboardInterrupt):
            pass
        finally:
            self._server.task_dispatcher.shutdown()

    def stop(self) -> None:
        """Make ``run`` return once the requests in flight are answered.

        Any thread may call it, and a signal handler.
        """
        self._stopping = True
        self._server.pull_trigger()

    def _finish(self) -> None:
        """Accept no more connections, and close each that is open once it has its answers."""
        deadline = time.monotonic() + _MAX_SENDING
        wasyncore.dispatcher.close(self._server)  # its own close() also closes the trigger
        self._poll(_POLL / 10)  # a request may be on its way
        while channels := list(self._server.active_channels.values()):
            self._poll(_POLL / 10)
            is_late = time.monotonic() > deadline
            for channel in channels:
                if not (channel.requests or (_is_sending(channel) and not is_late)):
                    channel.handle_close()

    def _poll(self, timeout: float) -> None:
        wasyncore.loop(timeout=timeout, use_poll=True, map=self._sockets, count=1)


def _is_sending(channel: HTTPChannel) -> bool:
    """Say whether a part of a request, or of a response, is still to be transferred."""
    return bool(channel.request or channel.total_outbufs_len)


def _waitress(
    application: WsgiApplication, listener: socket.socket, sockets: dict[int, Any]
) -> Any:
    """Return the server that answers a listener's requests; ``sockets`` gets what it waits for."""
    try:
        server = create_server(
            application,
            map=sockets,
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
    untyped = cast("Any", server)  # the types of waitress lack most of its attributes
    untyped.channel_class = channel_class(application.reject)
    return untyped


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressInUse(
                f"Port {port} is in use; choose another with --port (PORT= for make)."
            ) from error
        raise FileError(f"This machine cannot listen on {host}:{port}; choose another.") from error
