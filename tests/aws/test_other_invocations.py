"""Invocations that the function was not made for: by hand, by queues, behind a base path."""

import gzip
import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from essay_scorer import Scorer, UnsupportedEvent
from essay_scorer.aws.handler import Handler, make_handler
from essay_scorer.contract import MAX_REQUEST_BYTES

ESSAY = "The swimming pool should stay open."
EVENTS = Path(__file__).parent / "events"


@pytest.fixture(scope="module")
def handler(scorer: Scorer) -> Handler:
    return make_handler(scorer)


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"event_{name}.json").read_bytes())
    return event


@pytest.mark.parametrize("name", ["v1_custom_domain", "v2_b64_gzip", "lattice_v2"])
def test_a_request_in_another_form_gets_its_score(name: str, handler: Handler) -> None:
    result = handler(_event(name), None)
    assert result["statusCode"] == 200, result
    assert "essay score" in json.loads(result["body"])


def test_a_body_by_hand_is_a_direct_invocation(handler: Handler) -> None:
    event = _event("direct_body_str")
    as_object = {"body": json.loads(event["body"])}
    in_base64 = {"body": b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}
    for one in (event, as_object, in_base64):
        result = handler(one, None)
        assert result["statusCode"] == 200
        assert "essay score" in result["body"]
    assert handler({"body": "no JSON"}, None)["body"]["error"]["code"] == "missing_text"


SERVICES: Mapping[str, Any] = {
    "S3": {"Records": [{"eventSource": "aws:s3", "body": ESSAY}]},
    "SNS": {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": ESSAY}}]},
    "SQS": _event("sqs"),
    "Kinesis": {"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": ESSAY}}]},
    "Kafka": {"eventSource": "aws:kafka", "records": {"essays-0": [{"value": ESSAY}]}},
    "Amazon MQ": {"eventSource": "aws:mq", "messages": [{"data": ESSAY}]},
    "Firehose": {"deliveryStreamArn": "arn:aws:firehose:…", "records": [{"data": ESSAY}]},
    "CloudWatch Logs": {"awslogs": {"data": ESSAY}},
    "EventBridge": {"version": "0", "detail-type": "Essay", "detail": {"text": ESSAY}},
    "EventBridge Pipes": [{"eventSource": "aws:sqs", "messageId": "1", "body": ESSAY}],
}


@pytest.mark.parametrize("service", SERVICES)
def test_an_event_of_a_service_is_refused_so_that_it_keeps_the_essay(
    service: str, handler: Handler
) -> None:
    with pytest.raises(UnsupportedEvent, match="no essay was scored") as refused:
        handler(SERVICES[service], None)
    assert ESSAY not in str(refused.value)


@pytest.mark.parametrize("path", ["/health", "/model/predict", "/openapi.json", "/static/page.js"])
@pytest.mark.parametrize("base", ["/essays", "/school/essays"])
def test_every_route_is_found_behind_a_base_path(path: str, base: str, handler: Handler) -> None:
    method = "POST" if path == "/model/predict" else "GET"
    body = json.dumps({"text": "The town should keep its library."})
    for event in (
        {
            "version": "2.0",
            "rawPath": base + path,
            "headers": {},
            "requestContext": {"http": {"method": method}, "stage": "$default"},
            "body": body,
        },
        {
            "httpMethod": method,
            "path": base + path,
            "resource": path,
            "headers": {},
            "requestContext": {},
            "body": body,
        },
    ):
        assert handler(event, None)["statusCode"] == 200


def test_the_page_is_found_behind_a_base_path_of_a_rest_api(handler: Handler) -> None:
    event = {"httpMethod": "GET", "path": "/essays", "resource": "/", "requestContext": {}}
    assert handler(event, None)["statusCode"] == 200


BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = {
    "/essays/": '="static/page.css"',
    "/essays": '="essays/static/page.css"',
    "/school/8b": '="8b/static/page.css"',
    "/v1.2/": '="static/page.css"',
    "/%C3%A9l%C3%A8ves": '="%C3%A9l%C3%A8ves/static/page.css"',
    '/a:b"%20': '="a%3Ab%22%20/static/page.css"',
}
NO_PAGES = (
    *("/model/typo", "/model/typo/", "/essays/model/", "/static/", "/essays/static/typo.js"),
    *("/favicon.ico", "/essays/robots.txt", "/.git/", "/essays/.env", "/health/x"),
)


def _get(path: str, headers: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """Return a request in payload format 2.0, as of a Function URL or an HTTP API."""
    context = {"http": {"method": "GET"}, "stage": fields.pop("stage", "$default")}
    event = {"version": "2.0", "rawPath": path, "headers": headers or {}, **fields}
    return {**event, "requestContext": context}


@pytest.mark.parametrize(
    ("path", "headers"),
    [*((path, BROWSER) for path in PAGES), *((path, {}) for path in PAGES if path.endswith("/"))],
)
def test_the_page_is_found_behind_a_base_path(
    path: str, headers: dict[str, str], handler: Handler
) -> None:
    reply = handler(_get(path, headers), None)
    assert reply["statusCode"] == 200
    assert PAGES[path] in reply["body"]
    head = _get(path, headers)
    head["requestContext"]["http"]["method"] = "HEAD"
    assert handler(head, None)["statusCode"] == 200


@pytest.mark.parametrize("path", NO_PAGES)
@pytest.mark.parametrize("headers", [BROWSER, {}])
def test_other_unknown_paths_are_404(path: str, headers: dict[str, str], handler: Handler) -> None:
    assert handler(_get(path, headers), None)["statusCode"] == 404


def test_a_misspelled_call_gets_no_page(handler: Handler) -> None:
    assert handler(_get("/helth", {"accept": "*/*"}), None)["statusCode"] == 404
    assert handler(_get("/helth"), None)["statusCode"] == 404
    assert handler(_get("/helth/", {"accept": "application/json"}), None)["statusCode"] == 404
    post = _get("/predict/")
    post["requestContext"]["http"]["method"] = "POST"
    assert handler(post, None)["statusCode"] == 404


def test_the_links_of_the_page_hold_where_a_stage_is_in_the_url(handler: Handler) -> None:
    """``/prod`` without a slash is the root of a stage, or by a route of its own, of a mapping."""
    named = _get("/prod", {"accept": "*/*"}, stage="prod")
    routed = _get("/prod", {"accept": "*/*"}, routeKey="GET /")
    rest = {
        "httpMethod": "GET",
        "path": "/",
        "resource": "/",
        "headers": {},
        "requestContext": {"path": "/prod", "stage": "prod"},
    }
    for event in (named, routed, rest):
        assert '="prod/static/page.js"' in handler(event, None)["body"]
    rest["requestContext"] = {"path": "/prod/", "stage": "prod"}
    assert '="static/page.js"' in handler(rest, None)["body"]


def test_a_gzip_bomb_is_too_large_and_a_broken_one_unsupported(handler: Handler) -> None:
    def send(body: bytes) -> int:
        event = _event("v2_b64_gzip") | {"body": b64encode(body).decode()}
        return int(handler(event, None)["statusCode"])

    bomb = gzip.compress(json.dumps({"text": "a " * MAX_REQUEST_BYTES}).encode())
    assert len(bomb) < MAX_REQUEST_BYTES
    assert send(bomb) == 413
    assert send(b"\x1f\x8b broken") == 415
