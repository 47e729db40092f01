"""The request log: what it contains, and that it never quotes a caller."""

import http.client
import json
import logging
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from essay_scorer import Scorer
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.handler import Handler, make_handler
from essay_scorer.errors import BatchError
from essay_scorer.serving.keys import KeyHash, generate_key
from essay_scorer.serving.request_log import RequestLog

from .http_calls import Call

MARK = "Zyxwvut"
ESSAY = f"{MARK} went to the library, and {MARK} read about the sea until it was dark. " * 3
GOOD = {"text": ESSAY, "prompt": f"Write about {MARK}.", "explain": True}
CONTEXT = SimpleNamespace(aws_request_id="1f0c")
KEYED = {"X-Api-Key": MARK, "Authorization": f"Bearer {MARK}", "Origin": MARK}

CALLS = {
    "good": Call.of(GOOD),
    "page": Call(method="GET", path="/", headers={"Cookie": MARK}),
    "unknown path": Call.of(GOOD, path=f"/{MARK}"),
    "unknown method": Call.of(GOOD, method=MARK.upper()),
    "no JSON": Call(body=ESSAY.encode()),
    "truncated JSON": Call(body=json.dumps(GOOD).encode()[:-9]),
    "no text": Call.of({MARK: ESSAY}),
    "not a string": Call.of({"text": [ESSAY]}),
    "too large": Call.of({"text": ESSAY * 3000}),
    "compressed": Call.of(GOOD, headers={"Content-Encoding": MARK}),
    "another content type": Call(body=ESSAY.encode(), headers={"Content-Type": f"image/{MARK}"}),
    "invalid key": Call.of(GOOD, headers=KEYED),
    "surrogates": Call(body=b'{"text": "' + MARK.encode() + b' \\ud800 \\u0000"}'),
}
EVENTS: dict[str, Any] = {
    "direct": GOOD,
    "direct, no text": {MARK: ESSAY},
    "direct, not an object": ESSAY,
    "batch": {"Items": [{"n": 0, "item": GOOD}, {"n": 1, "item": {"error": MARK}}]},
    "invalid batch": {"Items": [{"n": MARK, "item": ESSAY}, {"n": 2, "item": [ESSAY]}]},
    "not an HTTP request": {"requestContext": {MARK: ESSAY}, "version": "2.0", "body": ESSAY},
    "unknown version": {"requestContext": {}, "version": MARK, "body": ESSAY},
    "not base64": {**CALLS["good"].function_url(), "body": ESSAY},
}


class Broken(Scorer):
    """A scorer with a bug, whose message quotes the essay."""

    def score(self, text: str, **_: object) -> None:  # type: ignore[override]
        raise RuntimeError(text)


@dataclass
class LoggedFunction:
    """A function, and the lines of its request log."""

    handler: Handler
    lines: list[str]

    def last(self) -> dict[str, Any]:
        table: dict[str, Any] = json.loads(self.lines[-1])
        return table


def _logged(scorer: Scorer, *, keys: tuple[KeyHash, ...] = (), name: str = "") -> LoggedFunction:
    lines: list[str] = []
    environment = Environment(keys=keys, function=name)
    return LoggedFunction(make_handler(scorer, environment=environment, log=lines.append), lines)


@pytest.fixture
def function_log(scorer: Scorer) -> LoggedFunction:
    return _logged(scorer, name="school")


@pytest.fixture
def broken(scorer: Scorer) -> Scorer:
    return Broken(manifest=scorer.manifest, reader=None)  # type: ignore[arg-type]


def _every_event() -> Iterator[Any]:
    yield from EVENTS.values()
    for call in CALLS.values():
        yield from call.events().values()


@pytest.mark.parametrize("state", ["working", "broken", "locked"])
def test_a_function_logs_nothing_that_a_caller_wrote(
    scorer: Scorer,
    broken: Scorer,
    state: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    keys = (KeyHash.of(generate_key()),) if state == "locked" else ()
    logged = _logged(broken if state == "broken" else scorer, keys=keys)
    written: list[str] = []
    with caplog.at_level(logging.DEBUG):
        for event in _every_event():
            try:
                logged.handler(event, CONTEXT)
            except BatchError as error:  # AWS logs it with its traceback
                written += traceback.format_exception(error)
    assert logged.lines
    written += [*logged.lines, caplog.text, *capfd.readouterr()]
    assert MARK.lower() not in "".join(written).lower()


def test_each_event_is_one_line_with_its_outcome(function_log: LoggedFunction) -> None:
    call = CALLS["good"]
    function_log.handler(call.function_url(), CONTEXT)
    line = function_log.last()
    assert len(function_log.lines) == 1
    assert function_log.lines[0].endswith("}\n")
    assert line["request_id"] == "1f0c"
    assert (line["entry_point"], line["route"], line["status"]) == ("http", "/", 200)
    assert line["level"] == "INFO"
    assert line["request_bytes"] == len(call.body)
    assert line["duration_ms"] > 0
    assert {"model", "version"} <= line.keys()


def test_scores_and_flags_become_metrics_of_the_function(function_log: LoggedFunction) -> None:
    said = function_log.handler(GOOD, CONTEXT)["body"]
    line = function_log.last()
    assert said["flags"]
    assert line["score"] == [said["essay score"]]
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    names = {metric["Name"] for metric in directive["Metrics"]}
    assert names == {"score", "review", "flagged", *(f"flag_{flag}" for flag in said["flags"])}
    assert directive["Dimensions"] == [["function"]]
    assert line["function"] == "school"
    assert all(line[name] for name in names - {"review"})


def test_an_error_is_logged_by_its_code_and_is_not_a_metric(function_log: LoggedFunction) -> None:
    function_log.handler(CALLS["not a string"].function_url(), CONTEXT)
    line = function_log.last()
    assert (line["status"], line["errors"]) == (422, {"text_not_a_string": 1})
    assert "_aws" not in line


def test_an_unknown_code_is_not_logged(function_log: LoggedFunction) -> None:
    function_log.handler(EVENTS["batch"], CONTEXT)
    assert function_log.last()["errors"] == {"other": 1}


def test_an_internal_error_has_the_level_error(broken: Scorer) -> None:
    logged = _logged(broken)
    assert logged.handler(GOOD, CONTEXT)["statusCode"] == 500
    assert (logged.last()["level"], logged.last()["errors"]) == ("ERROR", {"internal": 1})


def test_a_line_has_at_most_100_values(scorer: Scorer) -> None:
    lines: list[str] = []
    request_log = RequestLog(lines.append, model=scorer.manifest.model, function="school")
    one = replace(scorer.score("An essay."), flags=("gibberish",), review=True)
    request_log.record([one] * 250, entry_point="batch", status=200, started=0)
    assert [len(json.loads(line)["score"]) for line in lines] == [100, 100, 50]
    for count in ("flag_gibberish", "flagged", "review"):
        assert sum(json.loads(line)[count] for line in lines) == 250


@dataclass
class Server:
    """A local server that logs its requests."""

    process: "subprocess.Popen[bytes]"
    port: int

    def disconnect_during_a_request(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", "100000")
        connection.endheaders(ESSAY.encode())
        connection.close()

    def stop(self) -> bytes:
        self.process.kill()
        out, err = self.process.communicate(timeout=60)
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
