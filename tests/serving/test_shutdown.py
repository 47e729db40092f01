"""SIGTERM stops the local server: requests in flight are finished, and new ones are refused."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from .http_calls import MAX_SECONDS, Call, Reply

LONG = Call.of({"text": "The town should keep its library open on Sundays. " * 1500})


@dataclass
class Server:
    process: "subprocess.Popen[str]"
    port: int

    def in_flight(self) -> float:
        """Return the number of requests in flight, without the one that asks."""
        text = Call(method="GET", path="/metrics").send(self.port).body.decode()
        families = {one.name: one for one in text_string_to_metric_families(text)}
        return families["essay_scorer_requests_in_flight"].samples[0].value - 1

    def stop(self) -> tuple[int, str]:
        """Return the exit status and what was written."""
        self.process.terminate()
        _, err = self.process.communicate(timeout=MAX_SECONDS)
        return self.process.returncode, err


@pytest.fixture
def server() -> Iterator[Server]:
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield Server(process, urlsplit(process.stderr.readline().split()[-1]).port or 0)
        finally:
            process.kill()


def test_an_idle_server_stops_without_a_word(server: Server) -> None:
    assert Call(method="GET", path="/health").send(server.port).status == 200
    assert server.stop() == (0, "")


def test_an_idle_connection_does_not_keep_it(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)):
        assert server.stop() == (0, "")


def test_requests_in_flight_are_answered(server: Server) -> None:
    with ThreadPoolExecutor(4) as threads:
        replies = [threads.submit(LONG.send, server.port) for _ in range(4)]
        while server.in_flight() < len(replies):
            assert not any(reply.done() for reply in replies)
        assert server.stop() == (0, "")
        answers: list[Reply] = [reply.result() for reply in replies]
    assert [answer.status for answer in answers] == [200] * 4
    assert all(answer.json["essay score"] for answer in answers)


def test_a_request_that_is_being_sent_is_answered_and_a_new_connection_refused(
    server: Server,
) -> None:
    body = b'{"text": "The sea is wide, and the sky is blue."}'
    head = b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    with socket.create_connection(("127.0.0.1", server.port), timeout=MAX_SECONDS) as connection:
        connection.sendall(head + body[:9])
        assert Call(method="GET", path="/health").send(server.port).status == 200
        server.process.terminate()
        while _accepts(server.port):
            assert server.process.poll() is None
        connection.sendall(body[9:])
        reply = b"".join(iter(lambda: connection.recv(65536), b""))
    assert reply.startswith(b"HTTP/1.1 200 OK")
    assert b'"essay score"' in reply
    assert server.process.wait(timeout=MAX_SECONDS) == 0


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=MAX_SECONDS).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return False
    return True
