"""The faults of the local server, and helpers shared by the tests of them."""

import contextlib
import http.client
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

from tests.hang import HANG_SECONDS

from ..serving.http_calls import Call, Reply
from .page import Table
from .server_process import ServerProcess

TABLE = Table("The local server")
SHORT = Call.of({"text": "The town should keep its library, because everybody reads there."})
LONG = Call.of({"text": "The town should keep its library. " * 3000})  # seconds of work

KILLED = "the process is killed during a request"
CLIENT_TIMEOUT = "the client times out"
MEMORY_AT_START = "too little memory to start"
MEMORY_IN_REQUEST = "out of memory during a request"
TMP_FULL = "`/tmp` is full"
LOG_FULL = "the request log's disk is full"
LOG_GONE = "the request log's reader is gone"
TRUNCATED = "a file of the bundle is truncated"
ALTERED = "a file of the bundle is altered"
BURST = "200 concurrent requests"
LONG_ESSAYS = "20 concurrent long essays"
SLOW_CLIENTS = "150 clients that send a byte now and then"
PARTIAL = "a partial request"
RESET = "the connection is reset"
SHORT_BODY = "a body shorter than its `Content-Length`"
LONG_BODY = "a body longer than its `Content-Length`"
MALFORMED = "malformed HTTP"
CLOCK = "the clock jumps one day ahead, then two days back"
SAME_PORT = "a second server on the same port"
FAULTS = (
    KILLED, CLIENT_TIMEOUT, MEMORY_AT_START, MEMORY_IN_REQUEST, TMP_FULL, LOG_FULL, LOG_GONE,
    TRUNCATED, ALTERED, BURST, LONG_ESSAYS, SLOW_CLIENTS, PARTIAL, RESET, SHORT_BODY, LONG_BODY,
    MALFORMED, CLOCK, SAME_PORT,
)  # fmt: skip

NO_LINE = "no line"
NEXT_SUCCEEDS = "the next request succeeds"
RESTART = "after a restart, the response is the same"


def describe(reply: Reply) -> str:
    """Return a reply as the page writes it: its status, and the code of an error."""
    if reply.headers.get("content-type") != "application/json":
        return str(reply.status)
    return str(reply.status) if reply.status == 200 else f"{reply.status} `{reply.code}`"


def send(call: Call, port: int) -> str:
    """Send a request and return what the caller gets, as the page writes it."""
    try:
        return describe(call.send(port))
    except (http.client.RemoteDisconnected, ConnectionResetError):
        return "the connection closes without a response"


def check_next_request(server: ServerProcess) -> str:
    """Check that the server still answers, and say so as the page writes it."""
    assert SHORT.send(server.port).status == 200
    assert server.process.poll() is None
    return NEXT_SUCCEEDS


@contextlib.contextmanager
def connection_to(port: int) -> Iterator[socket.socket]:
    """Hold a connection to the server."""
    with socket.create_connection(("127.0.0.1", port), timeout=HANG_SECONDS) as connection:
        yield connection


def post(body: bytes, length: int | str) -> bytes:
    """Return the bytes of a POST request with this ``Content-Length``."""
    return f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode() + body


def send_bytes(port: int, sent: bytes) -> Reply:
    """Send bytes as they are and read the first response."""
    with connection_to(port) as connection:
        connection.sendall(sent)
        response = http.client.HTTPResponse(connection)
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(status=response.status, headers=headers, body=response.read())


def failed_start(*options: str, prepare: Callable[[], None] | None = None) -> str:
    """Start a server that cannot start and return its error, which must be one line."""
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0", *options]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=prepare,
        timeout=HANG_SECONDS,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    return done.stderr.removeprefix("essay-scorer: ").strip()
