"""The settings of a deployment: one validated record.

A value comes from the command line (``cdk deploy -c memory=4096``), else from the settings
file, else from the preset, else from the defaults below. Memory, timeout, storage and
architecture are the original system's by default. An invalid value, or two values that conflict,
stop synthesis with a one-sentence error.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from essay_scorer.contract import DEFAULT_REVIEW_SHARE, FREE_EPHEMERAL_STORAGE, KEY_HASH

SETTINGS_FILE = "settings.toml"
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

_ORIGIN = re.compile(r"\*|https?://[a-z0-9.-]+(:[0-9]{1,5})?", re.IGNORECASE)
_HOURS = re.compile(r"([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-3])")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class SettingsError(ValueError):
    """A setting is invalid; the message is one sentence that says how to fix it."""


def _parse_none(value: object) -> object:
    """Return None for the word "none", because TOML has no null."""
    return None if value == "none" else value


def _split_list(value: object) -> object:
    """Return the items of a list in its command-line form, ``a,b``."""
    return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value


def _split_pairs(value: object) -> object:
    """Return the items of a table in its command-line form, ``team=school,unit=7``."""
    if not isinstance(value, str):
        return value
    return dict(part.strip().partition("=")[::2] for part in value.split(",") if part)


def _check_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
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


def _check_key_hashes(hashes: tuple[str, ...]) -> tuple[str, ...]:
    if not all(map(KEY_HASH.fullmatch, hashes)):  # never quote the value: it may be a key
        raise ValueError(
            "key_hashes contains a value that is not a hash; use the hashes that `make key` prints"
        )
    if len(hashes) > MAX_KEY_HASHES:
        raise ValueError(
            "key_hashes has more than two hashes; use the current key's and its replacement's"
        )
    return hashes


def _check_log_retention(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        allowed = ", ".join(map(str, LOG_RETENTION_DAYS))
        raise ValueError(f"log_retention is {days} days; CloudWatch Logs allows {allowed}")
    return days


def _check_email(address: str) -> str:
    if not _EMAIL.fullmatch(address):
        raise ValueError(f"alarm_email is {address}, which is not an email address")
    return address


def _check_hours(hours: str) -> str:
    if not _HOURS.fullmatch(hours):
        raise ValueError(f"provisioned_hours is {hours}; use two hours of a day, like 7-17")
    start, end = map(int, hours.split("-"))
    if start >= end:
        raise ValueError(
            f"provisioned_hours is {hours}, which ends before it starts; "
            "use two hours of the same day, like 7-17"
        )
    return hours


def _check_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"time_zone is {name}; use a name like Europe/Paris") from None
    return name


def _check_profile_name(name: str) -> str:
    if name in PRESETS:
        raise ValueError(f"profile is {name}; these groups of settings are now preset = {name}")
    return name


class Settings(BaseModel):
    """All settings of a deployment; ``settings.toml`` describes each. Sizes in MB, times in s."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Literal["original", "lean"] = "original"
    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,40}$")] = "essay-scorer"
    bundle: str = "models/default"
    profile: Annotated[str, AfterValidator(_check_profile_name)] | None = None
    scale: Annotated[str, Field(pattern=r"^[0-9]+-[0-9]+$")] = "1-6"
    base_image: str = "public.ecr.aws/lambda/python:3.13"
    lab_image: str | None = None

    memory: Annotated[int, Field(ge=256, le=10_240)] = 3008
    timeout: Annotated[int, Field(ge=3, le=900)] = 180
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    ephemeral_storage: Annotated[int, Field(ge=FREE_EPHEMERAL_STORAGE, le=10_240)] = 10_240
    review_share: Annotated[float, Field(ge=0, le=1)] = DEFAULT_REVIEW_SHARE
    answer: Literal["full", "original"] = "full"

    access: Literal["public", "key", "iam"] = "public"
    key_hashes: Annotated[
        tuple[str, ...], BeforeValidator(_split_list), AfterValidator(_check_key_hashes)
    ] = ()
    cors_origins: Annotated[
        tuple[str, ...],
        BeforeValidator(_split_list),
        Field(min_length=1),
        AfterValidator(_check_origins),
    ] = ("*",)
    api_gateway: bool = False
    requests_per_second: Annotated[int, Field(ge=1, le=10_000)] = 20
    burst_limit: Annotated[int, Field(ge=1, le=5_000)] = 40
    requests_per_day: Annotated[int, Field(ge=1)] = 20_000

    reserved_concurrency: Annotated[
        Annotated[int, Field(ge=1, le=10_000)] | None, BeforeValidator(_parse_none)
    ] = 10
    provisioned_concurrency: Annotated[int, Field(ge=0, le=10_000)] = 0
    provisioned_hours: Annotated[str, AfterValidator(_check_hours)] | None = None
    time_zone: Annotated[str, AfterValidator(_check_time_zone)] = "UTC"
    snap_start: bool = False
    live_version: Annotated[int, Field(ge=1)] | None = None

    batch: bool = False
    batch_memory: Annotated[int, Field(ge=256, le=10_240)] = 1769
    batch_size: Annotated[int, Field(ge=1, le=200)] = 40
    batch_concurrency: Annotated[int, Field(ge=1, le=10_000)] = 100
    batch_tolerated_failures: Annotated[int, Field(ge=0, le=100)] = 5
    batch_days: Annotated[int, Field(ge=1, le=3650)] = 30

    log_retention: Annotated[int, AfterValidator(_check_log_retention)] = 30
    alarm_email: Annotated[str, AfterValidator(_check_email)] | None = None
    tags: Annotated[dict[str, str], BeforeValidator(_split_pairs)] = {}

    @model_validator(mode="after")
    def _check_snap_start(self) -> Self:
        if self.snap_start and self.ephemeral_storage > FREE_EPHEMERAL_STORAGE:
            raise ValueError(
                f"snap_start requires ephemeral_storage = {FREE_EPHEMERAL_STORAGE}, "
                f"not {self.ephemeral_storage}"
            )
        if self.snap_start and self.provisioned_concurrency:
            raise ValueError(
                "snap_start and provisioned_concurrency are mutually exclusive; choose one"
            )
        return self

    @model_validator(mode="after")
    def _check_access(self) -> Self:
        if self.access == "key" and not self.key_hashes and not self.api_gateway:
            raise ValueError(
                "access = key requires key_hashes, which `make key` prints, or api_gateway, "
                "which creates a key"
            )
        if self.key_hashes and self.access != "key":
            raise ValueError(f"key_hashes requires access = key, not {self.access}")
        return self

    @model_validator(mode="after")
    def _check_concurrency(self) -> Self:
        if self.provisioned_hours and not self.provisioned_concurrency:
            raise ValueError("provisioned_hours requires provisioned_concurrency")
        reserved = self.reserved_concurrency
        if reserved is not None and self.provisioned_concurrency > reserved:
            raise ValueError(
                f"provisioned_concurrency {self.provisioned_concurrency} exceeds "
                f"reserved_concurrency {reserved}"
            )
        return self

    @property
    def gateway_checks_key(self) -> bool:
        """True if API Gateway, not the function, checks the key."""
        return self.access == "key" and not self.key_hashes

    @property
    def all_tags(self) -> Mapping[str, str]:
        """The tags of every resource: ``application``, unless overridden, and the user's own."""
        return {"application": self.name, **self.tags}

    @property
    def provisioned_range(self) -> tuple[int, int]:
        """The hours of a day at which provisioned concurrency starts and ends."""
        start, end = (self.provisioned_hours or "0-24").split("-")
        return int(start), int(end)

    @classmethod
    def load(cls, overrides: Mapping[str, object], *, folder: Path) -> Self:
        """Read the settings of a deployment.

        Args:
            overrides: settings from the command line; ``settings`` names another settings file.
            folder: the folder of the settings file, which is optional.

        Raises:
            SettingsError: a setting is unknown, invalid, or conflicts with another.
        """
        values = {name: value for name, value in overrides.items() if name != "settings"}
        filed = _read_settings_file(folder, overrides.get("settings"))
        preset = values.get("preset", filed.get("preset", "original"))
        try:
            return cls.model_validate({**PRESETS.get(str(preset), {}), **filed, **values})
        except ValidationError as error:
            raise SettingsError(_describe(error)) from None


def _read_settings_file(folder: Path, name: object) -> Mapping[str, object]:
    path = folder / str(name or SETTINGS_FILE)
    if not path.is_file():
        if name:
            raise SettingsError(f"The settings file {path} does not exist.")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from error


def parse_overrides(arguments: Iterable[str]) -> dict[str, str]:
    """Return the settings in command-line arguments like ``memory=4096 timeout=60``.

    Raises:
        SettingsError: an argument is not NAME=VALUE.
    """
    overrides: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals:
            raise SettingsError(
                f"{argument} is not a setting: write NAME=VALUE, or settings={argument} to name "
                "a settings file."
            )
        overrides[name] = value
    return overrides


def _describe(error: ValidationError) -> str:
    """Return one sentence about the first invalid setting."""
    first = error.errors()[0]
    if first["type"] == "value_error":
        return f"{first['ctx']['error']}."
    name = first["loc"][0]
    if first["type"] == "extra_forbidden":
        return f"Unknown setting {name}; the settings are: {', '.join(Settings.model_fields)}."
    advice = first["msg"][:1].lower() + first["msg"][1:]
    return f"{name} is {first['input']}: {advice}."
