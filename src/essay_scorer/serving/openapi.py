"""The OpenAPI document, generated from the types: ``static/openapi.json``.

    python -m essay_scorer.serving.openapi

writes it. The server serves the file; a test compares it with the types. ``GET /metrics`` is not in
it: only the local server has that route, for the one who runs it.
"""

import json
from typing import Any

from essay_scorer.serving.openapi_operations import paths
from essay_scorer.serving.openapi_responses import shared_components
from essay_scorer.serving.openapi_schemas import original_schemas, schemas
from essay_scorer.serving.static_files import STATIC

DOCUMENT = STATIC / "openapi.json"

_REGION = {"default": "eu-west-1", "description": "The deployment's AWS region."}
_SERVERS: list[dict[str, Any]] = [
    {"url": ".", "description": "The server of this document, behind whatever base path."},
    {"url": "http://127.0.0.1:8000", "description": "`essay-scorer serve`"},
    {
        "url": "https://{id}.lambda-url.{region}.on.aws",
        "description": "The Function URL of a deployment in AWS.",
        "variables": {
            "id": {"default": "id", "description": "In the output `Url` of `make deploy`."},
            "region": _REGION,
        },
    },
    {
        "url": "https://{id}.execute-api.{region}.amazonaws.com/live",
        "description": "Its API Gateway, if it has one, which knows `POST /model/predict` only.",
        "variables": {
            "id": {"default": "id", "description": "In the output `GatewayUrl`."},
            "region": _REGION,
        },
    },
]


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
        "servers": _SERVERS,
        "paths": paths(original_answer=original_answer),
        "components": {
            "schemas": {**schemas(), **(original_schemas() if original_answer else {})},
            **shared_components(original_answer=original_answer),
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def main() -> None:
    """Write the document."""
    text = json.dumps(document(), indent=2, ensure_ascii=False)
    DOCUMENT.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
