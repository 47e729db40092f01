"""Score requests: of one text, of several, and many requests in turn.

Of several, each gets its own score or its own error. The application, the workers of a local batch
and the function of a Distributed Map all score here.
"""

from collections.abc import Iterable
from functools import partial

from essay_scorer.errors import BundleInvalid, InvalidProfile, RequestError, RowError, TextError
from essay_scorer.score import Score
from essay_scorer.scorer import Scorer
from essay_scorer.serving.outcomes import Answer, Outcome
from essay_scorer.serving.score_request import ScoreRequest

# Errors of the fields that all texts of a request share.
_SHARED_CODES = frozenset({"invalid_profile", "no_adaptation"})


def answer_request(scorer: Scorer, value: object) -> Answer:
    """Score the value of a JSON body: one text, or the texts in ``{"texts": ["…", "…"]}``.

    Returns:
        The score of ``text``; or, for each of the ``texts`` in order, its score or its error.

    Raises:
        RequestError: it is not a request, or its one text cannot be scored.
    """
    request = ScoreRequest.parse(value)
    if not request.has_many:
        return _score(scorer, request, request.texts[0])
    return tuple(map(partial(_outcome, scorer, request), request.texts))


def score_request(scorer: Scorer, value: object) -> Score:
    """Score the one text of a request, ``{"text": "…", "prompt": "…", "explain": true}``.

    Raises:
        RequestError: it is not such a request, or its text cannot be scored.
    """
    request = ScoreRequest.parse(value)
    if request.has_many:
        raise RequestError("missing_text")
    return _score(scorer, request, request.texts[0])


def score_requests(scorer: Scorer, requests: Iterable[object]) -> list[Outcome]:
    """Score requests of one text each, in order.

    Args:
        scorer: the bundle's.
        requests: values such as ``{"text": "…"}``; ``{"error": code}`` stands for a row that
            could not be read, and becomes a ``RowError``.
    """
    return [_score_row(scorer, request) for request in requests]


def expected_error(error: Exception) -> RequestError:
    """Return an error as the caller may see it; an unexpected one is ``internal``."""
    if isinstance(error, RequestError):
        return error
    import logging  # noqa: PLC0415 - only a failed request needs it

    logging.getLogger(__name__).error("request failed: %s", type(error).__name__)
    return RequestError("internal")


def _score_row(scorer: Scorer, request: object) -> Outcome:
    if isinstance(request, dict) and "text" not in request and "error" in request:
        return RowError(request["error"])
    try:
        return score_request(scorer, request)
    except RequestError as error:
        return error


def _outcome(scorer: Scorer, request: ScoreRequest, text: object) -> Outcome:
    """Return the score or the error of one text of several.

    Raises:
        RequestError: a field that all texts share is at fault.
    """
    try:
        return _score(scorer, request, text)
    except Exception as error:  # noqa: BLE001 - the other texts of the request get their scores
        expected = expected_error(error)
        if expected.code in _SHARED_CODES:
            raise expected from None
        return expected


def _score(scorer: Scorer, request: ScoreRequest, text: object) -> Score:
    if not isinstance(text, str):
        raise RequestError("text_not_a_string")
    try:
        return scorer.score(
            text,
            prompt=request.prompt,
            explain=request.explain,
            profile=request.profile,
            features=request.features,
        )
    except (TextError, InvalidProfile) as error:
        raise RequestError(error.code) from None
    except BundleInvalid:  # it has not what profiles need
        raise RequestError("no_adaptation") from None
