"""Score many requests: each gets its own score or its own error.

The workers of a local batch and the function of a Distributed Map use it.
"""

from collections.abc import Iterable

from essay_scorer.errors import RequestError, RowError
from essay_scorer.scorer import Scorer
from essay_scorer.serving.application import score_request
from essay_scorer.serving.outcomes import Outcome


def score_requests(scorer: Scorer, requests: Iterable[object]) -> list[Outcome]:
    """Score requests in order.

    Args:
        scorer: the bundle's.
        requests: values such as ``{"text": "…"}``; ``{"error": code}`` stands for a row that
            could not be read, and becomes a ``RowError``.
    """
    return [_score(scorer, request) for request in requests]


def _score(scorer: Scorer, request: object) -> Outcome:
    if isinstance(request, dict) and "text" not in request and "error" in request:
        return RowError(request["error"])
    try:
        return score_request(scorer, request)
    except RequestError as error:
        return error
