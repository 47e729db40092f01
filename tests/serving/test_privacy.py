"""What is written while essays come and go: figures about each, and not a word of any."""

import http.client
import json
import logging
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from essay_scorer import Scorer
from essay_scorer.serving.keys import KeyHash, generate_key
from essay_scorer.serving.app import ERRORS
from essay_scorer.errors import BatchError
from essay_scorer.aws.handler import Handler, make_handler
from essay_scorer.serving.request_log import RequestLog

from .requests import Call

MARK = "Zyxwvut"
ESSAY = f"{MARK} went to the library, and {MARK} read about the sea until it was dark. " * 3
GOOD = {"text": ESSAY, "prompt": f"Write about {MARK}.", "explain": True}
CONTEXT = SimpleNamespace(aws_request_id="1f0c")
KEYED = {"X-Api-Key": MARK, "Authorization": f"Bearer {MARK}", "Origin": MARK}

CALLS = {
    "good": Call.of(GOOD),
    "page": Call(method="GET", path="/", headers={"Cookie": MARK}),
    "no such path": Call.of(GOOD, path=f"/{MARK}"),
    "no such method": Call.of(GOOD, method=MARK.upper()),
    "no JSON": Call(body=ESSAY.encode()),
    "half a JSON": Call(body=json.dumps(GOOD).encode()[:-9]),
    "no text": Call.of({MARK: ESSAY}),
    "no string": Call.of({"text": [ESSAY]}),
    "too large": Call.of({"text": ESSAY * 3000}),
    "compressed": Call.of(GOOD, headers={"Content-Encoding": MARK}),
    "of another type": Call(body=ESSAY.encode(), headers={"Content-Type": f"image/{MARK}"}),
    "with what is no key": Call.of(GOOD, headers=KEYED),
    "surrogates": Call(body=b'{"text": "' + MARK.encode() + b' \\ud800 \\u0000"}'),
}
EVENTS: dict[str, Any] = {
    "direct": GOOD,
    "direct, no text": {MARK: ESSAY},
    "direct, no object": ESSAY,
    "batch": {"Items": [{"n": 0, "item": GOOD}, {"n": 1, "item": {"error": MARK}}]},
    "batch of what is none": {"Items": [{"n": MARK, "item": ESSAY}, {"n": 2, "item": [ESSAY]}]},
    "no HTTP request": {"requestContext": {MARK: ESSAY}, "version": "2.0", "body": ESSAY},
    "no such version": {"requestContext": {}, "version": MARK, "body": ESSAY},
    "no base64": {**CALLS["good"].function_url(), "body": ESSAY},
}


class Broken(Scorer):
    """A scorer that fails as only a bug would, with the essay's text in its message."""

    def score(self, text: str, **_: object) -> None:  # type: ignore[override]
        raise RuntimeError(text)


@dataclass
class Door:
    """A function, and what it has written."""

    handler: Handler
    lines: list[str]

    def last(self) -> dict[str, Any]:
        table: dict[str, Any] = json.loads(self.lines[-1])
        return table


def _door(scorer: Scorer, *, keys: tuple[KeyHash, ...] = ()) -> Door:
    lines: list[str] = []
    return Door(make_handler(scorer, keys=keys, log=lines.append), lines)


@pytest.fixture
def door(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "school")
    return _door(scorer)


@pytest.fixture
def broken(scorer: Scorer) -> Scorer:
    return Broken(manifest=scorer.manifest, reader=None)  # type: ignore[arg-type]


def _every_event() -> Iterator[Any]:
    yield from EVENTS.values()
    for call in CALLS.values():
        yield from call.events().values()


@pytest.mark.parametrize("state", ["sound", "broken", "locked"])
def test_nothing_that_a_function_writes_holds_what_a_caller_wrote(
    scorer: Scorer,
    broken: Scorer,
    state: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    keys = (KeyHash.of(generate_key()),) if state == "locked" else ()
    door = _door(broken if state == "broken" else scorer, keys=keys)
    written: list[str] = []
    with caplog.at_level(logging.DEBUG):
        for event in _every_event():
            try:
                door.handler(event, CONTEXT)
            except BatchError as error:  # AWS logs it with its trace
                written += traceback.format_exception(error)
    assert door.lines
    written += [*door.lines, caplog.text, *capfd.readouterr()]
    assert MARK.lower() not in "".join(written).lower()


def test_each_event_is_one_line_that_says_what_became_of_it(door: Door) -> None:
    call = CALLS["good"]
    door.handler(call.function_url(), CONTEXT)
    line = door.last()
    assert len(door.lines) == 1
    assert door.lines[0].endswith("}\n")
    assert line["request"] == "1f0c"
    assert (line["door"], line["route"], line["status"]) == ("http", "/", 200)
    assert line["level"] == "INFO"
    assert line["bytes"] == len(call.body)
    assert line["milliseconds"] > 0
    assert {"model", "version"} <= line.keys()


def test_scores_and_flags_become_metrics_of_the_function(door: Door) -> None:
    said = door.handler(GOOD, CONTEXT)["body"]
    line = door.last()
    assert said["flags"]
    assert line["score"] == [said["essay score"]]
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    names = {metric["Name"] for metric in directive["Metrics"]}
    assert names == {"score", "review", "flagged", *(f"flag_{flag}" for flag in said["flags"])}
    assert directive["Dimensions"] == [["function"]]
    assert line["function"] == "school"
    assert all(line[name] for name in names - {"review"})


def test_a_refusal_is_named_by_its_code_and_is_no_metric(door: Door) -> None:
    door.handler(CALLS["no string"].function_url(), CONTEXT)
    line = door.last()
    assert (line["status"], line["errors"]) == (422, {"text_not_a_string": 1})
    assert "_aws" not in line


def test_a_code_that_a_caller_made_up_is_not_repeated(door: Door) -> None:
    door.handler(EVENTS["batch"], CONTEXT)
    assert door.last()["errors"] == {"other": 1}


def test_a_bug_stands_in_the_log_as_an_error(broken: Scorer) -> None:
    door = _door(broken)
    assert door.handler(GOOD, CONTEXT)["statusCode"] == 500
    assert (door.last()["level"], door.last()["errors"]) == ("ERROR", {"internal": 1})


def test_no_line_has_more_values_than_cloudwatch_takes() -> None:
    lines: list[str] = []
    journal = RequestLog(lines.append, name="m", version="1", codes=ERRORS, function="school")
    one = {"essay score": 3, "flags": ["uncertain"], "review": True}
    journal.note([one] * 250, door="batch", status=200, began=0)
    assert [len(json.loads(line)["score"]) for line in lines] == [100, 100, 50]
    for count in ("flag_uncertain", "flagged", "review"):
        assert sum(json.loads(line)[count] for line in lines) == 250


@dataclass
class Server:
    """A local server that logs, with a break in the middle of a request."""

    process: "subprocess.Popen[bytes]"
    port: int

    def leave_in_the_middle(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", "100000")
        connection.endheaders(ESSAY.encode())
        connection.close()

    def end(self) -> bytes:
        self.process.kill()
        out, err = self.process.communicate(timeout=60)
        return out + err


def test_nothing_that_the_local_server_writes_holds_what_a_caller_wrote() -> None:
    command = [sys.executable, "-X", "dev", "-W", "ignore", "-m", "essay_scorer.cli"]
    command += ["serve", "--port", "0", "--log"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        address = process.stderr.readline().decode().split()[-1]
        server = Server(process, urlsplit(address).port or 0)
        try:
            statuses = [call.send(server.port).status for call in CALLS.values()]
            server.leave_in_the_middle()
            assert CALLS["page"].send(server.port).status == 200  # it goes on answering
        finally:
            written = server.end()
    lines = [json.loads(line) for line in written.splitlines() if line.startswith(b"{")]
    assert [line["status"] for line in lines][: len(statuses)] == statuses
    assert MARK.lower().encode() not in written.lower()
