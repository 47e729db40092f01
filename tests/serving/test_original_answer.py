"""With ``answer = "original"``, answers over HTTP have the original system's envelope."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from essay_scorer import Scorer
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.handler import make_handler
from essay_scorer.serving.application import Application
from essay_scorer.serving.keys import KeyHash, generate_key
from essay_scorer.serving.messages import Request
from essay_scorer.serving.openapi import document

from .http_calls import Call, Reply
from .test_wire import ANSWERED, REFUSED

TEXT = {"text": "Ceci est un essai pour être noté."}
ORIGINAL = {"statusCode": 200, "body": {"essay score": 1}}
ALL_FIELDS = {"Prefer": "return=representation"}
FORMATS = ("function url", "http api", "rest api")  # payload formats 2.0, 2.0 and 1.0

Ask = Callable[..., Reply]


@pytest.fixture(scope="module")
def ask(scorer: Scorer) -> Ask:
    """Return a function that sends a call as one of AWS's events."""
    handler = make_handler(scorer, environment=Environment(original_answer=True))
    return lambda call, form="function url": Reply.of(handler(call.events()[form], None))


def test_the_application_gives_the_originals_envelope(scorer: Scorer) -> None:
    application = Application(scorer, original_answer=True)
    request = Request(method="POST", path="/", headers={}, body=json.dumps(TEXT).encode())
    assert json.loads(application(request).body) == ORIGINAL


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("path", ["/", "/model/predict"])
def test_a_score_is_exactly_the_originals(ask: Ask, form: str, path: str) -> None:
    reply = ask(Call.of({**TEXT, "explain": True}, path=path), form)
    assert (reply.status, reply.json) == (200, ORIGINAL)


@pytest.mark.parametrize("form", FORMATS)
def test_an_error_has_the_envelope_and_its_http_status(ask: Ask, form: str) -> None:
    reply = ask(Call.of({"text": "123"}), form)
    error = {"code": "text_without_words", "message": "The text has no words."}
    assert (reply.status, reply.json) == (422, {"statusCode": 422, "body": {"error": error}})


@pytest.mark.parametrize("form", FORMATS)
def test_a_request_may_ask_for_all_fields(ask: Ask, form: str, scorer: Scorer) -> None:
    reply = ask(Call.of(TEXT, headers=ALL_FIELDS), form)
    assert reply.json == scorer.score(TEXT["text"]).to_dict()
    refused = ask(Call.of({"text": 4}, headers=ALL_FIELDS), form)
    assert (refused.status, refused.code) == (422, "text_not_a_string")


def test_a_missing_key_has_the_envelope(scorer: Scorer) -> None:
    keys = (KeyHash.of(generate_key()),)
    handler = make_handler(scorer, environment=Environment(keys=keys, original_answer=True))
    reply = Reply.of(handler(Call.of(TEXT).function_url(), None))
    assert (reply.status, reply.json["statusCode"]) == (401, 401)
    assert reply.json["body"]["error"]["code"] == "unauthorised"


def test_an_event_that_is_no_request_has_the_envelope(scorer: Scorer) -> None:
    handler = make_handler(scorer, environment=Environment(original_answer=True))
    reply = Reply.of(handler({"requestContext": {}, "version": "3.0"}, None))
    assert (reply.status, reply.json["body"]["error"]["code"]) == (400, "invalid_event")


def test_a_direct_invocation_has_all_fields(scorer: Scorer) -> None:
    handler = make_handler(scorer, environment=Environment(original_answer=True))
    assert handler(TEXT, None) == {
        "statusCode": 200,
        "body": scorer.score(TEXT["text"]).to_dict(),
    }


def test_the_page_and_the_status_are_unchanged(ask: Ask) -> None:
    assert ask(Call(method="GET")).body.startswith(b"<!doctype html>")
    assert ask(Call(method="GET", path="/health")).json["status"] == "ok"


def test_the_page_asks_for_all_fields(root: Path) -> None:
    script = root / "src" / "essay_scorer" / "serving" / "static" / "api-client.js"
    assert 'Prefer: "return=representation"' in script.read_text(encoding="utf-8")


def test_another_origin_may_ask_for_all_fields(ask: Ask) -> None:
    preflight = ask(Call(method="OPTIONS", headers={"Origin": "https://school.example"}))
    assert "Prefer" in preflight.headers["access-control-allow-headers"]


@pytest.mark.parametrize(("variable", "is_original"), [("original", True), (None, False)])
def test_the_function_reads_the_form_from_the_environment(
    root: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None, is_original: bool
) -> None:
    if variable:
        monkeypatch.setenv("ESSAY_SCORER_ANSWER", variable)
    program = runpy.run_path(str(root / "image" / "src" / "main.py"))
    reply = Reply.of(program["handler"](Call.of(TEXT).function_url(), None))
    assert (reply.json == ORIGINAL) is is_original


@pytest.fixture(scope="module")
def contract(ask: Ask) -> dict[str, Any]:
    """The OpenAPI document that such a deployment serves."""
    table: dict[str, Any] = ask(Call(method="GET", path="/openapi.json")).json
    return table


def _validator(contract: dict[str, Any], call: Call, status: int) -> Draft202012Validator:
    """Return a validator of the documented body of a response."""
    path = "/model/predict" if call.path.startswith("/model") else "/"
    response = contract["paths"][path]["post"]["responses"][str(status)]
    if "$ref" in response:
        response = contract["components"]["responses"][str(status)]
    schema = response["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": contract["components"]})


def test_its_document_is_valid_openapi_and_another_one(contract: dict[str, Any]) -> None:
    validate(contract)
    assert contract == document(original_answer=True)
    assert contract != document()


@pytest.mark.parametrize("headers", [{}, ALL_FIELDS], ids=["envelope", "all fields"])
@pytest.mark.parametrize("name", ANSWERED)
def test_answers_are_as_documented(
    name: str, headers: dict[str, str], ask: Ask, contract: dict[str, Any]
) -> None:
    call = ANSWERED[name]
    reply = ask(Call(path=call.path, body=call.body, headers={**call.headers, **headers}))
    _validator(contract, call, 200).validate(reply.json)


@pytest.mark.parametrize("headers", [{}, ALL_FIELDS], ids=["envelope", "all fields"])
@pytest.mark.parametrize("name", REFUSED)
def test_errors_are_as_documented(
    name: str, headers: dict[str, str], ask: Ask, contract: dict[str, Any]
) -> None:
    call, status, code = REFUSED[name]
    sent = Call(
        method=call.method,
        path=call.path,
        body=call.body,
        headers={**call.headers, **headers},
    )
    reply = ask(sent)
    error = reply.json if headers else reply.json["body"]
    assert (reply.status, error["error"]["code"]) == (status, code)
    if status not in (404, 405):  # the document has no paths and methods that do not exist
        _validator(contract, call, status).validate(reply.json)
