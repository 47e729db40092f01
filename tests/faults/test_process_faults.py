"""Faults of the server's process and machine: each test checks a row of the page."""

import json
import os
import resource
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.hang import HANG_SECONDS

from ..serving.http_calls import Call
from .local_server_faults import (
    CLOCK,
    KILLED,
    LONG,
    MEMORY_AT_START,
    MEMORY_IN_REQUEST,
    NEXT_SUCCEEDS,
    NO_LINE,
    RESTART,
    SAME_PORT,
    SHORT,
    TABLE,
    TMP_FULL,
    check_next_request,
    failed_start,
    send,
)
from .server_process import running_server, wait_until

BUSY_SECONDS = 0.1  # of processor time, in which a request is certainly being scored


def test_process_is_killed_during_a_request() -> None:
    with running_server() as server, ThreadPoolExecutor(1) as pool:
        before = SHORT.send(server.port).json
        server.wait_for_log(1)
        used = server.processor_time()
        pending = pool.submit(send, LONG, server.port)
        wait_until(lambda: server.processor_time() > used + BUSY_SECONDS)
        server.kill()
        caller, lines = pending.result(), len(server.log())
    with running_server(port=server.port) as server:  # its port is free at once
        assert SHORT.send(server.port).json == before
    assert lines == 1
    TABLE.check_row(KILLED, caller=caller, logged=NO_LINE, recovery=RESTART)


def test_too_little_memory_to_start() -> None:
    message = next(filter(None, map(_error_with_memory, range(300, 100, -10))))
    TABLE.check_row(
        MEMORY_AT_START,
        caller="connection refused",
        logged=f"one error: *{message}*",
        recovery="it starts with more memory",
    )


def _error_with_memory(megabytes: int) -> str:
    """Return the error of a server with this much address space; empty if it starts."""
    size = megabytes * 2**20

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))

    try:
        with running_server(prepare=limit) as server:
            check_next_request(server)
    except AssertionError:
        return failed_start(prepare=limit)
    return ""


def test_out_of_memory_during_a_request() -> None:
    with running_server() as server:
        check_next_request(server)
        server.limit_address_space(server.address_space() + 2**20)
        caller = send(Call.of({"text": "a b " * 60_000}), server.port)
        assert server.process.wait(60) == -signal.SIGABRT
        assert len(server.log()) == 1
        assert "memory allocation of" in server.messages()
    with running_server(port=server.port) as server:
        assert check_next_request(server)
    TABLE.check_row(
        MEMORY_IN_REQUEST,
        caller=caller,
        logged=f"{NO_LINE}; standard error says how many bytes could not be allocated, "
        "and the process exits",
        recovery=RESTART,
    )


def test_tmp_is_full() -> None:
    reading, writing = os.pipe()  # a pipe may grow where a file may not
    with (
        os.fdopen(writing, "wb") as out,
        os.fdopen(reading, "rb") as log,
        running_server(out=out, TMPDIR="/nowhere") as server,
    ):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, 0))
        caller = send(LONG, server.port)
        line = json.loads(log.readline())
        recovery = check_next_request(server)
    TABLE.check_row(
        TMP_FULL,
        caller=f"{caller}: requests write no files",
        logged=f"its line, {line['status']}",
        recovery=recovery,
    )


# Runs a server whose clock is ahead by the number of seconds in a file.
SHIFTED_CLOCK = """
import sys, time
real, file = time.time, sys.argv.pop(1)
time.time = lambda: real() + float(open(file).read())
from essay_scorer.cli import main
sys.exit(main())
"""


def test_clock_jumps(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    code = ("-c", SHIFTED_CLOCK, str(clock), "serve", "--log")
    with running_server(code=code) as server, ThreadPoolExecutor(1) as pool:
        statuses = [send(SHORT, server.port)]
        used = server.processor_time()
        pending = pool.submit(send, LONG, server.port)
        wait_until(lambda: server.processor_time() > used + BUSY_SECONDS)
        for seconds in (86_400, -86_400):
            replacement = tmp_path / "replacement"
            replacement.write_text(str(seconds))
            replacement.replace(clock)  # atomic: the server may read it at any moment
            statuses.append(send(SHORT, server.port))
        statuses.append(pending.result())
        lines = server.wait_for_log(4)
    assert all(0 < line["duration_ms"] < 1000 * HANG_SECONDS for line in lines)
    assert max(line["time"] for line in lines) - min(line["time"] for line in lines) > 86_400_000
    TABLE.check_row(
        CLOCK,
        caller=f"{', '.join(sorted(set(statuses)))}; running requests continue",
        logged="the clock's time; durations come from the monotonic clock",
        recovery=NEXT_SUCCEEDS,
    )


def test_two_servers_on_one_port() -> None:
    with running_server() as server:
        message = failed_start("--port", str(server.port)).replace(str(server.port), "8000")
        recovery = check_next_request(server)
    TABLE.check_row(
        SAME_PORT,
        caller="the first server's response",
        logged=f"the second server exits with one error: *{message}*",
        recovery=recovery,
    )
