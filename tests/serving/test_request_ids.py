"""Every response has ``X-Request-Id``: the caller's if it is valid, else one that is in the log."""

import json
import socket
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest

from essay_scorer import Scorer
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.handler import make_handler
from tests.hang import HANG_SECONDS

from .http_calls import Call, Reply
from .logged_function import CONTEXT, LoggedFunction, logged

VALID = ["7", "0b9c4c1e-5d0f-4b8e-9a53-4d3f1f6c6a11", "Root=1-5759e988-bd862e3fe1be46a9", "x" * 128]
INVALID = ["", "two words", "x" * 129, "caf\u00e9", "tab\there"]
CALLS = {
    "score": Call.of({"text": "An essay."}),
    "texts": Call.of({"texts": ["An essay.", ""]}),
    "refused": Call.of({"text": ""}),
    "no JSON": Call(body=b"{"),
    "unknown path": Call(method="GET", path="/nope"),
    "unknown method": Call(method="PUT"),
    "preflight": Call(method="OPTIONS"),
    "page": Call(method="GET"),
    "head": Call(method="HEAD"),
}


def _with_id(call: Call, request_id: str) -> Call:
    return Call(
        method=call.method, path=call.path, body=call.body, headers={"X-Request-Id": request_id}
    )


@pytest.fixture
def function_log(scorer: Scorer) -> LoggedFunction:
    return logged(scorer)


@pytest.mark.parametrize("name", CALLS)
def test_a_sent_id_is_in_every_response_and_in_the_log(
    name: str, function_log: LoggedFunction, port: int
) -> None:
    call = _with_id(CALLS[name], "lesson-7")
    assert call.send(port).headers["x-request-id"] == "lesson-7"
    for event in call.events().values():
        reply = Reply.of(function_log.handler(event, CONTEXT))
        assert reply.headers["x-request-id"] == "lesson-7"
        line = function_log.last()
        assert (line["request_id"], line["invocation_id"]) == ("lesson-7", "1f0c")


@pytest.mark.parametrize("name", CALLS)
def test_without_one_each_response_has_another(name: str, port: int) -> None:
    ids = {CALLS[name].send(port).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    assert "" not in ids


@pytest.mark.parametrize("request_id", VALID)
def test_a_valid_id_is_kept(request_id: str, function_log: LoggedFunction) -> None:
    event = _with_id(CALLS["score"], request_id).function_url()
    reply = Reply.of(function_log.handler(event, CONTEXT))
    assert reply.headers["x-request-id"] == function_log.last()["request_id"] == request_id


@pytest.mark.parametrize("request_id", INVALID)
def test_an_invalid_id_is_replaced(request_id: str, function_log: LoggedFunction) -> None:
    event = _with_id(CALLS["score"], request_id).function_url()
    reply = Reply.of(function_log.handler(event, CONTEXT))
    assert reply.headers["x-request-id"] == function_log.last()["request_id"] == "1"  # AWS's


def test_lambda_uses_the_ids_of_aws_if_none_is_sent(function_log: LoggedFunction) -> None:
    event = CALLS["score"].function_url()
    assert Reply.of(function_log.handler(event, CONTEXT)).headers["x-request-id"] == "1"
    of_balancer: dict[str, Any] = {**event, "requestContext": {**event["requestContext"]}}
    del of_balancer["requestContext"]["requestId"]
    assert Reply.of(function_log.handler(of_balancer, CONTEXT)).headers["x-request-id"] == "1f0c"
    assert "invocation_id" not in function_log.last()  # it is the same


def test_an_event_that_is_no_request_has_one_too(function_log: LoggedFunction) -> None:
    event = {"requestContext": {"requestId": "r-9"}, "version": "3.0"}
    reply = Reply.of(function_log.handler(event, CONTEXT))
    assert (reply.code, reply.headers["x-request-id"]) == ("invalid_event", "r-9")
    assert function_log.last()["request_id"] == "r-9"


def test_a_page_of_another_origin_may_send_and_read_it(scorer: Scorer) -> None:
    origin = "https://school.example"
    for origins, exposed in ((("*",), True), ((origin,), True), (("https://a.example",), False)):
        handler = make_handler(scorer, environment=Environment(origins=origins))
        call = Call(method="OPTIONS", headers={"Origin": origin})
        headers = Reply.of(handler(call.function_url(), None)).headers
        assert ("access-control-expose-headers" in headers) is exposed
        assert "X-Request-Id" in headers["access-control-allow-headers"]


def _exchange(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=HANG_SECONDS) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


MALFORMED = {
    "a header without a colon": (b"GET / HTTP/1.1\r\nno header\r\n\r\n", 400, "malformed_http"),
    # Barely: what the server does not read before it closes resets the connection.
    "large headers": (b"GET / HTTP/1.1\r\nA: " + b"a" * 2**18, 431, "headers_too_large"),
    "another transfer encoding": (
        b"POST / HTTP/1.1\r\nX-Request-Id: r-1\r\nTransfer-Encoding: zip\r\n\r\n",
        400,
        "malformed_http",
    ),
    "a huge body": (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413, "too_large"),
}


def test_what_is_no_valid_http_gets_json_and_a_line_of_the_log() -> None:
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0", "--log"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        port = urlsplit(server.stderr.readline().split()[-1]).port or 0
        try:
            replies = [_exchange(port, sent) for sent, _status, _code in MALFORMED.values()]
        finally:
            server.terminate()
        out, err = server.communicate(timeout=HANG_SECONDS)
    assert (server.returncode, err) == (0, "")
    lines = [json.loads(line) for line in out.splitlines()]
    for reply, line, (_sent, status, code) in zip(replies, lines, MALFORMED.values(), strict=True):
        head, _, body = reply.decode().partition("\r\n\r\n")
        assert head.split()[1] == str(status)
        assert json.loads(body)["error"]["code"] == code
        assert f"X-Request-Id: {line['request_id']}" in head
        assert (line["status"], line["errors"]) == (status, {code: 1})
    assert lines[2]["request_id"] == "r-1"
