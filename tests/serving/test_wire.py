"""Every request, valid or not, gets the same documented answer through every entry point."""

import gzip
import json
from pathlib import Path
from types import ModuleType

import pytest

from .http_calls import Call, Reply

TEXT = {"text": "Ceci est un essai pour être noté."}
ESSAY = json.dumps(TEXT).encode()
JSON = {"Content-Type": "application/json"}

# name: (request, status, error code)
REFUSED = {
    "empty text": (Call.of({"text": ""}), 422, "text_without_words"),
    "spaces only": (Call.of({"text": " \n\t "}), 422, "text_without_words"),
    "no letters": (Call.of({"text": "1234 !?"}), 422, "text_without_words"),
    "NUL only": (Call.of({"text": "\x00\x00"}), 422, "text_without_words"),
    "a lone surrogate": (Call.of({"text": "\ud800"}), 422, "text_without_words"),
    "a number": (Call.of({"text": 42}), 422, "text_not_a_string"),
    "a list": (Call.of({"text": ["An", "essay"]}), 422, "text_not_a_string"),
    "null": (Call.of({"text": None}), 422, "text_not_a_string"),
    "no field": (Call.of({"essay": "An essay."}), 400, "missing_text"),
    "a prompt that is a number": (Call.of({**TEXT, "prompt": 7}), 422, "prompt_not_a_string"),
    "explain that is a word": (Call.of({**TEXT, "explain": "yes"}), 422, "explain_not_a_boolean"),
    "an unknown field": (Call.of({**TEXT, "student": 7}), 400, "unknown_field"),
    "a misspelt field": (Call.of({**TEXT, "promt": "Write."}), 400, "unknown_field"),
    "two texts": (Call(body=b'{"text": "One.", "text": "Two."}'), 400, "repeated_field"),
    "two texts in a profile": (
        Call(body=b'{"text": "One.", "profile": {"a": 1, "a": 2}}'),
        400,
        "repeated_field",
    ),
    "text and texts": (Call.of({**TEXT, "texts": []}), 400, "text_and_texts"),
    "texts that are a text": (Call.of({"texts": "An essay."}), 422, "texts_not_an_array"),
    "too many texts": (Call.of({"texts": ["a"] * 501}), 422, "too_many_texts"),
    "texts and a wrong option": (
        Call.of({"texts": ["An essay."], "explain": 1}),
        422,
        "explain_not_a_boolean",
    ),
    "texts with an unknown field": (Call.of({"texts": [], "text2": ""}), 400, "unknown_field"),
    "large texts": (Call.of({"texts": ["a" * 2**17] * 2}), 413, "too_large"),
    "a large prompt": (Call.of({**TEXT, "prompt": "a" * 2**18}), 413, "too_large"),
    "a list at the top": (Call.of(["text"]), 400, "missing_text"),
    "a string at the top": (Call.of("text"), 400, "missing_text"),
    "no body": (Call(), 400, "invalid_json"),
    "no JSON": (Call(body=b"text=An essay"), 400, "invalid_json"),
    "truncated JSON": (Call(body=ESSAY[:-5], headers=JSON), 400, "invalid_json"),
    "not UTF-8": (Call(body=b'{"text": "\xff\xfe\xfd"}', headers=JSON), 400, "invalid_json"),
    "nested too deep": (Call(body=b"[" * 100_000), 400, "invalid_json"),
    "a huge number": (Call(body=b'{"text": ' + b"9" * 10_000 + b"}"), 400, "invalid_json"),
    "an image": (
        Call(body=b"\x89PNG", headers={"Content-Type": "image/png"}),
        415,
        "unsupported_media_type",
    ),
    "a form with a file": (
        Call(body=b"--x\r\n", headers={"Content-Type": "multipart/form-data; boundary=x"}),
        415,
        "unsupported_media_type",
    ),
    "a compressed body": (
        Call(body=ESSAY, headers={**JSON, "Content-Encoding": "gzip"}),
        415,
        "unsupported_media_type",
    ),
    "one token over 256 KiB": (Call.of({"text": "a" * 2**18}), 413, "too_large"),
    "1 MB in one token": (Call.of({"text": "a" * 10**6}), 413, "too_large"),
    "an unknown path": (Call(body=ESSAY, path="/nope"), 404, "not_found"),
    "an unknown asset": (Call(method="GET", path="/static/nope.js"), 404, "not_found"),
    "a path upwards": (Call(method="GET", path="/static/..%2fapi.py"), 404, "not_found"),
    "a path with NUL": (Call(method="GET", path="/static/a%00b"), 404, "not_found"),
    "an unknown method": (Call(method="PUT", body=ESSAY), 405, "method_not_allowed"),
    "GET where POST is": (
        Call(method="GET", path="/model/predict"),
        405,
        "method_not_allowed",
    ),
}

ANSWERED = {
    "the original's example": Call(body=ESSAY),
    "the other path": Call(body=ESSAY, path="/model/predict"),
    "a trailing slash": Call(body=ESSAY, path="/model/predict/"),
    "curl -d": Call(body=ESSAY, headers={"Content-Type": "application/x-www-form-urlencoded"}),
    "plain text": Call(body=ESSAY, headers={"Content-Type": "text/plain; charset=utf-8"}),
    "bytes": Call(body=ESSAY, headers={"Content-Type": "application/octet-stream"}),
    "right to left": Call.of({"text": "\u202eمقال قصير"}),
    "NUL within": Call.of({"text": "An\x00 essay."}),
    "a surrogate within": Call.of({"text": "An essay \ud83d."}),
    "with a prompt": Call.of({**TEXT, "prompt": "Write about cars."}),
    "with a null prompt": Call.of({**TEXT, "prompt": None}),
    "with a prompt without words": Call.of({**TEXT, "prompt": "123"}),
    "with an explanation": Call.of({**TEXT, "explain": True}),
}


def _replies(function: ModuleType, call: Call, port: int) -> dict[str, Reply]:
    replies = {
        name: Reply.of(function.handler(event, None)) for name, event in call.events().items()
    }
    return {**replies, "local server": call.send(port)}


@pytest.mark.parametrize("name", REFUSED)
def test_an_invalid_request_gets_its_status_and_code(
    name: str, function: ModuleType, port: int
) -> None:
    call, status, code = REFUSED[name]
    for entry_point, reply in _replies(function, call, port).items():
        assert (entry_point, reply.status, reply.code) == (entry_point, status, code)


@pytest.mark.parametrize("name", ANSWERED)
def test_a_valid_request_gets_a_score(name: str, function: ModuleType, port: int) -> None:
    for entry_point, reply in _replies(function, ANSWERED[name], port).items():
        assert (entry_point, reply.status) == (entry_point, 200)
        assert type(reply.json["essay score"]) is int
        assert reply.json["flags"][0] == "too_short"


@pytest.mark.parametrize("name", [*REFUSED, *ANSWERED])
def test_all_entry_points_give_the_same_body(name: str, function: ModuleType, port: int) -> None:
    call = ANSWERED[name] if name in ANSWERED else REFUSED[name][0]
    bodies = {
        entry_point: reply.body for entry_point, reply in _replies(function, call, port).items()
    }
    assert len(set(bodies.values())) == 1, bodies


def test_a_direct_invocation_gets_an_object_as_body(function: ModuleType) -> None:
    result = function.handler(TEXT, None)
    assert result["statusCode"] == 200
    assert type(result["body"]["essay score"]) is int
    assert set(result) == {"statusCode", "body"}


@pytest.mark.parametrize(
    ("event", "status", "code"),
    [
        ({}, 400, "missing_text"),
        ([], 400, "missing_text"),
        (None, 400, "missing_text"),
        ("An essay.", 400, "missing_text"),
        ({"text": 42}, 422, "text_not_a_string"),
        ({"text": ""}, 422, "text_without_words"),
        ({"text": "é" * 2**17 + "é"}, 413, "too_large"),
        ({"texts": ["é" * 2**16, "é" * 2**16, "é"]}, 413, "too_large"),
        ({"text": "An essay.", "Prompt": "Write."}, 400, "unknown_field"),
        ({"text": "An essay.", "texts": ["An essay."]}, 400, "text_and_texts"),
    ],
)
def test_an_invalid_direct_invocation_gets_its_status_and_code(
    event: object, status: int, code: str, function: ModuleType
) -> None:
    result = function.handler(event, None)
    assert (result["statusCode"], result["body"]["error"]["code"]) == (status, code)


def test_the_direct_answer_is_the_answer_over_http(function: ModuleType, port: int) -> None:
    assert function.handler(TEXT, None)["body"] == Call.of(TEXT).send(port).json


@pytest.mark.parametrize("body", ["no base64!", "YQ=", "é", 7])
def test_a_body_that_is_not_base64_is_rejected(body: object, function: ModuleType) -> None:
    event = {**Call().function_url(), "body": body, "isBase64Encoded": True}
    reply = Reply.of(function.handler(event, None))
    assert (reply.status, reply.code) == (400, "invalid_base64")


@pytest.mark.parametrize(
    "event",
    [
        {"requestContext": {}},
        {"requestContext": None, "httpMethod": "POST"},
        {"version": "2.0", "requestContext": {"http": {}}},
        {"version": "9.9", "requestContext": {"http": {}}},
        {**Call().function_url(), "body": "\ud800", "isBase64Encoded": False},
        {**Call().function_url(), "rawPath": 7},
        {**Call().rest_api(), "path": None},
        {**Call().rest_api(), "httpMethod": []},
        {**Call().rest_api(), "headers": 1, "multiValueHeaders": 1},
    ],
)
def test_a_malformed_event_is_rejected(event: object, function: ModuleType) -> None:
    reply = Reply.of(function.handler(event, None))
    assert (reply.status, reply.code) == (400, "invalid_event")


def test_any_origin_is_allowed_by_default(function: ModuleType, port: int) -> None:
    headers = {
        "Origin": "https://school.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    preflight = Call(method="OPTIONS", path="/model/predict", headers=headers)
    for reply in _replies(function, preflight, port).values():
        assert reply.status == 204
        assert reply.headers["access-control-allow-origin"] == "*"
        assert "POST" in reply.headers["access-control-allow-methods"]
        assert "content-type" in reply.headers["access-control-allow-headers"].lower()
    for reply in _replies(function, Call(body=b"{", headers=headers), port).values():
        assert reply.headers["access-control-allow-origin"] == "*"


def test_a_wrong_method_gets_the_allowed_ones(port: int) -> None:
    allowed = Call(method="DELETE", path="/model/predict").send(port).headers["allow"]
    assert allowed == "POST"


def test_a_head_request_gets_no_body(function: ModuleType, port: int) -> None:
    get = Call(method="GET", path="/openapi.json").send(port)
    head = _replies(function, Call(method="HEAD", path="/openapi.json"), port)
    for entry_point, reply in head.items():
        assert (entry_point, reply.status, reply.body) == (entry_point, 200, b"")
        assert reply.headers["content-length"] == str(len(get.body))


def test_a_load_balancer_with_multi_value_headers_is_supported(function: ModuleType) -> None:
    event = Call(body=ESSAY, headers=JSON).rest_api()
    balancer = {**event, "headers": None, "requestContext": {"elb": {"targetGroupArn": "arn"}}}
    result = function.handler(balancer, None)
    assert result["multiValueHeaders"]["Content-Type"] == ["application/json"]
    assert Reply.of(result).status == 200


def test_the_page_and_its_files_are_served(function: ModuleType, port: int) -> None:
    content_types = {
        "/": "text/html",
        "/static/page.css": "text/css",
        "/static/page.js": "text/javascript",
        "/static/fr.json": "application/json",
        "/static/icon.svg": "image/svg+xml",
        "/card": "text/plain; charset=utf-8",
        "/openapi.json": "application/json",
        "/health": "application/json",
    }
    for path, content_type in content_types.items():
        for reply in _replies(function, Call(method="GET", path=path), port).values():
            assert (path, reply.status) == (path, 200)
            assert reply.headers["content-type"].startswith(content_type)
            assert reply.headers["x-content-type-options"] == "nosniff"


def test_static_files_are_compressed_where_possible(
    function: ModuleType, port: int, root: Path
) -> None:
    content = (root / "src/essay_scorer/serving/static/page.css").read_bytes()
    call = Call(method="GET", path="/static/page.css", headers={"Accept-Encoding": "br, gzip"})
    for entry_point, reply in _replies(function, call, port).items():
        compressed = reply.headers.get("content-encoding") == "gzip"
        assert (entry_point, compressed) == (entry_point, entry_point != "rest api")
        assert (gzip.decompress(reply.body) if compressed else reply.body) == content


def test_an_unchanged_static_file_is_not_sent_again(function: ModuleType, port: int) -> None:
    first = Call(method="GET", path="/static/page.js").send(port)
    again = Call(
        method="GET", path="/static/page.js", headers={"If-None-Match": first.headers["etag"]}
    )
    for reply in _replies(function, again, port).values():
        assert (reply.status, reply.body) == (304, b"")


def test_the_page_may_run_its_own_files_only(port: int) -> None:
    policy = Call(method="GET", path="/").send(port).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy


def test_the_model_card_is_served(port: int, shipped: Path) -> None:
    card = Call(method="GET", path="/card").send(port)
    assert card.body.decode() == (shipped / "README.md").read_text(encoding="utf-8")


def test_health_names_the_model_and_its_license(port: int) -> None:
    health = Call(method="GET", path="/health").send(port).json
    assert health["status"] == "ok"
    assert set(health["model"]) == {"name", "version"}
    assert health["license"] == "CC-BY-NC-SA-4.0"
