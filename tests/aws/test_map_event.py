"""A batch of a Distributed Map: each item is answered as it would be alone."""

from types import ModuleType
from typing import Any

import pytest

from essay_scorer import Scorer
from essay_scorer.serving.app import score_request

TEXTS = ("The town should keep its library open on Sundays.", "Many families visit it together.")


def _event(*items: Any) -> dict[str, Any]:
    return {"Items": [{"n": number + 70, "item": item} for number, item in enumerate(items)]}


def test_each_item_gets_the_answer_that_it_gets_alone(function: ModuleType, scorer: Scorer) -> None:
    said = function.handler(_event(*({"text": text} for text in TEXTS)), None)
    alone = [
        [70 + place, score_request(scorer, {"text": text})] for place, text in enumerate(TEXTS)
    ]
    assert said["answers"] == alone
    assert said["milliseconds"] > 0


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"text": 4}, "text_not_a_string"),
        ({"text": "…"}, "text_without_words"),
        ({"text": "a " * 2**18}, "too_large"),
        ({"essay": "No such field."}, "missing_text"),
        ("A string.", "missing_text"),
        (None, "missing_text"),
        ({"error": "invalid_json"}, "invalid_json"),
    ],
)
def test_a_poison_item_costs_only_itself(function: ModuleType, item: Any, code: str) -> None:
    said = function.handler(_event({"text": TEXTS[0]}, item, {"text": TEXTS[1]}), None)
    (_, first), (number, second), (_, third) = said["answers"]
    assert (number, second) == (71, {"error": code})
    assert first["essay score"] >= 1
    assert third["essay score"] >= 1


def test_the_same_batch_gives_the_same_answers(function: ModuleType) -> None:
    event = _event({"text": TEXTS[0]}, {"text": ""})
    assert function.handler(event, None)["answers"] == function.handler(event, None)["answers"]


@pytest.mark.parametrize("event", [{"Items": 3}, {"Items": [3]}, {"Items": [{"n": 1}]}])
def test_what_is_no_batch_is_refused_as_before(function: ModuleType, event: Any) -> None:
    said = function.handler(event, None)
    assert said["statusCode"] == 400
    assert said["body"]["error"]["code"] == "missing_text"
