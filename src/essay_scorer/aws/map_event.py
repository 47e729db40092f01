"""Batches of a Distributed Map."""

import os
import time
from typing import Any


class BatchFailed(Exception):
    """A batch met what nobody expected; what it was is said by the kind of error alone."""


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
