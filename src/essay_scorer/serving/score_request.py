"""Requests for scores: the fields of a JSON body, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from essay_scorer.contract import MAX_REQUEST_BYTES, MAX_TEXTS
from essay_scorer.errors import InvalidProfile, RequestError

if TYPE_CHECKING:
    from essay_scorer.adapt.profile import Profile

TEXT, TEXTS = "text", "texts"
FIELDS = (TEXT, TEXTS, "prompt", "explain", "features", "profile")
_MAX_QUOTED_CHARACTERS = 40  # of a field's name in a message


@dataclass(frozen=True, kw_only=True)
class ScoreRequest:
    """A request for the score of one text, or of several.

    Attributes:
        texts: the essays; what is not a string becomes the error of its place.
        has_many: whether the request has the field ``texts``, and its answer a list.
        prompt: the assignment's text.
        explain: whether reasons are wanted.
        features: whether the essays' vectors are wanted.
        profile: a teacher's, to score by.
    """

    texts: tuple[object, ...]
    has_many: bool = False
    prompt: str | None = None
    explain: bool = False
    features: bool = False
    profile: "Profile | None" = None

    @classmethod
    def parse(cls, value: object) -> Self:
        """Check the value of a JSON body, ``{"text": "…", "prompt": "…", "explain": true}``.

        Instead of ``text``, it may have ``"texts": ["…", "…"]``. It may also have
        ``"features": true``, and a ``profile`` as ``Profile.to_dict`` returns it.

        Raises:
            RequestError: a field is missing or unknown, has the wrong type, or is too large.
        """
        fields = _known_fields(value)
        prompt = fields.get("prompt")
        if prompt is not None and not isinstance(prompt, str):
            raise RequestError("prompt_not_a_string")
        texts = _parse_texts(fields)
        if any(map(_is_too_large, (texts, (prompt,)))):
            raise RequestError("too_large")
        return cls(
            texts=texts,
            has_many=TEXTS in fields,
            prompt=prompt,
            explain=_parse_boolean(fields, "explain"),
            features=_parse_boolean(fields, "features"),
            profile=_parse_profile(fields.get("profile")),
        )


def _known_fields(value: object) -> Mapping[str, Any]:
    """Return the fields of a request with a text, or texts, and no unknown field."""
    if not isinstance(value, dict):
        raise RequestError("missing_text")
    unknown = next((name for name in value if name not in FIELDS), None)
    if TEXT not in value and TEXTS not in value:
        raise RequestError("missing_text", detail=_missing_text(unknown))
    if unknown is not None:
        raise RequestError("unknown_field", detail=_unknown_field(unknown))
    if TEXT in value and TEXTS in value:
        raise RequestError("text_and_texts")
    return value


def _missing_text(unknown: str | None) -> str:
    """Return the message of a request without a text, whose first unknown field may be one."""
    if unknown is None or _nearest_field(unknown) not in (TEXT, TEXTS):
        return ""
    return f'The request has no field "{TEXT}". {_unknown_field(unknown)}'


def _unknown_field(name: str) -> str:
    """Return the message of an unknown field: its name, and the nearest."""
    printable = quoted_name(name)
    if nearest := _nearest_field(name):
        return f'Unknown field "{printable}": did you mean "{nearest}"?'
    return f'Unknown field "{printable}"; the fields are {", ".join(FIELDS)}.'


def quoted_name(name: str) -> str:
    """Return a field's name for a message, short and printable."""
    quoted = name if len(name) <= _MAX_QUOTED_CHARACTERS else f"{name[:_MAX_QUOTED_CHARACTERS]}…"
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in quoted)


def _nearest_field(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a refused request needs it

    short = name[:_MAX_QUOTED_CHARACTERS].strip().casefold()
    return next(iter(get_close_matches(short, FIELDS, n=1)), "")


def _parse_texts(fields: Mapping[str, Any]) -> tuple[object, ...]:
    if TEXT in fields:
        return (fields[TEXT],)
    texts = fields[TEXTS]
    if not isinstance(texts, list):
        raise RequestError("texts_not_an_array")
    if len(texts) > MAX_TEXTS:
        raise RequestError("too_many_texts")
    return tuple(texts)


def _parse_boolean(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise RequestError(f"{name}_not_a_boolean")
    return value


def _parse_profile(value: object) -> "Profile | None":
    if value is None:
        return None
    from essay_scorer.adapt.profile import Profile  # noqa: PLC0415 - few requests have one

    try:
        return Profile.from_dict(value)
    except InvalidProfile:
        raise RequestError("invalid_profile") from None


def _is_too_large(texts: tuple[object, ...]) -> bool:
    sizes = (len(text.encode(errors="surrogatepass")) for text in texts if isinstance(text, str))
    return sum(sizes) > MAX_REQUEST_BYTES
