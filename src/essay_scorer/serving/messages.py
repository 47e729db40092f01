"""HTTP requests and responses as plain records, and the errors of the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from essay_scorer.contract import MAX_REQUEST_BYTES, MAX_TEXTS
from essay_scorer.errors import RequestError, ScorerError
from essay_scorer.score import SCORE_KEY, Score
from essay_scorer.serving.outcomes import Answer, Outcome

# code: (HTTP status, message). The meaning of a code never changes.
ERRORS: dict[str, tuple[int, str]] = {
    "invalid_json": (400, 'The body must be JSON, like {"text": "…"}.'),
    "invalid_base64": (400, "The body is marked as base64 but is not."),
    "invalid_event": (400, "The event is not an HTTP request."),
    "malformed_http": (400, "This is not a valid HTTP request."),
    "missing_text": (400, 'The request has no field "text".'),
    "text_and_texts": (400, 'Send either the field "text" or the field "texts".'),
    "unknown_field": (400, "The request has an unknown field."),
    "repeated_field": (400, "The request has two fields of one name."),
    "unauthorised": (401, "Send a valid key as X-Api-Key, or as Authorization: Bearer."),
    "not_found": (404, "Nothing exists at this path."),
    "method_not_allowed": (405, "This path does not support this method."),
    "too_large": (413, f"The request is larger than {MAX_REQUEST_BYTES // 1024} KiB."),
    "unsupported_media_type": (415, "Send the essay's text as JSON."),
    "text_not_a_string": (422, 'The field "text" must be a string.'),
    "texts_not_an_array": (422, 'The field "texts" must be an array of strings.'),
    "too_many_texts": (422, f"A request may have at most {MAX_TEXTS} texts; send several."),
    "text_without_words": (422, "The text has no words."),
    "prompt_not_a_string": (422, 'The field "prompt" must be a string.'),
    "explain_not_a_boolean": (422, 'The field "explain" must be true or false.'),
    "features_not_a_boolean": (422, 'The field "features" must be true or false.'),
    "invalid_profile": (
        422,
        'The field "profile" is not a profile that was learned with this model; learn it again.',
    ),
    "no_adaptation": (422, "The server's model cannot learn or use profiles."),
    "headers_too_large": (431, "The request's headers are too large."),
    "internal": (500, "The server failed; the request was not at fault."),
}


@dataclass(frozen=True, kw_only=True)
class Request:
    """An HTTP request.

    Attributes:
        method: in upper case.
        path: percent-decoded, without the query.
        url_path: the same as the client sees it, with a base path that ``path`` lacks; None if
            they do not differ.
        headers: their names in lower case.
        body: the raw bytes.
        request_id: to find the request by; see ``serving.request_ids``.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    url_path: str | None = None
    request_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Response:
    """An HTTP response.

    Attributes:
        status: the HTTP status.
        headers: by name.
        body: as it is sent.
        outcomes: the scores and the errors in the body, for the request log.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    outcomes: tuple[Outcome, ...] = ()


def status_and_body(answer: Answer) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the JSON body of a score, an error, or several of them."""
    if isinstance(answer, tuple):
        return 200, {"answers": [_body(one) for one in answer]}
    return _status(answer), _body(answer)


def original_envelope(answer: Answer) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the JSON body in the form of the original system.

    The score alone, in an envelope that repeats the status. Errors are in the same envelope.
    """
    if isinstance(answer, tuple):
        return 200, {"statusCode": 200, "body": {"answers": [_score_alone(one) for one in answer]}}
    status = _status(answer)
    return status, {"statusCode": status, "body": _score_alone(answer)}


def _status(outcome: Outcome) -> int:
    return 200 if isinstance(outcome, Score) else ERRORS[_code(outcome)][0]


def _body(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Score):
        return outcome.to_dict()
    code = _code(outcome)
    detail = outcome.detail if isinstance(outcome, RequestError) else ""
    return {"error": {"code": code, "message": detail or ERRORS[code][1]}}


def _score_alone(outcome: Outcome) -> dict[str, Any]:
    return {SCORE_KEY: outcome.value} if isinstance(outcome, Score) else _body(outcome)


def _code(error: ScorerError) -> str:
    """Return an error's code; one that the wire does not know is ``internal``."""
    return error.code if error.code in ERRORS else "internal"


def accepts_html(request: Request) -> bool:
    """Say whether a request names HTML among what it accepts, as a browser's does."""
    accepted = request.headers.get("accept", "").lower().split(",")
    return any(
        kind.strip() == "text/html" and not _is_refused(quality)
        for kind, _, quality in (one.partition(";") for one in accepted)
    )


def _is_refused(parameters: str) -> bool:
    """Say whether a media range's parameters give it the quality 0 (RFC 9110, 12.4.2)."""
    values = (one.strip().partition("=") for one in parameters.split(";"))
    return any(name == "q" and value.strip("0") in ("", ".") for name, _, value in values)


def prefers_all_fields(request: Request) -> bool:
    """Say whether a request asks for all fields, whatever the form of answers is (RFC 7240)."""
    preferences = request.headers.get("prefer", "").lower().split(",")
    return "return=representation" in map(str.strip, preferences)
