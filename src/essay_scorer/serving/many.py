"""Many requests at once: each gets its answer, or the code of its own error.

A local worker and AWS's Distributed Map come in here.  Step Functions calls the function
with a batch of items, ``n`` being the input's row,

    {"Items": [{"n": 0, "item": {"text": "…"}}, …]}

and keeps what is returned in S3; so the function needs no right to any bucket, and a batch
that is tried again gives the same answers again.
"""

import os
import time
from collections.abc import Iterable
from typing import Any

from .api import WireError, answer
from .scorer import Scorer


class BatchFailed(Exception):
    """A batch met what nobody expected; what it was is said by the kind of error alone."""


def answer_all(scorer: Scorer, requests: Iterable[Any]) -> list[dict[str, Any]]:
    """Answer requests in order; ``{"error": code}`` stands for one that has no score."""
    return [_answer(scorer, request) for request in requests]


def _answer(scorer: Scorer, request: Any) -> dict[str, Any]:
    # A row that could not be read, and says so itself, keeps its place.
    if isinstance(request, dict) and "text" not in request and "error" in request:
        return {"error": request["error"]}
    try:
        return answer(scorer, request)
    except WireError as error:
        return {"error": error.body["error"]["code"]}


def is_batch(event: Any) -> bool:
    """Whether an event is a batch of a Distributed Map."""
    return (
        isinstance(event, dict)
        and isinstance(event.get("Items"), list)
        and all(isinstance(one, dict) and {"n", "item"} <= one.keys() for one in event["Items"])
    )


def answer_batch(scorer: Scorer, event: dict[str, Any]) -> dict[str, Any]:
    """Answer a batch: ``[row, answer]`` for each item, and what it took."""
    began = time.perf_counter()
    items = event["Items"]
    try:
        answers = answer_all(scorer, (one["item"] for one in items))
    except Exception as error:  # noqa: BLE001 - the batch is tried again; its texts are not logged
        raise BatchFailed(f"The batch failed: {type(error).__name__}.") from None
    return {
        "answers": [[one["n"], said] for one, said in zip(items, answers, strict=True)],
        "milliseconds": round((time.perf_counter() - began) * 1000),
        "memory": int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0")),
    }
