"""The local server: the wire's routes behind a socket of this machine."""

import errno
import socket

from waitress.server import create_server

from .api import Application
from .errors import AddressInUse, FileError
from .scorer import Scorer

# Twice what AWS lets through: a larger body is cut off, a smaller one gets a proper answer.
_BODY_LIMIT = 12 * 1024 * 1024


class LocalServer:
    """Listens from the moment it is made; answers while it runs.

    Raises:
        AddressInUse: another process has the port.
        FileError: there is no such host or port on this machine.
    """

    def __init__(self, scorer: Scorer, *, host: str = "127.0.0.1", port: int = 8000) -> None:
        listener = _listen(host, port)
        self.host = host
        self.port: int = listener.getsockname()[1]
        self._server = create_server(
            Application(scorer),
            sockets=[listener],
            threads=4,
            ident=None,
            max_request_body_size=_BODY_LIMIT,
            inbuf_overflow=2 * _BODY_LIMIT,  # an essay never touches the disk
        )

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}/"

    def run(self) -> None:
        """Answer requests until Ctrl-C."""
        self._server.run()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressInUse(
                f"Port {port} is taken; choose another with --port (PORT= for make)."
            ) from error
        raise FileError(f"This machine cannot listen on {host}:{port}; choose another.") from error
