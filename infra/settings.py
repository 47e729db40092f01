"""The settings of a deployment: one validated record.

A value comes from the command line (``cdk deploy -c memory=4096``), else from the settings
file, else from the preset, else from the defaults below. Memory, timeout, storage and
architecture are the original system's by default. An invalid value, or two values that conflict,
stop synthesis with a one-sentence error.
"""

import codecs
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from essay_scorer.contract import DEFAULT_REVIEW_SHARE, FREE_EPHEMERAL_STORAGE
from infra.setting_values import (
    PRESETS,
    check_email,
    check_hours,
    check_key_hashes,
    check_log_retention,
    check_origins,
    check_profile_name,
    check_scale,
    check_tags,
    check_time_zone,
    parse_none,
    split_list,
    split_pairs,
)

SETTINGS_FILE = "settings.toml"


class SettingsError(ValueError):
    """A setting is invalid; the message is one sentence that says how to fix it."""


class Settings(BaseModel):
    """All settings of a deployment; ``settings.toml`` describes each. Sizes in MB, times in s."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Literal["original", "lean"] = "original"
    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,40}$")] = "essay-scorer"
    bundle: str = "models/default"
    profile: Annotated[str, AfterValidator(check_profile_name)] | None = None
    scale: Annotated[
        str, Field(pattern=r"^[0-9]{1,6}-[0-9]{1,6}$"), AfterValidator(check_scale)
    ] = "1-6"
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
        tuple[str, ...], BeforeValidator(split_list), AfterValidator(check_key_hashes)
    ] = ()
    cors_origins: Annotated[
        tuple[str, ...],
        BeforeValidator(split_list),
        Field(min_length=1),
        AfterValidator(check_origins),
    ] = ("*",)
    api_gateway: bool = False
    requests_per_second: Annotated[int, Field(ge=1, le=10_000)] = 20
    burst_limit: Annotated[int, Field(ge=1, le=5_000)] = 40
    requests_per_day: Annotated[int, Field(ge=1)] = 20_000

    reserved_concurrency: Annotated[
        Annotated[int, Field(ge=1, le=10_000)] | None, BeforeValidator(parse_none)
    ] = 10
    provisioned_concurrency: Annotated[int, Field(ge=0, le=10_000)] = 0
    provisioned_hours: Annotated[str, AfterValidator(check_hours)] | None = None
    time_zone: Annotated[str, AfterValidator(check_time_zone)] = "UTC"
    snap_start: bool = False
    live_version: Annotated[int, Field(ge=1)] | None = None

    batch: bool = False
    batch_memory: Annotated[int, Field(ge=256, le=10_240)] = 1769
    batch_size: Annotated[int, Field(ge=1, le=200)] = 40
    batch_concurrency: Annotated[int, Field(ge=1, le=10_000)] = 100
    batch_tolerated_failures: Annotated[int, Field(ge=0, le=100)] = 5
    batch_days: Annotated[int, Field(ge=1, le=3650)] = 30

    log_retention: Annotated[int, AfterValidator(check_log_retention)] = 30
    alarm_email: Annotated[str, AfterValidator(check_email)] | None = None
    tags: Annotated[dict[str, str], BeforeValidator(split_pairs), AfterValidator(check_tags)] = {}

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
    data = path.read_bytes()
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # by Notepad, at will
    try:
        return tomllib.loads(data.decode("utf-16" if marked else "utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not in UTF-8; save it again with this encoding.") from error
    except tomllib.TOMLDecodeError as error:
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
