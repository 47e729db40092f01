"""What callers of a deployment get: by its URL, through API Gateway, and by invoking it."""

import json

import pytest

from local_aws.deployment import Cloud
from local_aws.tests.calls import FRENCH_REQUEST, curl


def test_plain_curl_gets_a_score(url: str) -> None:
    response = curl(url, "--data", FRENCH_REQUEST)
    assert response.status == 200
    assert response.json["essay score"] == 1
    assert response.json["flags"] == ["too_short", "not_english"]
    assert response.json["language"] == "fr"  # so fasttext is in the image


def test_gateway_has_the_path_of_the_original_system(url: str, gateway_url: str) -> None:
    assert gateway_url.endswith("/live/model/predict")
    response = curl(gateway_url, "--data", FRENCH_REQUEST)
    by_url = curl(url, "--data", FRENCH_REQUEST)
    assert (response.status, response.json) == (200, by_url.json)


def test_direct_invocation_returns_the_body_as_an_object(
    cloud: Cloud, outputs: dict[str, str], url: str
) -> None:
    answer = cloud.client("lambda").invoke(
        FunctionName=outputs["FunctionName"], Qualifier="live", Payload=FRENCH_REQUEST.encode()
    )
    payload = json.load(answer["Payload"])
    assert payload == {"statusCode": 200, "body": curl(url, "--data", FRENCH_REQUEST).json}


def test_a_page_of_another_origin_may_call_it(url: str) -> None:
    origin = ("--header", "Origin: https://school.example")
    preflight = curl(
        url, "--request", "OPTIONS", *origin, "--header", "Access-Control-Request-Method: POST",
        "--header", "Access-Control-Request-Headers: content-type",
    )  # fmt: skip
    assert preflight.status in (200, 204)
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "content-type" in preflight.headers["access-control-allow-headers"].lower()
    response = curl(url, "--data", FRENCH_REQUEST, *origin)
    assert response.headers["access-control-allow-origin"] == "*"


JSON = "content-type: application/json"
INVALID_REQUESTS = {
    "no JSON": (b"text=An essay", (), 400, "invalid_json"),
    "no text": (b'{"essay": "x"}', (), 400, "missing_text"),
    "empty": (b"", (), 400, "invalid_json"),
    "not UTF-8": (
        b'{"text": "\xff"}',
        ("-H", "content-type: application/octet-stream"),
        400,
        "invalid_json",
    ),
    "an image": (b"\x89PNG", ("-H", "content-type: image/png"), 415, "unsupported_media_type"),
    "a number": (b'{"text": 4}', ("-H", JSON), 422, "text_not_a_string"),
    "no words": (b'{"text": "  "}', ("-H", JSON), 422, "text_without_words"),
    "too large": (b'{"text": "' + b"a " * 2**18 + b'"}', ("-H", JSON), 413, "too_large"),
    "another method": (b"{}", ("-X", "PUT"), 405, "method_not_allowed"),
}


@pytest.mark.parametrize("name", INVALID_REQUESTS)
def test_invalid_request_gets_its_status_and_code(url: str, name: str) -> None:
    body, options, status, code = INVALID_REQUESTS[name]
    response = curl(url, *options, data=body)
    assert (response.status, response.error_code) == (status, code)


def test_unknown_path_is_404(url: str) -> None:
    response = curl(f"{url}nope", "--data", FRENCH_REQUEST)
    assert (response.status, response.error_code) == (404, "not_found")


def test_the_function_serves_the_page_and_openapi(url: str) -> None:
    page = curl(url)
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    assert curl(f"{url}health").json["status"] == "ok"
    assert "paths" in curl(f"{url}openapi.json").json
