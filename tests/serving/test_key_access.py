"""With API keys configured, scores need a key, and the page does not."""

import logging
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from essay_scorer import Scorer
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.handler import make_handler
from essay_scorer.cli import main
from essay_scorer.serving.keys import KeyHash, generate_key

from .http_calls import Call, Reply

TEXT = {"text": "Ceci est un essai pour être noté."}
KEY, NEXT = generate_key(), generate_key()
HASHES = [KeyHash.of(KEY), KeyHash.of(NEXT)]
FORMATS = ("function url", "http api", "rest api")

Ask = Callable[..., Reply]


@pytest.fixture
def ask(scorer: Scorer) -> Ask:
    """Return a function that sends a call as one of AWS's events."""
    handler = make_handler(scorer, environment=Environment(keys=tuple(HASHES)))
    return lambda call, form="function url": Reply.of(handler(call.events()[form], None))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("path", ["/", "/model/predict"])
@pytest.mark.parametrize(
    "headers", [{}, {"X-Api-Key": "wrong"}, {"X-Api-Key": KEY[:-1]}, {"Authorization": KEY}]
)
def test_without_a_valid_key_a_score_is_refused(
    ask: Ask, form: str, path: str, headers: dict[str, str]
) -> None:
    reply = ask(Call.of(TEXT, path=path, headers=headers), form)
    assert (reply.status, reply.code) == (401, "unauthorised")
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.headers["access-control-allow-origin"] == "*"  # so that a page can read the reason


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "headers", [{"X-Api-Key": KEY}, {"x-api-key": NEXT}, {"Authorization": f"Bearer {KEY}"}]
)
def test_each_valid_key_gives_access(ask: Ask, form: str, headers: dict[str, str]) -> None:
    reply = ask(Call.of(TEXT, path="/model/predict", headers=headers), form)
    assert reply.status == 200
    assert reply.json["essay score"] == 1


def test_the_key_is_checked_before_the_request(ask: Ask) -> None:
    assert ask(Call(body=b"no JSON")).code == "unauthorised"


@pytest.mark.parametrize("path", ["/", "/health", "/openapi.json", "/static/page.js"])
def test_the_page_needs_no_key(ask: Ask, path: str) -> None:
    assert ask(Call(method="GET", path=path)).status == 200


def test_a_preflight_needs_no_key_and_allows_both_headers(ask: Ask) -> None:
    reply = ask(Call(method="OPTIONS", path="/model/predict"))
    assert reply.status == 204
    allowed = reply.headers["access-control-allow-headers"].lower().split(", ")
    assert {"x-api-key", "authorization"} <= set(allowed)


def test_a_key_is_never_logged(
    ask: Ask, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        replies = [ask(Call.of(TEXT, headers={"X-Api-Key": key})) for key in (KEY, KEY + "x")]
    said = caplog.text + "".join(capfd.readouterr()) + str(replies)
    assert KEY not in said


def test_a_direct_invocation_needs_no_key(scorer: Scorer) -> None:
    assert (
        make_handler(scorer, environment=Environment(keys=tuple(HASHES)))(TEXT, None)["statusCode"]
        == 200
    )


def test_the_function_reads_its_key_hashes_from_the_environment(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAY_SCORER_KEY_HASHES", ",".join(map(str, HASHES)))
    handler = runpy.run_path(str(root / "image" / "src" / "main.py"))["handler"]
    for headers, status in (({}, 401), ({"X-Api-Key": NEXT}, 200)):
        event = Call.of(TEXT, headers=headers).function_url()
        assert Reply.of(handler(event, None)).status == status


@pytest.mark.parametrize("source", ["option", "variable", "file"])
def test_the_local_server_needs_the_key(source: str, tmp_path: Path) -> None:
    path, hashes = tmp_path / "hashes", list(map(str, HASHES))
    path.write_text("\n".join([*hashes, ""]), encoding="utf-8")
    options = {
        "option": [f"--key-hash={one}" for one in hashes],
        "variable": [],
        "file": [f"--key-hash-file={path}"],
    }
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0", *options[source]]
    variables = {"ESSAY_SCORER_KEY_HASHES": ",".join(hashes)} if source == "variable" else {}
    env = {**os.environ, **variables}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        port = urlsplit(server.stderr.readline().split()[-1]).port or 0
        try:
            assert Call.of(TEXT).send(port).code == "unauthorised"
            for key in (KEY, NEXT):
                assert Call.of(TEXT, headers={"X-Api-Key": key}).send(port).status == 200
        finally:
            server.terminate()


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read"), (b"", "no API-key hash"), (b"essay_key", "Malformed API-key hash")],
)
def test_a_file_without_a_hash_does_not_open_the_server(
    content: bytes | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hashes"
    if content is not None:
        path.write_bytes(content)
    assert main(["serve", "--port", "0", "--key-hash-file", str(path)]) == 1
    assert message in capsys.readouterr().err
