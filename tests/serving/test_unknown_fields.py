"""An unknown field is refused, by its name and with the nearest known one; it is never logged."""

import pytest

from essay_scorer import Scorer
from essay_scorer.errors import RequestError
from essay_scorer.serving.score_request import FIELDS, ScoreRequest

from .http_calls import Call, Reply
from .logged_function import CONTEXT, MARK, logged

TEXT = {"text": "Ceci est un essai pour être noté."}


def _refusal(value: object) -> RequestError:
    with pytest.raises(RequestError) as caught:
        ScoreRequest.parse(value)
    return caught.value


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("promt", "prompt"),
        ("Prompt", "prompt"),
        (" EXPLAIN", "explain"),
        ("explanation", "explain"),
        ("feature", "features"),
        ("profil", "profile"),
        ("txts", "texts"),
    ],
)
def test_the_nearest_field_is_named(name: str, nearest: str) -> None:
    error = _refusal({**TEXT, name: None})
    assert error.code == "unknown_field"
    assert error.detail == f'Unknown field "{name}": did you mean "{nearest}"?'


def test_all_fields_are_named_if_none_is_near() -> None:
    error = _refusal({**TEXT, "student": 7})
    assert error.detail == f'Unknown field "student"; the fields are {", ".join(FIELDS)}.'


@pytest.mark.parametrize("name", ["x" * 100_000, "a\x00\n\u202eb", "\ud800", ""])
def test_the_name_is_short_and_printable_in_the_message(name: str, port: int) -> None:
    reply = Call.of({**TEXT, name: 1}).send(port)
    message = reply.json["error"]["message"]
    assert (reply.status, reply.code) == (400, "unknown_field")
    assert message.isprintable()
    assert len(message) < 200


@pytest.mark.parametrize("name", ["txt", "Text", "text ", "Texts"])
def test_a_misspelt_text_is_missing_and_its_name_said(name: str) -> None:
    error = _refusal({name: "An essay."})
    assert error.code == "missing_text"
    assert f'"{name}": did you mean "text' in error.detail


def test_the_function_says_it_too_and_logs_only_the_code(scorer: Scorer) -> None:
    function = logged(scorer)
    value = {**TEXT, MARK: 1}
    over_http = Reply.of(function.handler(Call.of(value).function_url(), CONTEXT))
    direct = function.handler(value, CONTEXT)
    assert MARK in over_http.json["error"]["message"]
    assert direct == {"statusCode": 400, "body": over_http.json}
    assert MARK not in "".join(function.lines)
    assert function.last()["errors"] == {"unknown_field": 1}
