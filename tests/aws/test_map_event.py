"""A batch of a Distributed Map: each item gets the score that it gets alone."""

from types import ModuleType
from typing import Any

import pytest

from essay_scorer import Scorer
from essay_scorer.serving.application import score_request

TEXTS = ("The town should keep its library open on Sundays.", "Many families visit it together.")


def _event(*items: Any) -> dict[str, Any]:
    return {"Items": [{"n": number + 70, "item": item} for number, item in enumerate(items)]}


def test_each_item_gets_the_score_that_it_gets_alone(function: ModuleType, scorer: Scorer) -> None:
    result = function.handler(_event(*({"text": text} for text in TEXTS)), None)
    alone = [
        [70 + number, score_request(scorer, {"text": text}).to_dict()]
        for number, text in enumerate(TEXTS)
    ]
    assert result["answers"] == alone
    assert result["milliseconds"] > 0


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
    result = function.handler(_event({"text": TEXTS[0]}, item, {"text": TEXTS[1]}), None)
    (_, first), (number, second), (_, third) = result["answers"]
    assert (number, second) == (71, {"error": code})
    assert first["essay score"] >= 1
    assert third["essay score"] >= 1


def test_a_retried_batch_gives_the_same_result(function: ModuleType) -> None:
    event = _event({"text": TEXTS[0]}, {"text": ""})
    assert function.handler(event, None)["answers"] == function.handler(event, None)["answers"]


@pytest.mark.parametrize("event", [{"Items": 3}, {"Items": [3]}, {"Items": [{"n": 1}]}])
def test_another_event_is_an_invalid_request(function: ModuleType, event: Any) -> None:
    result = function.handler(event, None)
    assert result["statusCode"] == 400
    assert result["body"]["error"]["code"] == "missing_text"
