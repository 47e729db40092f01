"""The operations of the OpenAPI document."""

from typing import Any

from essay_scorer.contract import MAX_REQUEST_BYTES, MAX_TEXTS
from essay_scorer.serving.openapi_responses import (
    AWS_STATUSES,
    COMMON_STATUSES,
    ID_HEADERS,
    REQUEST_ID_PARAMETER,
    SCORE_STATUSES,
    answer_schema,
    error_references,
    response,
)
from essay_scorer.serving.openapi_schemas import closed_object, reference

_JSON = "application/json"
_TEXT = {"type": "string"}
# Of a server that answers in the original system's form.
_PREFER: dict[str, Any] = {
    "name": "Prefer",
    "in": "header",
    "description": "`return=representation` asks for all fields, without the envelope.",
    "schema": _TEXT,
}


def paths(*, original_answer: bool) -> dict[str, Any]:
    """Return the operations by path and method."""
    page = _get("page", "The teacher's page", kind="text/html", is_file=True)
    return {
        "/": {"get": page, "post": _score("score", original_answer=original_answer)},
        "/model/predict": {"post": _score("predict", original_answer=original_answer)},
        "/health": {"get": _get("health", "Status and model", schema=_health())},
        "/card": {
            "get": _get(
                "card",
                "The model card",
                kind="text/plain",
                other_kind="text/html",
                description="Intended use, agreement and limits of the model, in Markdown; as a "
                "page, if the request accepts HTML",
            )
        },
        "/openapi.json": {
            "get": _get("contract", "This document", schema={"type": "object"}, is_file=True)
        },
        "/docs": {"get": _get("docs", "This document, for people", kind="text/html")},
    }


def _score(operation: str, *, original_answer: bool) -> dict[str, Any]:
    either = [
        answer_schema(name, original_answer=original_answer) for name in ("Answer", "Answers")
    ]
    return {
        "operationId": operation,
        "summary": "Score one essay, or several",
        "description": "The content type may be anything; the body must be JSON, at most "
        f"{MAX_REQUEST_BYTES // 1024} KiB. With `texts`, up to {MAX_TEXTS} of them, the answer is "
        "a list: one that cannot be scored has its error there, and the others have their scores.",
        "parameters": [REQUEST_ID_PARAMETER, *([_PREFER] if original_answer else [])],
        "requestBody": {
            "required": True,
            "content": {_JSON: {"schema": reference("Request")}},
        },
        "responses": {
            "200": response("The score, or the answers", {"oneOf": either}),
            **error_references(*sorted({*SCORE_STATUSES, *AWS_STATUSES})),
        },
        "security": [{}, {"key": []}, {"bearer": []}],
    }


def _get(
    operation: str,
    summary: str,
    *,
    schema: dict[str, Any] | None = None,
    kind: str = _JSON,
    other_kind: str = "",
    description: str = "",
    is_file: bool = False,
) -> dict[str, Any]:
    """Return an operation that everybody may call.

    Args:
        operation: its ID.
        summary: of the operation.
        schema: of the body; a string by default.
        kind: the body's media type.
        other_kind: another one that the client may ask for.
        description: of the body; the summary by default.
        is_file: whether the response has an entity tag.
    """
    unchanged = {
        "description": "It matches the `ETag` in `If-None-Match`",
        "headers": ID_HEADERS,
    }
    answered = response(description or summary, schema or _TEXT, kind)
    if other_kind:
        answered["content"][other_kind] = {"schema": _TEXT}
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": [REQUEST_ID_PARAMETER],
        "responses": {
            "200": answered,
            **({"304": unchanged} if is_file else {}),
            **error_references(*sorted({*COMMON_STATUSES, *AWS_STATUSES})),
        },
        "security": [],
    }


def _health() -> dict[str, Any]:
    health = closed_object(
        status={"const": "ok"},
        model=reference("Model"),
        license={"type": "string", "description": "The license of the model's weights."},
    )
    profile = closed_object(marks={"type": "integer", "description": "How many it learned from."})
    health["properties"]["profile"] = {
        **profile,
        "description": "Only if the server scores by a teacher's profile.",
    }
    return health
