"""``{"texts": ["…", "…"]}``: each text gets its score or its error, in order."""

import json
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from essay_scorer import Scorer
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.handler import make_handler
from essay_scorer.contract import MAX_TEXTS
from essay_scorer.serving.openapi import document

from .http_calls import Call, Reply
from .logged_function import CONTEXT, logged

FIRST, LAST = "Ceci est un essai pour être noté.", "The sea is wide, and the sky is blue."
TEXTS = [FIRST, "123", 7, LAST]
FORMATS = ("function url", "http api", "rest api")


class FailsOnce(Scorer):
    """A scorer with a bug that only the text about a crash shows."""

    def score(self, text: str, **fields: Any) -> Any:
        if "crash" in text:
            raise RuntimeError(text)
        return self.healthy.score(text, **fields)

    @classmethod
    def of(cls, healthy: Scorer) -> "FailsOnce":
        broken = cls(manifest=healthy.manifest, reader=None)  # type: ignore[arg-type]
        broken.healthy = healthy
        return broken

    healthy: Scorer


def _expected(scorer: Scorer, **options: Any) -> list[Any]:
    """Return what each text gets alone, in the place of the two that cannot be scored."""
    first, last = (scorer.score(text, **options).to_dict() for text in (FIRST, LAST))
    return [first, "text_without_words", "text_not_a_string", last]


def _codes(answers: list[Any]) -> list[Any]:
    return [one["error"]["code"] if "error" in one else one for one in answers]


def test_each_text_gets_what_it_gets_alone(scorer: Scorer, function: ModuleType, port: int) -> None:
    call = Call.of({"texts": TEXTS}, path="/model/predict")
    replies = [Reply.of(function.handler(event, None)) for event in call.events().values()]
    for reply in (*replies, call.send(port)):
        assert reply.status == 200
        assert list(reply.json) == ["answers"]
        assert _codes(reply.json["answers"]) == _expected(scorer)


def test_a_direct_invocation_may_have_several_texts(scorer: Scorer, function: ModuleType) -> None:
    for event in ({"texts": TEXTS}, {"body": json.dumps({"texts": TEXTS})}):
        result = function.handler(event, None)
        assert result["statusCode"] == 200
        assert _codes(result["body"]["answers"]) == _expected(scorer)


def test_the_other_fields_apply_to_all_texts(scorer: Scorer, port: int) -> None:
    options = {"prompt": "Write about the sea.", "explain": True, "features": True}
    answers = Call.of({"texts": TEXTS, **options}).send(port).json["answers"]
    assert _codes(answers) == _expected(scorer, **options)
    assert {"explanation", "features"} <= answers[3].keys()


def test_a_profile_applies_to_all_texts_and_one_of_another_model_to_none(
    scorer: Scorer, port: int
) -> None:
    essays = ["The town should keep its library open. " * times for times in range(2, 9)]
    profile = scorer.adapt(essays, [4, 7, 9, 11, 13, 14, 17], scale="0-20").to_dict()
    answers = Call.of({"texts": essays, "profile": profile}).send(port).json["answers"]
    assert [one["scale"]["max"] for one in answers] == [20] * len(essays)
    profile["bundle"]["version"] = "0.9"
    reply = Call.of({"texts": essays, "profile": profile}).send(port)
    assert (reply.status, reply.code) == (422, "invalid_profile")


@pytest.mark.parametrize("count", [0, MAX_TEXTS])
def test_any_number_of_texts_up_to_the_limit_is_answered(count: int, port: int) -> None:
    reply = Call.of({"texts": ["Sea."] * count}).send(port)
    assert (reply.status, len(reply.json["answers"])) == (200, count)


def test_a_failure_costs_one_text_and_is_logged_as_a_failure(scorer: Scorer) -> None:
    function = logged(FailsOnce.of(scorer), name="school")
    event = Call.of({"texts": ["The sea.", "A crash.", "The sky."]}).function_url()
    answers = Reply.of(function.handler(event, CONTEXT)).json["answers"]
    assert ["error" in one for one in answers] == [False, True, False]
    assert answers[1]["error"]["code"] == "internal"
    line = function.last()
    assert (line["level"], line["failed"], line["errors"]) == ("ERROR", 1, {"internal": 1})
    assert len(line["score"]) == 2


@pytest.mark.parametrize("form", FORMATS)
def test_the_originals_envelope_holds_all_answers(scorer: Scorer, form: str) -> None:
    handler = make_handler(scorer, environment=Environment(original_answer=True))
    call = Call.of({"texts": TEXTS})
    table = Reply.of(handler(call.events()[form], None)).json
    assert table["statusCode"] == 200
    scores = [
        one["essay score"] if "error" not in one else None for one in table["body"]["answers"]
    ]
    assert scores == [scorer.score(FIRST).value, None, None, scorer.score(LAST).value]
    contract = document(original_answer=True)
    schema = contract["paths"]["/"]["post"]["responses"]["200"]["content"]["application/json"]
    Draft202012Validator({**schema["schema"], "components": contract["components"]}).validate(table)


def test_answers_are_as_documented(port: int) -> None:
    contract = document()
    validator = Draft202012Validator({**contract, "$ref": "#/components/schemas/Answers"})
    validator.validate(Call.of({"texts": TEXTS, "explain": True}).send(port).json)
