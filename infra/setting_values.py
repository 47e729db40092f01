"""Parse and check the values of single settings, before they are compared with each other."""

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from essay_scorer.contract import KEY_HASH, MAX_LEVELS

PRESETS: Mapping[str, Mapping[str, object]] = {
    "original": {},
    "lean": {"memory": 1769, "timeout": 60, "ephemeral_storage": 512, "snap_start": True},
}
# The periods that CloudWatch Logs offers.
LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545,
    731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
MAX_KEY_HASHES = 2  # the current key's and its replacement's
# Of one resource; ``application`` is one of them. CloudFormation and Lambda allow 50.
MAX_TAGS = 49
MAX_TAG_KEY, MAX_TAG_VALUE = 128, 256  # characters

_TAG = re.compile(r"[\w\s.:/=+\-@]*")
_ORIGIN = re.compile(r"\*|https?://[a-z0-9.-]+(:[0-9]{1,5})?", re.IGNORECASE)
_HOURS = re.compile(r"([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-3])")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def parse_none(value: object) -> object:
    """Return None for the word "none", because TOML has no null."""
    return None if value == "none" else value


def split_list(value: object) -> object:
    """Return the items of a list in its command-line form, ``a,b``."""
    return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value


def split_pairs(value: object) -> object:
    """Return the items of a table in its command-line form, ``team=school,unit=7``."""
    if not isinstance(value, str):
        return value
    return dict(part.strip().partition("=")[::2] for part in value.split(",") if part)


def check_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    """Check origins: ``*`` alone, or URLs without a path."""
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"cors_origins contains {origin}; use * or origins like https://school.example"
            )
    if "*" in origins and len(origins) > 1:
        raise ValueError(
            "cors_origins contains * and other origins; * alone already allows every origin"
        )
    return origins


def check_key_hashes(hashes: tuple[str, ...]) -> tuple[str, ...]:
    """Check the hashes of API keys."""
    if not all(map(KEY_HASH.fullmatch, hashes)):  # never quote the value: it may be a key
        raise ValueError(
            "key_hashes contains a value that is not a hash; use the hashes that `make key` prints"
        )
    if len(hashes) > MAX_KEY_HASHES:
        raise ValueError(
            "key_hashes has more than two hashes; use the current key's and its replacement's"
        )
    return hashes


def check_log_retention(days: int) -> int:
    """Check a period of CloudWatch Logs."""
    if days not in LOG_RETENTION_DAYS:
        allowed = ", ".join(map(str, LOG_RETENTION_DAYS))
        raise ValueError(f"log_retention is {days} days; CloudWatch Logs allows {allowed}")
    return days


def check_email(address: str) -> str:
    """Check the form of an email address."""
    if not _EMAIL.fullmatch(address):
        raise ValueError(f"alarm_email is {address}, which is not an email address")
    return address


def check_hours(hours: str) -> str:
    """Check two hours of a day, like ``7-17``."""
    if not _HOURS.fullmatch(hours):
        raise ValueError(f"provisioned_hours is {hours}; use two hours of a day, like 7-17")
    start, end = map(int, hours.split("-"))
    if start >= end:
        raise ValueError(
            f"provisioned_hours is {hours}, which ends before it starts; "
            "use two hours of the same day, like 7-17"
        )
    return hours


def check_time_zone(name: str) -> str:
    """Check the name of a time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"time_zone is {name}; use a name like Europe/Paris") from None
    return name


def check_profile_name(name: str) -> str:
    """Check that a profile is no preset, as the setting once was."""
    if name in PRESETS:
        raise ValueError(f"profile is {name}; these groups of settings are now preset = {name}")
    return name


def check_scale(scale: str) -> str:
    """Check a range of whole scores like ``1-6``."""
    low, high = map(int, scale.split("-"))
    if low >= high:
        raise ValueError(f"scale is {scale}; write the lowest score first, like 1-6")
    if high - low >= MAX_LEVELS:
        raise ValueError(f"scale is {scale}, which has over {MAX_LEVELS} scores")
    return scale


def check_tags(tags: dict[str, str]) -> dict[str, str]:
    """Check tags by the rules of AWS (*Tagging AWS resources*)."""
    if len(tags) > MAX_TAGS:
        raise ValueError(f"tags has {len(tags)} tags; AWS allows {MAX_TAGS} beside `application`")
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            raise ValueError(f"tags contains {key}; names that begin with aws: are AWS's own")
        if not 0 < len(key) <= MAX_TAG_KEY or len(value) > MAX_TAG_VALUE:
            raise ValueError(
                f"tags contains {key[:20] or 'an empty name'}; a name has 1 to {MAX_TAG_KEY} "
                f"characters, and a value up to {MAX_TAG_VALUE}"
            )
        if not _TAG.fullmatch(key) or not _TAG.fullmatch(value):
            raise ValueError(
                f"tags contains {key}; AWS allows letters, digits, spaces and _ . : / = + - @"
            )
    return tags
