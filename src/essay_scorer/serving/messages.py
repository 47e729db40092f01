"""HTTP requests and responses as plain records, and the errors of the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from essay_scorer.contract import MAX_REQUEST_BYTES
from essay_scorer.errors import InvalidProfile, RequestError
from essay_scorer.score import SCORE_KEY, Score
from essay_scorer.serving.outcomes import Outcome

if TYPE_CHECKING:
    from essay_scorer.adapt.profile import Profile

# code: (HTTP status, message). The meaning of a code never changes.
ERRORS: dict[str, tuple[int, str]] = {
    "invalid_json": (400, 'The body must be JSON, like {"text": "…"}.'),
    "invalid_base64": (400, "The body is marked as base64 but is not."),
    "invalid_event": (400, "The event is not an HTTP request."),
    "missing_text": (400, 'The request has no field "text".'),
    "unauthorised": (401, "Send a valid key as X-Api-Key, or as Authorization: Bearer."),
    "not_found": (404, "Nothing exists at this path."),
    "method_not_allowed": (405, "This path does not support this method."),
    "too_large": (413, f"The request is larger than {MAX_REQUEST_BYTES // 1024} KiB."),
    "unsupported_media_type": (415, "Send the essay's text as JSON."),
    "text_not_a_string": (422, 'The field "text" must be a string.'),
    "text_without_words": (422, "The text has no words."),
    "prompt_not_a_string": (422, 'The field "prompt" must be a string.'),
    "explain_not_a_boolean": (422, 'The field "explain" must be true or false.'),
    "features_not_a_boolean": (422, 'The field "features" must be true or false.'),
    "invalid_profile": (
        422,
        'The field "profile" is not a profile that was learned with this model; learn it again.',
    ),
    "no_adaptation": (422, "The server's model cannot learn or use profiles."),
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
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    url_path: str | None = None


@dataclass(frozen=True, kw_only=True)
class Response:
    """An HTTP response.

    Attributes:
        status: the HTTP status.
        headers: by name.
        body: as it is sent.
        outcome: the score or the error in the body, for the request log.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    outcome: Outcome | None = None


@dataclass(frozen=True, kw_only=True)
class ScoreRequest:
    """A request for a score.

    Attributes:
        text: the essay.
        prompt: the assignment's text.
        explain: whether reasons are wanted.
        features: whether the essay's vector is wanted.
        profile: a teacher's, to score by.
    """

    text: str
    prompt: str | None = None
    explain: bool = False
    features: bool = False
    profile: "Profile | None" = None

    @classmethod
    def parse(cls, value: object) -> Self:
        """Check the value of a JSON body, ``{"text": "…", "prompt": "…", "explain": true}``.

        It may also have ``"features": true``, and a ``profile`` as ``Profile.to_dict`` returns it.

        Raises:
            RequestError: a field is missing, has the wrong type, or is too large.
        """
        if not isinstance(value, dict) or "text" not in value:
            raise RequestError("missing_text")
        text, prompt = value["text"], value.get("prompt")
        explain, features = value.get("explain", False), value.get("features", False)
        if prompt is not None and not isinstance(prompt, str):
            raise RequestError("prompt_not_a_string")
        if not isinstance(explain, bool):
            raise RequestError("explain_not_a_boolean")
        if not isinstance(features, bool):
            raise RequestError("features_not_a_boolean")
        if any(map(_is_too_large, (text, prompt))):
            raise RequestError("too_large")
        if not isinstance(text, str):
            raise RequestError("text_not_a_string")
        return cls(
            text=text,
            prompt=prompt,
            explain=explain,
            features=features,
            profile=_parse_profile(value.get("profile")),
        )


def _parse_profile(value: object) -> "Profile | None":
    if value is None:
        return None
    from essay_scorer.adapt.profile import Profile  # noqa: PLC0415 - few requests have one

    try:
        return Profile.from_dict(value)
    except InvalidProfile:
        raise RequestError("invalid_profile") from None


def _is_too_large(text: object) -> bool:
    if not isinstance(text, str):
        return False
    return len(text.encode(errors="surrogatepass")) > MAX_REQUEST_BYTES


def status_and_body(outcome: Outcome) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the JSON body of a score or an error.

    An error that the wire does not know is ``internal``; its message is never repeated.
    """
    if isinstance(outcome, Score):
        return 200, outcome.to_dict()
    code = outcome.code if outcome.code in ERRORS else "internal"
    status, message = ERRORS[code]
    return status, {"error": {"code": code, "message": message}}


def original_envelope(outcome: Outcome) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the JSON body in the form of the original system.

    The score alone, in an envelope that repeats the status. Errors are in the same envelope.
    """
    status, body = status_and_body(outcome)
    if isinstance(outcome, Score):
        body = {SCORE_KEY: outcome.value}
    return status, {"statusCode": status, "body": body}


def prefers_all_fields(request: Request) -> bool:
    """Say whether a request asks for all fields, whatever the form of answers is (RFC 7240)."""
    preferences = request.headers.get("prefer", "").lower().split(",")
    return "return=representation" in map(str.strip, preferences)
