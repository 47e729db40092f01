"""The OpenAPI document, generated from the types: ``static/openapi.json``.

    python -m essay_scorer.serving.openapi

writes it. The server serves the file; a test compares it with the types.
"""

import json
from typing import Any

from essay_scorer.adapt.essay_vector import FORMAT as VECTOR_FORMAT
from essay_scorer.adapt.essay_vector import MAX_VECTOR_CHARACTERS, EssayVector
from essay_scorer.checks.flags import FLAGS
from essay_scorer.contract import MAX_REQUEST_BYTES
from essay_scorer.explain.attribution import Sentence
from essay_scorer.explain.observations import MEASURES, Observation
from essay_scorer.model.manifest import Model
from essay_scorer.model.scale import Scale
from essay_scorer.score import SCORE_KEY, Score
from essay_scorer.serving.json_schema import Schema, schema_of
from essay_scorer.serving.messages import ERRORS
from essay_scorer.serving.profile_schema import profile_schema
from essay_scorer.serving.static_files import STATIC
from essay_scorer.text.normalize import Passage

DOCUMENT = STATIC / "openapi.json"

_CONSTRAINTS: dict[tuple[type, str], Schema] = {
    (Score, "flags"): {"items": {"enum": list(FLAGS)}},
    (Score, "uncertainty"): {"minimum": 0, "maximum": 1},
    (EssayVector, "format"): {"const": VECTOR_FORMAT},
    (EssayVector, "familiarity"): {"minimum": 0, "maximum": 1},
    (EssayVector, "values"): {"contentEncoding": "base64", "maxLength": MAX_VECTOR_CHARACTERS},
    (EssayVector, "prior"): {"contentEncoding": "base64"},
    (Scale, "step"): {"exclusiveMinimum": 0},
    (Passage, "start"): {"minimum": 0},
    (Passage, "end"): {"minimum": 1},
    (Sentence, "paragraph"): {"minimum": 0},
    (Observation, "code"): {"enum": list(MEASURES)},
}
# Codes of errors that a valid path and method cannot give.
_OTHER_CODES = frozenset({"not_found", "method_not_allowed", "invalid_base64", "invalid_event"})
# Of a server that answers in the original system's form.
_PREFER: dict[str, Any] = {
    "name": "Prefer",
    "in": "header",
    "description": "`return=representation` asks for all fields, without the envelope.",
    "schema": {"type": "string"},
}
_REASONS = {
    400: 'The body is not JSON, or has no field "text"',
    401: "The server requires a key, and the request has no valid one",
    413: f"The request is larger than {MAX_REQUEST_BYTES // 1024} KiB",
    415: "The content is not JSON",
    422: "The request cannot be answered",
    500: "The server failed",
}


def document(*, original_answer: bool = False) -> dict[str, Any]:
    """Return the OpenAPI document.

    Args:
        original_answer: describe a server that answers in the original system's form.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "essay-scorer",
            "version": "1",
            "summary": "Scores an essay: a suggestion, not a grade.",
            "description": "The code is under the MIT license. The weights of the shipped model "
            "are under CC BY-NC-SA 4.0, like the essays they were trained on: no commercial use.",
            "license": {"name": "MIT (code)", "identifier": "MIT"},
        },
        "paths": {
            "/": {"get": _page(), "post": _score("score", original_answer=original_answer)},
            "/model/predict": {"post": _score("predict", original_answer=original_answer)},
            "/health": {"get": _health()},
            "/card": {"get": _model_card()},
            "/openapi.json": {"get": _contract()},
        },
        "components": {
            "schemas": {**_schemas(), **(_original_schemas() if original_answer else {})},
            "securitySchemes": _security_schemes(),
        },
    }


def _schemas() -> dict[str, Schema]:
    return {
        "Request": _request_schema(),
        "Profile": profile_schema(),
        "Answer": schema_of(Score, constraints=_CONSTRAINTS, names={"value": SCORE_KEY}),
        "Model": schema_of(Model, constraints={}, names={}),
        "Error": _object(error=_object(code={"type": "string"}, message={"type": "string"})),
    }


def _original_schemas() -> dict[str, Schema]:
    """Return the schemas of the original system's envelope."""
    score = _object(**{SCORE_KEY: {"type": "number"}})
    return {
        "OriginalAnswer": _object(statusCode={"const": 200}, body=score),
        "OriginalError": _object(statusCode={"type": "integer"}, body=_reference("Error")),
    }


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _request_schema() -> Schema:
    return {
        "type": "object",
        "required": ["text"],
        "properties": {
            "text": {
                "type": "string",
                "description": "The essay; it must contain a letter.",
                "minLength": 1,
            },
            "prompt": {
                "type": ["string", "null"],
                "description": "The assignment's text. It never changes the score; it enables the "
                "flags `off_topic` and `copied_prompt`, and makes `off_topic_part` more certain.",
            },
            "explain": {
                "type": "boolean",
                "default": False,
                "description": "Add each sentence's contribution, and observations. Takes up to "
                "five times as long.",
            },
            "features": {
                "type": "boolean",
                "default": False,
                "description": "Add the essay's vector, from which a client learns a profile.",
            },
            "profile": {"oneOf": [_reference("Profile"), {"type": "null"}]},
        },
        "example": {"text": "Ceci est un essai pour être noté."},
    }


def _security_schemes() -> dict[str, Schema]:
    return {
        "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        "bearer": {"type": "http", "scheme": "bearer"},
    }


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _content(schema: Schema, kind: str = "application/json") -> dict[str, Any]:
    return {kind: {"schema": schema}}


def _score(operation: str, *, original_answer: bool) -> dict[str, Any]:
    return {
        "operationId": operation,
        "summary": "Score one essay",
        "description": "The content type may be anything; the body must be JSON, at most "
        f"{MAX_REQUEST_BYTES // 1024} KiB.",
        **({"parameters": [_PREFER]} if original_answer else {}),
        "requestBody": {"required": True, "content": _content(_reference("Request"))},
        "responses": {
            "200": {
                "description": "The score",
                "content": _content(_answer("Answer", original_answer=original_answer)),
            },
            **{
                str(status): _error_response(status, original_answer=original_answer)
                for status in _REASONS
            },
        },
        "security": [{}, {"key": []}, {"bearer": []}],
    }


def _answer(name: str, *, original_answer: bool) -> Schema:
    """Return the schema of a body, which may be in the original system's envelope."""
    both = [_reference(f"Original{name}"), _reference(name)]
    return {"oneOf": both} if original_answer else _reference(name)


def _error_response(status: int, *, original_answer: bool) -> dict[str, Any]:
    codes = [
        code
        for code, (of_code, _) in ERRORS.items()
        if of_code == status and code not in _OTHER_CODES
    ]
    example: dict[str, Any] = {"error": {"code": codes[0], "message": "…"}}
    if original_answer:
        example = {"statusCode": status, "body": example}
    schema = _answer("Error", original_answer=original_answer)
    return {
        "description": f"{_REASONS[status]}: {', '.join(f'`{code}`' for code in codes)}",
        "content": {"application/json": {"schema": schema, "example": example}},
    }


def _page() -> dict[str, Any]:
    return {
        "operationId": "page",
        "summary": "The teacher's page",
        "responses": {
            "200": {
                "description": "The teacher's page",
                "content": _content({"type": "string"}, "text/html"),
            },
            "304": _not_modified(),
        },
    }


def _not_modified() -> dict[str, Any]:
    return {"description": "It matches the `ETag` in `If-None-Match`"}


def _health() -> dict[str, Any]:
    schema = _object(
        status={"const": "ok"},
        model=_reference("Model"),
        license={"type": "string", "description": "The license of the model's weights."},
    )
    return {
        "operationId": "health",
        "summary": "Status and model",
        "responses": {"200": {"description": "Status and model", "content": _content(schema)}},
    }


def _model_card() -> dict[str, Any]:
    return {
        "operationId": "card",
        "summary": "The model card",
        "responses": {
            "200": {
                "description": "Intended use, agreement and limits of the model, in Markdown",
                "content": _content({"type": "string"}, "text/plain"),
            }
        },
    }


def _contract() -> dict[str, Any]:
    return {
        "operationId": "contract",
        "summary": "This document",
        "responses": {
            "200": {"description": "This document", "content": _content({"type": "object"})},
            "304": _not_modified(),
        },
    }


def main() -> None:
    """Write the document."""
    text = json.dumps(document(), indent=2, ensure_ascii=False)
    DOCUMENT.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
