"""The WSGI application where a whole server is not needed."""

import logging
import runpy
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from essay_scorer import Scorer
from essay_scorer.api import Application

from .requests import Call, Reply


class Broken(Scorer):
    """A scorer that fails as only a bug would, with the essay's text in its message."""

    def score(self, text: str) -> None:  # type: ignore[override]
        raise RuntimeError(text)


def _post(application: Application, origin: str = "") -> TestResponse:
    headers = {"Origin": origin} if origin else {}
    return Client(application).post("/", json={"text": "A secret essay."}, headers=headers)


def test_a_bug_is_a_500_that_repeats_nothing(
    scorer: Scorer, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Broken(manifest=scorer.manifest, reader=None)  # type: ignore[arg-type]
    with caplog.at_level(logging.DEBUG):
        response = _post(Application(broken))
    assert response.status_code == 500
    assert response.json is not None
    assert response.json["error"]["code"] == "internal"
    assert "secret" not in response.text + caplog.text
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://school.example", "https://school.example"),
        ("https://elsewhere.example", None),
        ("", None),
    ],
)
def test_only_the_named_origins_are_allowed(
    scorer: Scorer, origin: str, allowed: str | None
) -> None:
    application = Application(scorer, origins=["https://school.example"])
    assert _post(application, origin).headers.get("Access-Control-Allow-Origin") == allowed


@pytest.mark.parametrize(
    ("variable", "allowed"), [("", None), ("*", "*"), ("https://school.example", None)]
)
def test_the_function_takes_its_origins_from_the_deployment(
    root: Path, monkeypatch: pytest.MonkeyPatch, variable: str, allowed: str | None
) -> None:
    monkeypatch.setenv("ESSAY_SCORER_ORIGINS", variable)
    program = runpy.run_path(str(root / "image" / "src" / "main.py"))
    call = Call(method="GET", path="/health", headers={"Origin": "https://elsewhere.example"})
    reply = Reply.of(program["handler"](call.function_url(), None))
    assert reply.headers.get("access-control-allow-origin") == allowed
