"""Faults of the request log: each test checks a row of the page."""

import os
from pathlib import Path

from .local_server_faults import LOG_FULL, LOG_GONE, SHORT, TABLE, check_next_request, send
from .server_process import running_server

LOST = "the line is lost, with a message on standard error"


def test_request_log_on_a_full_disk() -> None:
    with Path("/dev/full").open("wb") as full, running_server(out=full) as server:
        caller = send(SHORT, server.port)
        recovery = check_next_request(server)
        messages = server.messages().splitlines()
    assert messages == ["a line of the request log is lost: No space left on device"] * 2
    TABLE.check_row(LOG_FULL, caller=f"{caller}, unaffected", logged=LOST, recovery=recovery)


def test_request_log_without_a_reader() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as out, running_server(out=out) as server:
        caller = send(SHORT, server.port)
        recovery = check_next_request(server)
        assert "a line of the request log is lost: Broken pipe" in server.messages()
    TABLE.check_row(LOG_GONE, caller=f"{caller}, unaffected", logged=LOST, recovery=recovery)
