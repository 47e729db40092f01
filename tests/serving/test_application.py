"""The application, without a server."""

import json
import logging
import runpy
from pathlib import Path

import pytest

from essay_scorer import Scorer
from essay_scorer.serving.application import Application
from essay_scorer.serving.messages import Request, Response

from .http_calls import Call, Reply


class Broken(Scorer):
    """A scorer with a bug, whose message quotes the essay."""

    def score(self, text: str, **_: object) -> None:  # type: ignore[override]
        raise RuntimeError(text)


def _post(application: Application, origin: str = "") -> Response:
    headers = {"origin": origin} if origin else {}
    body = json.dumps({"text": "A secret essay."}).encode()
    return application(Request(method="POST", path="/", headers=headers, body=body))


def test_an_internal_error_is_a_500_that_quotes_nothing(
    scorer: Scorer, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Broken(manifest=scorer.manifest, reader=None)  # type: ignore[arg-type]
    with caplog.at_level(logging.DEBUG):
        response = _post(Application(broken))
    assert response.status == 500
    assert json.loads(response.body)["error"]["code"] == "internal"
    assert "secret" not in response.body.decode() + caplog.text
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://school.example", "https://school.example"),
        ("https://elsewhere.example", None),
        ("", None),
    ],
)
def test_only_configured_origins_are_allowed(
    scorer: Scorer, origin: str, allowed: str | None
) -> None:
    application = Application(scorer, origins=["https://school.example"])
    assert _post(application, origin).headers.get("Access-Control-Allow-Origin") == allowed


@pytest.mark.parametrize(
    ("variable", "allowed"), [("", None), ("*", "*"), ("https://school.example", None)]
)
def test_the_function_reads_its_origins_from_the_environment(
    root: Path, monkeypatch: pytest.MonkeyPatch, variable: str, allowed: str | None
) -> None:
    monkeypatch.setenv("ESSAY_SCORER_ORIGINS", variable)
    program = runpy.run_path(str(root / "image" / "src" / "main.py"))
    call = Call(method="GET", path="/health", headers={"Origin": "https://elsewhere.example"})
    reply = Reply.of(program["handler"](call.function_url(), None))
    assert reply.headers.get("access-control-allow-origin") == allowed
