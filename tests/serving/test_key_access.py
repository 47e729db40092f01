"""Where a key is asked for: scores are for those who hold one, the page is for everybody."""

import logging
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from essay_scorer import Scorer
from essay_scorer.serving.keys import KeyHash, generate_key
from essay_scorer.aws.handler import make_handler

from .requests import Call, Reply

TEXT = {"text": "Ceci est un essai pour être noté."}
KEY, NEXT = generate_key(), generate_key()
HASHES = [KeyHash.of(KEY), KeyHash.of(NEXT)]
DOORS = ("function url", "http api", "rest api")

Ask = Callable[..., Reply]


@pytest.fixture
def ask(scorer: Scorer) -> Ask:
    """Return a function that sends a call through one of AWS's doors."""
    handler = make_handler(scorer, keys=HASHES)
    return lambda call, door="function url": Reply.of(handler(call.events()[door], None))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("path", ["/", "/model/predict"])
@pytest.mark.parametrize(
    "headers", [{}, {"X-Api-Key": "wrong"}, {"X-Api-Key": KEY[:-1]}, {"Authorization": KEY}]
)
def test_without_a_key_there_is_no_score(
    ask: Ask, door: str, path: str, headers: dict[str, str]
) -> None:
    reply = ask(Call.of(TEXT, path=path, headers=headers), door)
    assert (reply.status, reply.code) == (401, "unauthorised")
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.headers["access-control-allow-origin"] == "*"  # a page can read why


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "headers", [{"X-Api-Key": KEY}, {"x-api-key": NEXT}, {"Authorization": f"Bearer {KEY}"}]
)
def test_with_either_key_there_is_one(ask: Ask, door: str, headers: dict[str, str]) -> None:
    reply = ask(Call.of(TEXT, path="/model/predict", headers=headers), door)
    assert reply.status == 200
    assert reply.json["essay score"] == 1


def test_whoever_has_no_key_is_told_nothing_of_their_request(ask: Ask) -> None:
    assert ask(Call(body=b"no JSON")).code == "unauthorised"


@pytest.mark.parametrize("path", ["/", "/health", "/openapi.json", "/static/page.js"])
def test_the_page_and_what_it_needs_are_for_everybody(ask: Ask, path: str) -> None:
    assert ask(Call(method="GET", path=path)).status == 200


def test_a_browsers_preflight_needs_no_key_and_allows_both_headers(ask: Ask) -> None:
    reply = ask(Call(method="OPTIONS", path="/model/predict"))
    assert reply.status == 204
    allowed = reply.headers["access-control-allow-headers"].lower().split(", ")
    assert {"x-api-key", "authorization"} <= set(allowed)


def test_nothing_repeats_a_key(
    ask: Ask, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        replies = [ask(Call.of(TEXT, headers={"X-Api-Key": key})) for key in (KEY, KEY + "x")]
    said = caplog.text + "".join(capfd.readouterr()) + str(replies)
    assert KEY not in said


def test_who_may_invoke_the_function_directly_needs_no_key(scorer: Scorer) -> None:
    assert make_handler(scorer, keys=HASHES)(TEXT, None)["statusCode"] == 200


def test_the_function_takes_its_hashes_from_the_deployment(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAY_SCORER_KEY_HASHES", ",".join(map(str, HASHES)))
    handler = runpy.run_path(str(root / "image" / "src" / "main.py"))["handler"]
    for headers, status in (({}, 401), ({"X-Api-Key": NEXT}, 200)):
        event = Call.of(TEXT, headers=headers).function_url()
        assert Reply.of(handler(event, None)).status == status


def test_the_local_server_asks_for_the_same_key() -> None:
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0"]
    command += ["--key-hash", str(HASHES[0])]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        port = urlsplit(server.stderr.readline().split()[-1]).port or 0
        try:
            assert Call.of(TEXT).send(port).code == "unauthorised"
            assert Call.of(TEXT, headers={"X-Api-Key": KEY}).send(port).status == 200
        finally:
            server.terminate()
