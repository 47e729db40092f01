"""The smoke test reads every answer of a deployment, against a server on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from infra.account import Account, OperationError
from infra.cdk_cli import ROOT
from infra.settings import Settings
from infra.smoke_test import SmokeTest
from infra.tests.stubbed_account import make_session

SCORE = {
    "essay score": 4,
    "scale": {"min": 1, "max": 6},
    "model": {"name": "essay-scorer-en", "version": "1.4.0"},
}


@contextmanager
def _serving(content: bytes, status: int = 200) -> Iterator[str]:
    """Serve one answer to every request; yield the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _score(content: bytes, status: int = 200) -> None:
    with _serving(content, status) as url:
        SmokeTest(
            account=Account(session=make_session()),
            settings=Settings(),
            outputs={"Url": url},
            root=ROOT,
        ).score_example()


def test_score_is_printed_with_scale_and_model(capsys: pytest.CaptureFixture[str]) -> None:
    _score(json.dumps(SCORE).encode())
    line = capsys.readouterr().out.splitlines()[0]
    assert line == "examples/middling.txt: score 4 on 1-6, by essay-scorer-en 1.4.0"


def test_envelope_of_the_original_system_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    _score(b'{"statusCode": 200, "body": {"essay score": 4}}')
    assert capsys.readouterr().out.splitlines()[0] == "examples/middling.txt: score 4"


@pytest.mark.parametrize(
    ("content", "status", "message"),
    [
        (b"<html>", 200, "returned something else than a score"),
        (b"[]", 200, "returned no score"),
        (b'{"body": {}}', 200, "returned no score"),
        (b"{}", 500, "returned status 500"),
    ],
)
def test_answer_without_a_score_fails(content: bytes, status: int, message: str) -> None:
    with pytest.raises(OperationError, match=message):
        _score(content, status)
