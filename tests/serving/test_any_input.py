"""Any input over all of Unicode and JSON gets an answer that the contract describes."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from jsonschema import Draft202012Validator

from essay_scorer import NoWords, Score, Scorer
from essay_scorer.serving.messages import ERRORS
from essay_scorer.text.normalize import PARAGRAPH_BREAK, normalize

from ..strategies import EVENTS, REQUESTS, TEXTS, WELL_FORMED
from .http_calls import Reply

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
STATUSES = {200, 204, 304} | {status for status, _ in ERRORS.values() if status < 500}


@pytest.fixture(scope="module")
def schemas(root: Path) -> dict[str, Draft202012Validator]:
    contract = json.loads(
        (root / "src/essay_scorer/serving/static/openapi.json").read_text(encoding="utf-8")
    )
    return {
        name: Draft202012Validator({**contract, "$ref": f"#/components/schemas/{name}"})
        for name in ("Answer", "Error")
    }


def _score(scorer: Scorer, request: dict[str, Any]) -> Score | None:
    try:
        return scorer.score(**request)
    except NoWords:
        return None


@slow
@given(request=REQUESTS)
@example(request={"text": "e" + "\u0301" * 20_000, "explain": True})  # one grapheme
@example(request={"text": "a" * 20_000, "prompt": "\ud800", "explain": True})
def test_any_text_with_a_letter_gets_a_consistent_score(
    request: dict[str, Any], scorer: Scorer, schemas: dict[str, Draft202012Validator]
) -> None:
    score = _score(scorer, request)
    if score is None:
        assert not any(map(str.isalpha, request["text"]))
        return
    written = json.dumps(score.to_dict(), ensure_ascii=False, allow_nan=False)
    schemas["Answer"].validate(json.loads(written.encode()))
    assert score.scale.min <= score.raw <= score.scale.max
    assert score.scale.min <= score.interval.low <= score.value
    assert score.value <= score.interval.high <= score.scale.max
    assert score == _score(scorer, request)


@slow
@given(text=TEXTS)
def test_any_text_is_normalized_to_paragraphs(text: str) -> None:
    try:
        clean = normalize(text)
    except NoWords:
        return
    assert clean == normalize(clean)
    assert clean.encode()
    for paragraph in clean.split(PARAGRAPH_BREAK):
        assert paragraph == paragraph.strip() != ""
        assert paragraph.splitlines() == [paragraph]


@slow
@given(event=EVENTS)
def test_any_event_gets_a_documented_answer(
    event: Any, function: ModuleType, schemas: dict[str, Draft202012Validator]
) -> None:
    result = json.loads(json.dumps(function.handler(event, None)))
    if "answers" in result:  # of a batch
        assert len(result["answers"]) == len(event["Items"])
        return
    assert result["statusCode"] in STATUSES
    if isinstance(result["body"], dict):  # of a direct invocation
        schemas["Answer" if result["statusCode"] == 200 else "Error"].validate(result["body"])
    elif result["statusCode"] >= 400:
        reply = Reply.of(result)
        if reply.body:  # a HEAD has none
            schemas["Error"].validate(reply.json)
            assert reply.code in ERRORS


@slow
@given(event=WELL_FORMED)
def test_any_http_event_is_parsed(event: dict[str, Any], function: ModuleType) -> None:
    reply = Reply.of(function.handler(event, None))
    assert reply.status in STATUSES
    assert reply.headers["x-content-type-options"] == "nosniff"
    if reply.status >= 400 and reply.body:
        assert reply.code not in ("invalid_event", "invalid_base64")
