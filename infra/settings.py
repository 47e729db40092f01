"""Everything about a deployment that one may change: one record, checked, read once.

A value comes from the command line (``cdk deploy -c memory=4096``), else from the
settings file, else from the profile, else from the defaults below, which are the
original system's.  A wrong value, or two that contradict each other, stop synthesis
with one sentence.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

FILE = "settings.toml"
PROFILES: dict[str, dict[str, Any]] = {
    "original": {},
    "lean": {"memory": 1769, "timeout": 60, "ephemeral_storage": 512, "snap_start": True},
}
KEPT_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653)

_ORIGIN = re.compile(r"\*|https?://[a-z0-9.-]+(:[0-9]{1,5})?", re.IGNORECASE)
_HOURS = re.compile(r"([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-3])")
_KEY_HASH = re.compile(r"sha256:[0-9a-f]{32}:[0-9a-f]{64}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class SettingsError(ValueError):
    """A setting is wrong; the message is one sentence that says what to do."""


def _or_none(value: object) -> object:
    """Return nothing for the word that says so, which TOML has no value for."""
    return None if value == "none" else value


def _listed(value: object) -> object:
    """Return the items of a list as the command line gives it: ``a,b``."""
    return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value


def _paired(value: object) -> object:
    """Return the pairs of a table as the command line gives it: ``team=school,unit=7``."""
    if not isinstance(value, str):
        return value
    return dict(part.strip().partition("=")[::2] for part in value.split(",") if part)


class Settings(BaseModel):
    """What a deployment is made of.  Sizes in MB, times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: Literal["original", "lean"] = "original"
    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,40}$")] = "essay-scorer"
    bundle: str = "models/default"
    scale: Annotated[str, Field(pattern=r"^[0-9]+-[0-9]+$")] = "1-6"  # of artefacts of your own
    base_image: str = "public.ecr.aws/lambda/python:3.13"
    lab_image: str | None = None  # what compiles artefacts of your own; base_image if not given

    memory: Annotated[int, Field(ge=256, le=10_240)] = 3008
    timeout: Annotated[int, Field(ge=3, le=900)] = 180
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    ephemeral_storage: Annotated[int, Field(ge=512, le=10_240)] = 10_240
    review_share: Annotated[float, Field(ge=0, le=1)] = 0.2

    access: Literal["public", "key", "iam"] = "public"
    key_hashes: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    cors_origins: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)] = ("*",)
    api_gateway: bool = False
    requests_per_second: Annotated[int, Field(ge=1, le=10_000)] = 20
    requests_at_once: Annotated[int, Field(ge=1, le=5_000)] = 40
    requests_per_day: Annotated[int, Field(ge=1)] = 20_000

    reserved_concurrency: Annotated[
        Annotated[int, Field(ge=1, le=10_000)] | None, BeforeValidator(_or_none)
    ] = 10
    provisioned_concurrency: Annotated[int, Field(ge=0, le=10_000)] = 0
    provisioned_hours: str | None = None
    time_zone: str = "UTC"
    snap_start: bool = False
    live_version: Annotated[int, Field(ge=1)] | None = None  # that answers; the newest if not given

    batch: bool = False
    batch_size: Annotated[int, Field(ge=1, le=200)] = 40
    batch_concurrency: Annotated[int, Field(ge=1, le=10_000)] = 100
    batch_tolerated_failures: Annotated[int, Field(ge=0, le=100)] = 5
    batch_days: Annotated[int, Field(ge=1, le=3650)] = 30

    log_retention: int = 30
    alarm_email: str | None = None
    tags: Annotated[dict[str, str], BeforeValidator(_paired)] = {}

    @model_validator(mode="after")
    def _each_alone(self) -> Self:
        for origin in self.cors_origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"cors_origins has {origin}; give * or origins like https://school.example"
                )
        if "*" in self.cors_origins and len(self.cors_origins) > 1:
            raise ValueError("cors_origins has * beside others; * alone allows every one")
        if not all(map(_KEY_HASH.fullmatch, self.key_hashes)):  # not repeated: it may be a key
            raise ValueError("key_hashes has something else than the hashes that `make key` prints")
        if len(self.key_hashes) > 2:
            raise ValueError("key_hashes are more than two; an old key and its successor are all")
        if self.log_retention not in KEPT_DAYS:
            days = ", ".join(map(str, KEPT_DAYS))
            raise ValueError(f"log_retention is {self.log_retention} days; CloudWatch keeps {days}")
        if self.alarm_email is not None and not _EMAIL.fullmatch(self.alarm_email):
            raise ValueError(f"alarm_email is {self.alarm_email}, which is no e-mail address")
        if self.provisioned_hours is not None:
            _check_hours(self.provisioned_hours)
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, OSError, ValueError):
            raise ValueError(
                f"time_zone is {self.time_zone}; give a name like Europe/Paris"
            ) from None
        return self

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.snap_start and self.ephemeral_storage > 512:
            raise ValueError(
                "snap_start works with 512 MB of ephemeral_storage only, "
                f"not {self.ephemeral_storage}"
            )
        if self.snap_start and self.provisioned_concurrency:
            raise ValueError(
                "snap_start and provisioned_concurrency exclude each other; choose one"
            )
        if self.access == "key" and not self.key_hashes and not self.api_gateway:
            raise ValueError(
                "access = key needs key_hashes, which `make key` prints, or api_gateway, "
                "which makes a key of its own"
            )
        if self.key_hashes and self.access != "key":
            raise ValueError(f"key_hashes are for access = key, not {self.access}")
        if self.provisioned_hours and not self.provisioned_concurrency:
            raise ValueError("provisioned_hours needs a provisioned_concurrency")
        reserved = self.reserved_concurrency
        if reserved is not None and self.provisioned_concurrency > reserved:
            raise ValueError(
                f"provisioned_concurrency {self.provisioned_concurrency} is more than "
                f"reserved_concurrency {reserved}"
            )
        return self

    @property
    def key_at_gateway(self) -> bool:
        """Whether the API Gateway asks for the key, and not the function at every door."""
        return self.access == "key" and not self.key_hashes

    @property
    def warm_hours(self) -> tuple[int, int]:
        """The hours of a day between which the provisioned environments wait."""
        start, end = (self.provisioned_hours or "0-24").split("-")
        return int(start), int(end)

    @classmethod
    def load(cls, context: Mapping[str, object], *, folder: Path) -> Self:
        """Read the settings.

        Args:
            context: what the command line says, settings alone; ``settings`` names another file.
            folder: where the settings file lies, if there is one.

        Raises:
            SettingsError: a value is wrong, unknown, or contradicts another.
        """
        named = context.get("settings")
        path = folder / str(named or FILE)
        if named and not path.is_file():
            raise SettingsError(f"There is no settings file {path}.")
        try:
            filed = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is not TOML: {error}.") from error
        given = {name: value for name, value in context.items() if name != "settings"}
        profile = given.get("profile", filed.get("profile", "original"))
        try:
            return cls(**{**PROFILES.get(str(profile), {}), **filed, **given})
        except ValidationError as error:
            raise SettingsError(_sentence(error)) from None


def from_words(words: Iterable[str]) -> dict[str, str]:
    """Return the settings of a command line, ``memory=4096 timeout=60``.

    Raises:
        SettingsError: a word is no setting.
    """
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise SettingsError(
                f"{word} is no setting: give NAME=VALUE, and a file as settings={word}."
            )
        given[name] = value
    return given


def _check_hours(hours: str) -> None:
    if not _HOURS.fullmatch(hours):
        raise ValueError(f"provisioned_hours is {hours}; give two hours of a day like 7-17")
    start, end = map(int, hours.split("-"))
    if start >= end:
        raise ValueError(
            f"provisioned_hours is {hours}, which ends before it starts; "
            "give two hours of one day like 7-17"
        )


def _sentence(error: ValidationError) -> str:
    """Say in one sentence what is wrong with the first wrong setting."""
    first = error.errors()[0]
    if first["type"] == "value_error":
        return f"{first['ctx']['error']}."
    name = ".".join(str(part) for part in first["loc"][:1])
    if first["type"] == "extra_forbidden":
        return f"There is no setting {name}; there are: {', '.join(Settings.model_fields)}."
    advice = first["msg"][:1].lower() + first["msg"][1:]
    return f"{name} is {first['input']}: {advice}."
