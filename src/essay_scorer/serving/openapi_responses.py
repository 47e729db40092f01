"""The responses of the OpenAPI document that several operations share: errors, headers."""

from typing import Any

from essay_scorer.contract import MAX_REQUEST_BYTES, REQUEST_ID_HEADER
from essay_scorer.serving.json_schema import Schema
from essay_scorer.serving.messages import ERRORS
from essay_scorer.serving.openapi_schemas import reference

# Codes of errors that a documented path cannot give.
_OTHER_CODES = frozenset({"not_found"})
_REASONS = {
    400: "The body is not JSON, lacks a text, or has an unknown field or two of one name; or this "
    "is not valid HTTP",
    401: "The server requires a key, and the request has no valid one",
    405: "The path does not support the method; the header `Allow` names those that it does",
    413: f"The request is larger than {MAX_REQUEST_BYTES // 1024} KiB",
    415: "The content is not JSON",
    422: "The request cannot be answered",
    431: "The headers are larger than the local server reads",
    500: "The server failed",
}
# Statuses that only AWS, or a proxy in front of the server, answers with.
_AWS_REASONS = {
    403: "The caller has no permission (deployments with IAM)",
    429: "Too many requests at once, or today: API Gateway's limits or Lambda's concurrency",
    502: "The function failed without an answer, or a proxy reaches no server",
    503: "The service is not available for now",
    504: "The answer took longer than API Gateway or a proxy waits",
}
# What a path answers whatever is asked of it.
COMMON_STATUSES = (400, 405, 431, 500)
SCORE_STATUSES = tuple(_REASONS)
AWS_STATUSES = tuple(_AWS_REASONS)
_REQUEST_ID = "RequestId"
_CODES = {
    status: [
        code
        for code, (of_code, _) in ERRORS.items()
        if of_code == status and code not in _OTHER_CODES
    ]
    for status in _REASONS
}

REQUEST_ID_PARAMETER = {"$ref": f"#/components/parameters/{_REQUEST_ID}"}
ID_HEADERS = {REQUEST_ID_HEADER: {"$ref": f"#/components/headers/{_REQUEST_ID}"}}


def response(description: str, schema: Schema, kind: str = "application/json") -> dict[str, Any]:
    """Return a response with a body."""
    return {
        "description": description,
        "headers": ID_HEADERS,
        "content": {kind: {"schema": schema}},
    }


def error_references(*statuses: int) -> dict[str, Any]:
    """Return references to the error responses of these statuses, by status."""
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}


def shared_components(*, original_answer: bool) -> dict[str, Any]:
    """Return the components ``responses``, ``headers`` and ``parameters``."""
    text: Schema = {"type": "string"}
    responses = {status: _error(status, original_answer=original_answer) for status in _REASONS}
    responses |= {status: _aws_error(status) for status in _AWS_REASONS}
    return {
        "responses": {str(status): responses[status] for status in sorted(responses)},
        "headers": {
            _REQUEST_ID: {
                "description": "The request's ID, as in the request log: the one that was sent, "
                "or a new one.",
                "schema": text,
            }
        },
        "parameters": {
            _REQUEST_ID: {
                "name": REQUEST_ID_HEADER,
                "in": "header",
                "description": "An ID of the caller's choice, for the request log and the "
                "response: up to 128 visible ASCII characters; anything else is replaced.",
                "schema": text,
            }
        },
    }


def answer_schema(name: str, *, original_answer: bool) -> Schema:
    """Return the schema of a body, which may be in the original system's envelope."""
    both = [reference(f"Original{name}"), reference(name)]
    return {"oneOf": both} if original_answer else reference(name)


def _error(status: int, *, original_answer: bool) -> dict[str, Any]:
    codes = _CODES[status]
    example: dict[str, Any] = {"error": {"code": codes[0], "message": ERRORS[codes[0]][1]}}
    if original_answer:
        example = {"statusCode": status, "body": example}
    named = ", ".join(f"`{code}`" for code in codes)
    schema = answer_schema("Error", original_answer=original_answer)
    answered = response(f"{_REASONS[status]}: {named}", schema)
    answered["content"]["application/json"]["example"] = example
    return answered


def _aws_error(status: int) -> dict[str, Any]:
    either: Schema = {"anyOf": [reference("Error"), reference("AwsError")]}
    return {
        "description": _AWS_REASONS[status],
        "content": {
            "application/json": {"schema": either},
            "text/plain": {"schema": {"type": "string"}},
        },
    }
