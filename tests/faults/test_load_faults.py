"""Faults under load, and slow clients: each test checks a row of the page."""

import contextlib
import http.client
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from ..serving.http_calls import Call
from .local_server_faults import (
    BURST,
    CLIENT_TIMEOUT,
    LONG,
    LONG_ESSAYS,
    SHORT,
    SLOW_CLIENTS,
    TABLE,
    check_next_request,
    connection_to,
    post,
    send,
)
from .server_process import running_server

ONE_LINE_EACH = "one line each"


def test_client_times_out() -> None:
    with running_server() as server:
        with connection_to(server.port) as connection:
            connection.sendall(post(LONG.body, len(LONG.body)))
        recovery = check_next_request(server)  # while the first request still runs
        statuses = {line["status"] for line in server.wait_for_log(2)}
        assert server.messages() == ""
    TABLE.check_row(
        CLIENT_TIMEOUT,
        caller="its own timeout",
        logged=f"the line of a completed request, {statuses.pop()}",
        recovery=recovery + ", at once",
    )


def test_burst() -> None:
    with running_server() as server:
        with ThreadPoolExecutor(200) as pool:
            replies = Counter(pool.map(lambda _number: send(SHORT, server.port), range(200)))
        recovery = check_next_request(server)
        assert len(server.wait_for_log(201)) == 201
        assert server.messages() == ""
    assert replies.total() == 200
    counts = ", ".join(f"{count} × {reply}" for reply, count in replies.items())
    TABLE.check_row(
        BURST,
        caller=f"{counts}; they share the cores",
        logged=ONE_LINE_EACH,
        recovery=recovery,
    )


def test_long_essays() -> None:
    page = Call(method="GET")
    finished: list[Call] = []

    def send_and_record(call: Call) -> str:
        reply = send(call, server.port)
        finished.append(call)
        return reply

    with running_server() as server, ThreadPoolExecutor(22) as pool:
        pending = [pool.submit(send_and_record, LONG) for _ in range(20)]
        time.sleep(1)
        later = [pool.submit(send_and_record, call) for call in (SHORT, page)]
        replies = {one.result() for one in (*pending, *later)}
        recovery = check_next_request(server)
        assert len(server.wait_for_log(23)) == 23
        assert server.peak_memory() < 300 * 2**20  # of two long ones, not of twenty
    assert set(map(id, finished[:2])) == {id(SHORT), id(page)}
    TABLE.check_row(
        LONG_ESSAYS,
        caller=f"{', '.join(replies)} each; a short essay and the page, requested after them, "
        "are answered first",
        logged=ONE_LINE_EACH,
        recovery=recovery,
    )


def test_slow_clients() -> None:
    with running_server() as server, contextlib.ExitStack() as stack:
        slow = [stack.enter_context(connection_to(server.port)) for _ in range(150)]
        for byte in b"POST / HT":
            for connection in slow:
                connection.sendall(bytes([byte]))
            assert SHORT.send(server.port).status == 200
        rest = f"TP/1.1\r\nContent-Length: {len(SHORT.body)}\r\n\r\n".encode() + SHORT.body
        slow[0].sendall(rest)
        response = http.client.HTTPResponse(slow[0])
        response.begin()
        assert server.messages() == ""
    TABLE.check_row(
        SLOW_CLIENTS,
        caller=f"{response.status} each, once the request is complete; other requests are "
        "answered meanwhile",
        logged="one line per complete request",
        recovery="a connection is closed after a minute without a byte",
    )
