"""Broken connections and malformed requests: each test checks a row of the page."""

import socket
import struct
import time

import pytest

from .local_server_faults import (
    LONG,
    LONG_BODY,
    MALFORMED,
    NO_LINE,
    PARTIAL,
    RESET,
    SHORT,
    SHORT_BODY,
    TABLE,
    check_next_request,
    connection_to,
    describe,
    post,
    send_bytes,
)
from .server_process import running_server

DISCONNECTED = "nothing: the client is gone"


def test_partial_request() -> None:
    with running_server() as server:
        for part in (b"PO", b"POST / HTTP/1.1\r\nHo", post(LONG.body[:500], len(LONG.body))):
            with connection_to(server.port) as connection:
                connection.sendall(part)
        recovery = check_next_request(server)
        assert (len(server.wait_for_log(1)), server.messages()) == (1, "")
    TABLE.check_row(PARTIAL, caller=DISCONNECTED, logged=NO_LINE, recovery=recovery)


def test_connection_is_reset() -> None:
    with running_server() as server:
        for sent in (LONG.body[:500], LONG.body):
            with connection_to(server.port) as connection:
                connection.sendall(post(sent, len(LONG.body)))
                time.sleep(0.2)
                no_linger = struct.pack("ii", 1, 0)  # closing sends a reset
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        recovery = check_next_request(server)
        statuses = [line["status"] for line in server.wait_for_log(2)]
        assert (len(statuses), server.messages()) == (2, "")
    TABLE.check_row(
        RESET,
        caller=DISCONNECTED,
        logged=f"{NO_LINE} for a partial request; for a complete one its line, {statuses[0]}",
        recovery=recovery,
    )


def test_body_is_too_short() -> None:
    with running_server() as server:
        with connection_to(server.port) as connection:
            connection.sendall(post(SHORT.body, len(SHORT.body) + 10))
            connection.settimeout(1)
            with pytest.raises(TimeoutError):
                connection.recv(1)
        recovery = check_next_request(server)
        assert len(server.wait_for_log(1)) == 1
    TABLE.check_row(
        SHORT_BODY,
        caller="nothing while the rest is missing; the connection is closed after a minute",
        logged=NO_LINE,
        recovery=recovery,
    )


def test_body_is_too_long() -> None:
    with running_server() as server:
        caller = describe(send_bytes(server.port, post(SHORT.body, len(SHORT.body) - 10)))
        recovery = check_next_request(server)
        (line, _) = server.wait_for_log(2)
    TABLE.check_row(
        LONG_BODY,
        caller=f"{caller}, because the rest is cut off",
        logged=f"its line, {line['status']} with `{next(iter(line['errors']))}`",
        recovery=recovery,
    )


MALFORMED_REQUESTS = {
    "bytes": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
    "length that is not a number": post(SHORT.body, "many"),
    "negative length": post(SHORT.body, -1),
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nabcdefghi",
    "huge headers": b"GET / HTTP/1.1\r\nA: " + b"a" * 2**19 + b"\r\n\r\n",
    "invalid chunk": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}


def test_malformed_http() -> None:
    with running_server() as server:
        replies = [send_bytes(server.port, sent) for sent in MALFORMED_REQUESTS.values()]
        recovery = check_next_request(server)
        *lines, _recovered = server.wait_for_log(len(replies) + 1)
        assert server.messages() == ""
    errors = [(reply.status, reply.code) for reply in replies]
    assert [(line["status"], *line["errors"]) for line in lines] == errors
    assert {status // 100 for status, _ in errors} == {4}
    listed = " or ".join(f"{status} `{code}`" for status, code in sorted(set(errors)))
    TABLE.check_row(MALFORMED, caller=listed, logged="its line, with that code", recovery=recovery)
