"""Nothing that a caller wrote is logged: not by the function, not by the local server."""

import http.client
import json
import logging
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from essay_scorer import Scorer
from essay_scorer.errors import BatchError
from essay_scorer.serving.keys import KeyHash, generate_key
from tests.hang import HANG_SECONDS

from .logged_function import CALLS, CONTEXT, ESSAY, EVENTS, MARK, broken_scorer, logged


def _every_event() -> Iterator[Any]:
    yield from EVENTS.values()
    for call in CALLS.values():
        yield from call.events().values()


@pytest.mark.parametrize("state", ["working", "broken", "locked"])
def test_a_function_logs_nothing_that_a_caller_wrote(
    scorer: Scorer,
    state: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    keys = (KeyHash.of(generate_key()),) if state == "locked" else ()
    function = logged(broken_scorer(scorer) if state == "broken" else scorer, keys=keys)
    written: list[str] = []
    with caplog.at_level(logging.DEBUG):
        for event in _every_event():
            try:
                function.handler(event, CONTEXT)
            except BatchError as error:  # AWS logs it with its traceback
                written += traceback.format_exception(error)
    assert function.lines
    written += [*function.lines, caplog.text, *capfd.readouterr()]
    assert MARK.lower() not in "".join(written).lower()


@dataclass
class Server:
    """A local server that logs its requests."""

    process: "subprocess.Popen[bytes]"
    port: int

    def disconnect_during_a_request(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HANG_SECONDS)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", "100000")
        connection.endheaders(ESSAY.encode())
        connection.close()

    def stop(self) -> bytes:
        self.process.kill()
        out, err = self.process.communicate(timeout=HANG_SECONDS)
        return out + err


def test_the_local_server_logs_nothing_that_a_caller_wrote() -> None:
    command = [sys.executable, "-X", "dev", "-W", "ignore", "-m", "essay_scorer.cli"]
    command += ["serve", "--port", "0", "--log"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        address = process.stderr.readline().decode().split()[-1]
        server = Server(process, urlsplit(address).port or 0)
        try:
            statuses = [call.send(server.port).status for call in CALLS.values()]
            server.disconnect_during_a_request()
            assert CALLS["page"].send(server.port).status == 200  # it still answers
        finally:
            written = server.stop()
    lines = [json.loads(line) for line in written.splitlines() if line.startswith(b"{")]
    assert [line["status"] for line in lines][: len(statuses)] == statuses
    assert MARK.lower().encode() not in written.lower()
