"""Many requests at once: each gets its answer, or the code of its own error.

A local worker and AWS's Distributed Map come in here.  Step Functions calls the function
with a batch of items, ``n`` being the input's row,

    {"Items": [{"n": 0, "item": {"text": "…"}}, …]}

and keeps what is returned in S3; so the function needs no right to any bucket, and a batch
that is tried again gives the same answers again.
"""

from collections.abc import Iterable
from typing import Any

from essay_scorer.errors import RequestError
from essay_scorer.scorer import Scorer
from essay_scorer.serving.app import score_request


def answer_all(scorer: Scorer, requests: Iterable[Any]) -> list[dict[str, Any]]:
    """Answer requests in order; ``{"error": code}`` stands for one that has no score."""
    return [_answer(scorer, request) for request in requests]


def _answer(scorer: Scorer, request: Any) -> dict[str, Any]:
    # A row that could not be read, and says so itself, keeps its place.
    if isinstance(request, dict) and "text" not in request and "error" in request:
        return {"error": request["error"]}
    try:
        return score_request(scorer, request)
    except RequestError as error:
        return {"error": error.body["error"]["code"]}
