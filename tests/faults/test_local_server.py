"""What goes wrong around ``essay-scorer serve``: each test writes a row of the page."""

import contextlib
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ..api.requests import Call, Reply
from .page import Table
from .server import Server, running

TABLE = Table("The local server")
SHORT = Call.of({"text": "The town should keep its library, because everybody reads there."})
LONG = Call.of({"text": "The town should keep its library. " * 3000})  # seconds of work

KILLED = "killed in the middle of a request"
PATIENCE = "a client that does not wait for the answer"
MEMORY_START = "too little memory to start"
MEMORY_REQUEST = "memory runs out in a request"
NO_ROOM = "`/tmp` is full"
LOG_FULL = "the disk of the log is full"
LOG_GONE = "the reader of the log is gone"
TRUNCATED = "a file of the model is cut short"
ALTERED = "a file of the model is altered"
BURST = "200 requests at once"
CROWD = "20 long essays at once"
SLOW = "150 clients that send a byte now and then"
HALF = "half a request, then nothing more"
RESET = "the connection is reset"
TOO_LONG = "a body shorter than its `Content-Length`"
TOO_SHORT = "a body longer than its `Content-Length`"
NONSENSE = "what is no HTTP"
CLOCK = "the clock jumps a day ahead, and two back"
SAME_PORT = "a second server on the same port"
FAULTS = (
    KILLED, PATIENCE, MEMORY_START, MEMORY_REQUEST, NO_ROOM, LOG_FULL, LOG_GONE, TRUNCATED, ALTERED,
    BURST, CROWD, SLOW, HALF, RESET, TOO_LONG, TOO_SHORT, NONSENSE, CLOCK, SAME_PORT,
)  # fmt: skip

NOTHING = "nothing of it"
GOES_ON = "the next request is answered"
STARTS = "started again, it gives the same answer"


def _seen(reply: Reply) -> str:
    """Return what a caller gets, in the page's words."""
    if reply.headers.get("content-type") != "application/json":
        return str(reply.status)
    return str(reply.status) if reply.status == 200 else f"{reply.status} `{reply.code}`"


def _send(call: Call, port: int) -> str:
    try:
        return _seen(call.send(port))
    except (http.client.RemoteDisconnected, ConnectionResetError):
        return "the connection closes without an answer"


def _goes_on(server: Server) -> str:
    assert SHORT.send(server.port).status == 200
    assert server.process.poll() is None
    return GOES_ON


@contextlib.contextmanager
def _connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        yield connection


def _raw(port: int, sent: bytes, *, end: bool = False) -> Reply:
    """Send bytes as they are and read the first answer."""
    with _connected(port) as connection:
        connection.sendall(sent)
        if end:
            connection.shutdown(socket.SHUT_WR)
        response = http.client.HTTPResponse(connection)
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(status=response.status, headers=headers, body=response.read())


def _post(body: bytes, length: int | str) -> bytes:
    return f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode() + body


def _start_fails(*options: str, prepare: Callable[[], None] | None = None) -> str:
    """Start a server that cannot start and return its only sentence."""
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0", *options]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=prepare, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    return done.stderr.removeprefix("essay-scorer: ").strip()


def test_killed() -> None:
    with running() as server, ThreadPoolExecutor(1) as pool:
        before = SHORT.send(server.port).json
        server.logged(1)
        asked = pool.submit(_send, LONG, server.port)
        time.sleep(0.5)
        server.kill()
        caller, lines = asked.result(), len(server.log())
    with running(port=server.port) as server:  # its port is free at once
        assert SHORT.send(server.port).json == before
    assert lines == 1
    TABLE.says(KILLED, caller=caller, logged=NOTHING, recovers=STARTS)


def test_client_gives_up() -> None:
    with running() as server:
        with _connected(server.port) as connection:
            connection.sendall(_post(LONG.body, len(LONG.body)))
        recovers = _goes_on(server)  # while the other one is still at work
        statuses = {line["status"] for line in server.logged(2)}
        assert server.complaints() == ""
    TABLE.says(
        PATIENCE,
        caller="its own time-out",
        logged=f"the line of a request that was answered, {statuses.pop()}",
        recovers=recovers + ", at once",
    )


def test_memory_to_start() -> None:
    said = next(filter(None, map(_fails_under, range(300, 100, -10))))
    TABLE.says(
        MEMORY_START,
        caller="no connection",
        logged=f"one sentence: *{said}*",
        recovers="started with more, it answers",
    )


def _fails_under(megabytes: int) -> str:
    """Return what a server says that this much is too little for; nothing of one that runs."""
    size = megabytes * 2**20

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))

    try:
        with running(prepare=limit) as server:
            _goes_on(server)
    except AssertionError:
        return _start_fails(prepare=limit)
    return ""


def test_memory_in_a_request() -> None:
    with running() as server:
        _goes_on(server)
        server.limit_memory(server.memory() + 2**20)
        caller = _send(Call.of({"text": "a b " * 60_000}), server.port)
        assert server.process.wait(60) == -signal.SIGABRT
        assert len(server.log()) == 1
        assert "memory allocation of" in server.complaints()
    with running(port=server.port) as server:
        assert _goes_on(server)
    TABLE.says(
        MEMORY_REQUEST,
        caller=caller,
        logged="nothing of it; standard error says how much could not be had, and the process ends",
        recovers=STARTS,
    )


def test_no_room_for_files() -> None:
    reading, writing = os.pipe()  # where no file may grow, a pipe may
    with (
        os.fdopen(writing, "wb") as out,
        os.fdopen(reading, "rb") as log,
        running(out=out, TMPDIR="/nowhere") as server,
    ):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, 0))
        caller = _send(LONG, server.port)
        line = json.loads(log.readline())
        recovers = _goes_on(server)
    TABLE.says(
        NO_ROOM,
        caller=f"{caller}: no request touches a file",
        logged=f"its line, {line['status']}",
        recovers=recovers,
    )


def test_log_on_a_full_disk() -> None:
    with Path("/dev/full").open("wb") as full, running(out=full) as server:
        caller = _send(SHORT, server.port)
        recovers = _goes_on(server)
        said = server.complaints().splitlines()
    assert said == ["a line of the log is lost: No space left on device"] * 2
    TABLE.says(
        LOG_FULL,
        caller=f"{caller}, as ever",
        logged="the line is lost, and standard error says so",
        recovers=recovers,
    )


def test_log_without_a_reader() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as out, running(out=out) as server:
        caller = _send(SHORT, server.port)
        recovers = _goes_on(server)
        assert "a line of the log is lost: Broken pipe" in server.complaints()
    TABLE.says(
        LOG_GONE,
        caller=f"{caller}, as ever",
        logged="the line is lost, and standard error says so",
        recovers=recovers,
    )


@pytest.fixture
def bundle(shipped: Path, tmp_path: Path) -> Path:
    return shutil.copytree(shipped, tmp_path / "bundle")


def test_a_file_of_the_model_is_cut_short(bundle: Path, shipped: Path) -> None:
    said = set()
    for path in bundle.iterdir():
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        sentence = _start_fails("--bundle", str(bundle))
        assert str(path) in sentence
        said.add(sentence.rpartition("; ")[2])
        path.write_bytes(content)
    with running("--bundle", str(bundle)) as server:
        recovers = _goes_on(server)
    assert recovers
    TABLE.says(
        TRUNCATED,
        caller="no connection; a server that runs already is not touched",
        logged=f"one sentence, which names the file: *{' '.join(said)}*",
        recovers="with the file whole again, it starts",
    )


def test_a_file_of_the_model_is_altered(bundle: Path) -> None:
    path = bundle / "model.onnx.data"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    command = [sys.executable, "-m", "essay_scorer.cli", "bundle", "verify", str(bundle)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert str(path) in done.stderr
    with running("--bundle", str(bundle)) as server:
        caller = _send(SHORT, server.port)
    TABLE.says(
        ALTERED,
        caller=f"{caller}, with whatever the altered numbers give: a start compares sizes alone",
        logged="nothing; `essay-scorer bundle verify` names the file",
        recovers="with the bundle copied again",
    )


def test_a_burst() -> None:
    with running() as server:
        with ThreadPoolExecutor(200) as pool:
            seen = Counter(pool.map(lambda _number: _send(SHORT, server.port), range(200)))
        recovers = _goes_on(server)
        assert len(server.logged(201)) == 201
        assert server.complaints() == ""
    assert seen.total() == 200
    TABLE.says(
        BURST,
        caller=", ".join(f"{count} × {what}" for what, count in seen.items())
        + "; the cores take turns",
        logged="a line for each",
        recovers=recovers,
    )


def test_a_crowd_of_long_essays() -> None:
    page = Call(method="GET")
    through: list[Call] = []

    def send(call: Call) -> str:
        seen = _send(call, server.port)
        through.append(call)
        return seen

    with running() as server, ThreadPoolExecutor(22) as pool:
        asked = [pool.submit(send, LONG) for _ in range(20)]
        time.sleep(1)
        behind = [pool.submit(send, call) for call in (SHORT, page)]
        seen = {one.result() for one in (*asked, *behind)}
        recovers = _goes_on(server)
        assert len(server.logged(23)) == 23
        assert server.peak_memory() < 300 * 2**20  # of two long ones, not of twenty
    assert set(map(id, through[:2])) == {id(SHORT), id(page)}
    TABLE.says(
        CROWD,
        caller=f"each {', '.join(seen)}; a short one and the page, asked behind them, are "
        "answered before any of them",
        logged="a line for each",
        recovers=recovers,
    )


def test_slow_clients() -> None:
    with running() as server, contextlib.ExitStack() as stack:
        slow = [stack.enter_context(_connected(server.port)) for _ in range(150)]
        for byte in b"POST / HT":
            for connection in slow:
                connection.sendall(bytes([byte]))
            assert SHORT.send(server.port).status == 200
        rest = f"TP/1.1\r\nContent-Length: {len(SHORT.body)}\r\n\r\n".encode() + SHORT.body
        slow[0].sendall(rest)
        response = http.client.HTTPResponse(slow[0])
        response.begin()
        assert server.complaints() == ""
    TABLE.says(
        SLOW,
        caller=f"each {response.status} when it is through; others are answered meanwhile",
        logged="a line for each that is through",
        recovers="a connection is closed a minute after its last byte",
    )


def test_half_a_request() -> None:
    with running() as server:
        for part in (b"PO", b"POST / HTTP/1.1\r\nHo", _post(LONG.body[:500], len(LONG.body))):
            with _connected(server.port) as connection:
                connection.sendall(part)
        recovers = _goes_on(server)
        assert (len(server.logged(1)), server.complaints()) == (1, "")
    TABLE.says(HALF, caller="nothing: it went away", logged=NOTHING, recovers=recovers)


def test_a_reset_connection() -> None:
    with running() as server:
        for sent in (LONG.body[:500], LONG.body):
            with _connected(server.port) as connection:
                connection.sendall(_post(sent, len(LONG.body)))
                time.sleep(0.2)
                at_once = struct.pack("ii", 1, 0)  # closing sends a reset
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        recovers = _goes_on(server)
        statuses = [line["status"] for line in server.logged(2)]
        assert (len(statuses), server.complaints()) == (2, "")
    TABLE.says(
        RESET,
        caller="nothing: it went away",
        logged=f"nothing of half a request; of a whole one its line, {statuses[0]}",
        recovers=recovers,
    )


def test_a_body_that_is_too_short() -> None:
    with running() as server:
        with _connected(server.port) as connection:
            connection.sendall(_post(SHORT.body, len(SHORT.body) + 10))
            connection.settimeout(1)
            with pytest.raises(TimeoutError):
                connection.recv(1)
        recovers = _goes_on(server)
        assert len(server.logged(1)) == 1
    TABLE.says(
        TOO_LONG,
        caller="nothing while the rest is missing; after a minute the connection is closed",
        logged=NOTHING,
        recovers=recovers,
    )


def test_a_body_that_is_too_long() -> None:
    with running() as server:
        caller = _seen(_raw(server.port, _post(SHORT.body, len(SHORT.body) - 10)))
        recovers = _goes_on(server)
        (line, _) = server.logged(2)
    TABLE.says(
        TOO_SHORT,
        caller=f"{caller}, since it is cut off there",
        logged=f"a line, {line['status']} with `{next(iter(line['errors']))}`",
        recovers=recovers,
    )


GARBAGE = {
    "bytes": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
    "no length": _post(SHORT.body, "many"),
    "a negative length": _post(SHORT.body, -1),
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nabcdefghi",
    "endless headers": b"GET / HTTP/1.1\r\nA: " + b"a" * 2**19 + b"\r\n\r\n",
    "no chunk": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}


def test_what_is_no_http() -> None:
    with running() as server:
        statuses = {name: _raw(server.port, sent).status for name, sent in GARBAGE.items()}
        recovers = _goes_on(server)
        assert len(server.logged(1)) == 1
        assert server.complaints() == ""
    assert {status // 100 for status in statuses.values()} == {4}
    kinds = " or ".join(map(str, sorted(set(statuses.values()))))
    TABLE.says(NONSENSE, caller=f"{kinds}, as plain text", logged=NOTHING, recovers=recovers)


# A server in whose process it is later by as many seconds as a file says.
LATER = """
import sys, time
real, file = time.time, sys.argv.pop(1)
time.time = lambda: real() + float(open(file).read())
from essay_scorer.cli import main
sys.exit(main())
"""


def test_the_clock_jumps(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    code = ("-c", LATER, str(clock), "serve", "--log")
    with running(code=code) as server, ThreadPoolExecutor(1) as pool:
        seen = [_send(SHORT, server.port)]
        long = pool.submit(_send, LONG, server.port)
        time.sleep(0.3)
        for seconds in (86_400, -86_400):
            later = tmp_path / "later"
            later.write_text(str(seconds))
            later.replace(clock)  # at once: the server reads it at any moment
            seen.append(_send(SHORT, server.port))
        seen.append(long.result())
        lines = server.logged(4)
    assert all(0 < line["milliseconds"] < 60_000 for line in lines)
    assert max(line["time"] for line in lines) - min(line["time"] for line in lines) > 86_400_000
    TABLE.says(
        CLOCK,
        caller=f"{', '.join(sorted(set(seen)))}; a request that is worked on goes on",
        logged="the clock's time; what a request took is measured by another clock",
        recovers=GOES_ON,
    )


def test_two_servers_on_one_port() -> None:
    with running() as server:
        said = _start_fails("--port", str(server.port)).replace(str(server.port), "8000")
        recovers = _goes_on(server)
    TABLE.says(
        SAME_PORT,
        caller="the first one's answers",
        logged=f"the second ends with one sentence: *{said}*",
        recovers=recovers,
    )


def test_the_page_has_these_faults_and_no_others() -> None:
    TABLE.has_only(FAULTS)
