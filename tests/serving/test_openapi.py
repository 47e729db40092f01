"""The OpenAPI document describes what the application does."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from essay_scorer import Scorer
from essay_scorer.checks.flags import FLAGS
from essay_scorer.serving.application import Application
from essay_scorer.serving.messages import ERRORS
from essay_scorer.serving.openapi import document

from .http_calls import Call
from .test_wire import ANSWERED, REFUSED


@pytest.fixture(scope="module")
def contract(root: Path) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(
        (root / "src/essay_scorer/serving/static/openapi.json").read_text(encoding="utf-8")
    )
    return table


def _resolve(contract: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """Return a response that may be a reference to a shared one."""
    name = value.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = contract["components"]["responses"][name] if name else value
    return found


def _validator(contract: dict[str, Any], name: str) -> Draft202012Validator:
    return Draft202012Validator({**contract, "$ref": f"#/components/schemas/{name}"})


def test_the_document_is_generated_from_the_types(contract: dict[str, Any]) -> None:
    """``make openapi`` writes it again."""
    assert contract == document()


def test_an_undocumented_field_is_not_valid(contract: dict[str, Any], scorer: Scorer) -> None:
    answer = scorer.score("An essay.").to_dict()
    assert _validator(contract, "Answer").is_valid(answer)
    assert not _validator(contract, "Answer").is_valid({**answer, "confidence": 1})


def test_the_document_is_valid_openapi(contract: dict[str, Any]) -> None:
    validate(contract)


def test_every_route_is_in_the_document(contract: dict[str, Any], scorer: Scorer) -> None:
    documented = {
        (path, method.upper()) for path, item in contract["paths"].items() for method in item
    }
    routes = {
        (path, method)
        for path, methods in Application(scorer).routes.items()
        for method in methods
        if not path.startswith("/static/")
    }
    assert routes == documented


def test_every_error_of_a_scoring_request_is_in_the_document(
    contract: dict[str, Any],
) -> None:
    responses = contract["paths"]["/model/predict"]["post"]["responses"]
    for code, (status, _) in ERRORS.items():
        if code != "not_found":  # the document has no unknown paths
            response = _resolve(contract, responses[str(status)])
            assert f"`{code}`" in response["description"]


@pytest.mark.parametrize("original_answer", [False, True])
def test_every_operation_has_the_answers_of_proxies_and_of_aws(original_answer: bool) -> None:
    contract = document(original_answer=original_answer)
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            assert {"405", "429", "502", "503", "504"} <= operation["responses"].keys(), path
            for status, response in operation["responses"].items():
                resolved = _resolve(contract, response)
                assert resolved["description"], (method, path, status)


def test_requests_are_closed(contract: dict[str, Any]) -> None:
    request = _validator(contract, "Request")
    assert request.is_valid({"text": "An essay.", "prompt": None})
    assert request.is_valid({"texts": ["An essay.", "Another."], "explain": True})
    for value in ({"text": "a", "promt": "b"}, {"text": "a", "texts": ["a"]}, {"prompt": "a"}):
        assert not request.is_valid(value)


def test_every_flag_is_in_the_document(contract: dict[str, Any]) -> None:
    answer = contract["components"]["schemas"]["Answer"]
    assert set(answer["properties"]["flags"]["items"]["enum"]) == set(FLAGS)


@pytest.mark.parametrize("name", ANSWERED)
def test_answers_are_valid(name: str, contract: dict[str, Any], port: int) -> None:
    _validator(contract, "Answer").validate(ANSWERED[name].send(port).json)


@pytest.mark.parametrize("name", REFUSED)
def test_errors_are_valid(name: str, contract: dict[str, Any], port: int) -> None:
    _validator(contract, "Error").validate(REFUSED[name][0].send(port).json)


def test_the_served_document_is_this_one(contract: dict[str, Any], port: int) -> None:
    assert Call(method="GET", path="/openapi.json").send(port).json == contract
