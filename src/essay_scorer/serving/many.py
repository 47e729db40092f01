"""Score many requests: each gets its own score or its own error.

The workers of a local batch and the function of a Distributed Map use it. Between processes,
outcomes travel as JSON; this module has both directions.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from essay_scorer.errors import RequestError, RowError
from essay_scorer.score import SCORE_KEY, Score
from essay_scorer.scorer import Scorer
from essay_scorer.serving.application import score_request
from essay_scorer.serving.messages import Outcome


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


def outcome_to_dict(outcome: Outcome) -> dict[str, Any]:
    """Return a score or an error as JSON: the wire's answer, or ``{"error": code}``."""
    return outcome.to_dict() if isinstance(outcome, Score) else {"error": outcome.code}


def outcome_from_dict(table: Mapping[str, Any]) -> Outcome:
    """Read what ``outcome_to_dict`` returned; an error becomes a ``RowError``.

    Raises:
        KeyError, TypeError: it is something else.
    """
    return Score.from_dict(table) if SCORE_KEY in table else RowError(table["error"])
