"""Batches of a Distributed Map: Step Functions invokes the function with a batch of items.

    {"Items": [{"n": 0, "item": {"text": "…"}}, …]}

``n`` is the row of the input file. Step Functions stores the result in S3, so the function
needs no access to any bucket, and a retried batch gives the same result again.
"""

import time
from typing import Any

from essay_scorer.errors import BatchError
from essay_scorer.scorer import Scorer
from essay_scorer.serving.many import score_requests
from essay_scorer.serving.outcomes import Outcome, outcome_to_dict


def is_map_event(event: object) -> bool:
    """Say whether an event is a batch of a Distributed Map."""
    return (
        isinstance(event, dict)
        and isinstance(event.get("Items"), list)
        and all(isinstance(one, dict) and {"n", "item"} <= one.keys() for one in event["Items"])
    )


def score_map_event(
    scorer: Scorer, event: dict[str, Any], *, memory: int
) -> tuple[dict[str, Any], list[Outcome]]:
    """Score a batch.

    Args:
        scorer: the bundle's.
        event: for which ``is_map_event`` holds.
        memory: of the function, in MB.

    Returns:
        The result, with ``[row, outcome]`` for each item, the duration and the memory; and the
        outcomes, for the request log.

    Raises:
        BatchError: the batch failed as a whole; Step Functions retries it.
    """
    started = time.perf_counter()
    items = event["Items"]
    try:
        outcomes = score_requests(scorer, (one["item"] for one in items))
    except Exception as error:  # noqa: BLE001 - AWS logs its message, which may quote an essay
        raise BatchError(f"The batch failed: {type(error).__name__}.") from None
    answers = [
        [one["n"], outcome_to_dict(outcome)] for one, outcome in zip(items, outcomes, strict=True)
    ]
    milliseconds = round((time.perf_counter() - started) * 1000)
    return {"answers": answers, "milliseconds": milliseconds, "memory": memory}, outcomes
