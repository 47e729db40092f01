"""Settings: where a value comes from, and the errors of invalid ones."""

import re
import tomllib
from pathlib import Path

import botocore.session
import pytest

from infra.cdk_cli import ROOT
from infra.setting_values import LOG_RETENTION_DAYS, MAX_TAGS
from infra.settings import SETTINGS_FILE, Settings, SettingsError, parse_overrides

KEY_HASH = f"sha256:{'0' * 32}:{'a' * 64}"


def test_defaults_are_those_of_the_original_system(tmp_path: Path) -> None:
    settings = Settings.load({}, folder=tmp_path)
    assert (settings.memory, settings.timeout, settings.architecture) == (3008, 180, "x86_64")
    assert (settings.ephemeral_storage, settings.access) == (10_240, "public")
    assert settings.cors_origins == ("*",)


def test_reserved_concurrency_is_limited_by_default(tmp_path: Path) -> None:
    assert Settings.load({}, folder=tmp_path).reserved_concurrency == 10
    overrides = {"reserved_concurrency": "none"}
    assert Settings.load(overrides, folder=tmp_path).reserved_concurrency is None


def test_precedence_is_command_line_then_file_then_preset(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('preset = "lean"\nmemory = 2048\ntimeout = 90\n')
    settings = Settings.load({"timeout": "30"}, folder=tmp_path)
    assert (settings.memory, settings.timeout, settings.snap_start) == (2048, 30, True)
    assert settings.ephemeral_storage == 512


def test_command_line_names_another_settings_file(tmp_path: Path) -> None:
    (tmp_path / "exam.toml").write_text("memory = 4096")
    assert Settings.load({"settings": "exam.toml"}, folder=tmp_path).memory == 4096


def test_command_line_sets_lists_and_tables(tmp_path: Path) -> None:
    overrides = {"cors_origins": "https://a.example, https://b.example:8443", "tags": "team=school"}
    settings = Settings.load(overrides, folder=tmp_path)
    assert settings.cors_origins == ("https://a.example", "https://b.example:8443")
    assert settings.tags == {"team": "school"}


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"memory": "100"}, "memory is 100: input should be greater than or equal to 256."),
        ({"memory": "much"}, "memory is much: input should be a valid integer, unable to parse"),
        ({"timeout": "901"}, "timeout is 901"),
        ({"architecture": "sparc"}, "architecture is sparc: input should be 'x86_64' or 'arm64'."),
        ({"access": "all"}, "access is all: input should be 'public', 'key' or 'iam'."),
        ({"answer": "short"}, "answer is short: input should be 'full' or 'original'."),
        ({"snap_start": "true"}, "snap_start requires ephemeral_storage = 512, not 10240."),
        (
            {"preset": "lean", "provisioned_concurrency": "2"},
            "snap_start and provisioned_concurrency are mutually exclusive; choose one.",
        ),
        ({"reserved_concurrency": "0"}, "reserved_concurrency is 0: input should be greater"),
        ({"review_share": "20"}, "review_share is 20: input should be less than or equal to 1."),
        ({"review_share": "some"}, "review_share is some: input should be a valid number"),
        ({"access": "key"}, "access = key requires key_hashes, which `make key` prints, or api_g"),
        ({"key_hashes": KEY_HASH}, "key_hashes requires access = key, not public."),
        (
            {"access": "key", "key_hashes": "essay_secret"},
            "key_hashes contains a value that is not a hash; use the hashes that `make key` prints",
        ),
        (
            {"access": "key", "key_hashes": f"{KEY_HASH},{KEY_HASH},{KEY_HASH}"},
            "key_hashes has more than two hashes; use the current key's and its replacement's.",
        ),
        ({"provisioned_hours": "7-17"}, "provisioned_hours requires provisioned_concurrency."),
        (
            {"provisioned_concurrency": "5", "reserved_concurrency": "4"},
            "provisioned_concurrency 5 exceeds reserved_concurrency 4.",
        ),
        ({"cors_origins": "school.example"}, "cors_origins contains school.example; use"),
        ({"cors_origins": "https://a.example/page"}, "cors_origins contains https://a.example/pa"),
        ({"cors_origins": "*,https://a.example"}, "cors_origins contains * and other origins"),
        ({"log_retention": "31"}, "log_retention is 31 days; CloudWatch Logs allows 1, 3"),
        ({"alarm_email": "me"}, "alarm_email is me, which is not an email address."),
        ({"memroy": "4096"}, "Unknown setting memroy; the settings are: preset, name"),
        ({"settings": "exam.toml", "memory": "4096"}, "The settings file"),
        (
            {"provisioned_concurrency": "2", "provisioned_hours": "17-7"},
            "provisioned_hours is 17-7, which ends before it starts; use two hours of the same day",
        ),
        (
            {"provisioned_concurrency": "2", "provisioned_hours": "7-7"},
            "provisioned_hours is 7-7, which ends before it starts",
        ),
        ({"time_zone": "Mars"}, "time_zone is Mars; use a name like Europe/Paris."),
        ({"name": "9 lives"}, "name is 9 lives"),
        ({"settings": "none.toml"}, "none.toml does not exist."),
        ({"profile": "lean"}, "profile is lean; these groups of settings are now preset = lean."),
    ],
)
def test_invalid_setting_has_a_one_sentence_error(
    overrides: dict[str, object], message: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(overrides, folder=tmp_path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_settings_file_of_notepad_is_read(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes("memory = 2048\r\n# école\r\n".encode(encoding))
    assert Settings.load({}, folder=tmp_path).memory == 2048


def test_a_settings_file_in_another_encoding_is_to_be_saved_again(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes("memory = 2048  # école\n".encode("cp1252"))
    with pytest.raises(SettingsError, match=r"settings\.toml is not in UTF-8; save it again"):
        Settings.load({}, folder=tmp_path)


def test_log_retention_allows_what_cloudwatch_logs_allows() -> None:
    """The list is that of AWS's own model of the service."""
    logs = botocore.session.get_session().get_service_model("logs")
    period = logs.operation_model("PutRetentionPolicy").input_shape.members["retentionInDays"]
    listed = period.documentation.partition("Possible values are:")[2].partition(".")[0]
    allowed = [int(days) for days in re.findall(r"[0-9]+", listed)]
    assert len(allowed) >= 22
    assert list(LOG_RETENTION_DAYS) == allowed
    for days in allowed:
        assert Settings(log_retention=days).log_retention == days


def test_arguments_are_parsed_as_settings() -> None:
    assert parse_overrides(["memory=4096", "tags=a=b"]) == {"memory": "4096", "tags": "a=b"}
    with pytest.raises(
        SettingsError, match=r"^exam\.toml is not a setting: .* settings=exam\.toml to name "
    ):
        parse_overrides(["exam.toml"])


def test_unknown_setting_in_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("memroy = 4096")
    with pytest.raises(SettingsError, match=r"Unknown setting memroy; the settings are: preset"):
        Settings.load({}, folder=tmp_path)


def test_malformed_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("memory =")
    with pytest.raises(SettingsError, match=r"settings\.toml is not valid TOML"):
        Settings.load({}, folder=tmp_path)


def test_settings_file_documents_every_default() -> None:
    lines = (ROOT / SETTINGS_FILE).read_text(encoding="utf-8").splitlines()
    documented = [line[2:] for line in lines if re.match(r"# [a-z_]+ = ", line)]
    without_value = {line.split(" = ")[0] for line in documented if "= …" in line}
    documented = [line for line in documented if "= …" not in line]
    values = tomllib.loads("\n".join(documented))
    defaults = Settings().model_dump()
    assert set(values) | without_value == set(defaults)
    examples = {"provisioned_hours", "alarm_email", "tags", "profile"}  # none of them is a default
    for name in set(values) - examples:
        default = defaults[name]
        assert values[name] == (list(default) if isinstance(default, tuple) else default), name
    assert Settings.model_validate(
        {name: values[name] for name in examples - {"provisioned_hours"}}
    )


@pytest.mark.parametrize("scale", ["6-1", "3-3", "0-1001", "1", "a-b", "-1-6"])
def test_a_scale_that_has_no_scores_is_refused_before_a_build(scale: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="scale is"):
        Settings.load({"scale": scale}, folder=tmp_path)


@pytest.mark.parametrize(
    "tags",
    [
        {"aws:owner": "school"},
        {"AWS:owner": "school"},
        {"": "school"},
        {"a" * 129: "school"},
        {"owner": "a" * 257},
        {"owner": "5 < 6"},
        {"owner*": "school"},
        {f"tag{number}": "a" for number in range(60)},
        {f"tag{number}": "a" for number in range(MAX_TAGS + 1)},
    ],
)
def test_tags_that_aws_would_refuse_are_refused_before_a_build(
    tags: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="tags "):
        Settings.load({"tags": tags}, folder=tmp_path)


def test_tags_that_aws_takes_are_taken(tmp_path: Path) -> None:
    tags = {f"équipe {number}": "a+b=c: d_e/f.g@h-i" for number in range(MAX_TAGS)}
    assert len(Settings.load({"tags": tags}, folder=tmp_path).all_tags) == 50
