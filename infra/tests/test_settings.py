"""One record of settings: where a value comes from, and what a wrong one says."""

import re
import tomllib
from pathlib import Path

import pytest

from infra.cdk import ROOT
from infra.settings import FILE, Settings, SettingsError, from_words

HASH = f"sha256:{'0' * 32}:{'a' * 64}"


def test_the_defaults_are_the_originals(tmp_path: Path) -> None:
    settings = Settings.load({}, folder=tmp_path)
    assert (settings.memory, settings.timeout, settings.architecture) == (3008, 180, "x86_64")
    assert (settings.ephemeral_storage, settings.access) == (10_240, "public")
    assert settings.cors_origins == ("*",)


def test_the_bill_is_bounded_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    assert Settings.load({}, folder=tmp_path).reserved_concurrency == 10
    said = {"reserved_concurrency": "none"}
    assert Settings.load(said, folder=tmp_path).reserved_concurrency is None


def test_the_command_line_wins_over_the_file_and_the_file_over_the_profile(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('profile = "lean"\nmemory = 2048\ntimeout = 90\n')
    settings = Settings.load({"timeout": "30"}, folder=tmp_path)
    assert (settings.memory, settings.timeout, settings.snap_start) == (2048, 30, True)
    assert settings.ephemeral_storage == 512


def test_another_file_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "exam.toml").write_text("memory = 4096")
    assert Settings.load({"settings": "exam.toml"}, folder=tmp_path).memory == 4096


def test_lists_and_tables_come_from_the_command_line_too(tmp_path: Path) -> None:
    context = {"cors_origins": "https://a.example, https://b.example:8443", "tags": "team=school"}
    settings = Settings.load(context, folder=tmp_path)
    assert settings.cors_origins == ("https://a.example", "https://b.example:8443")
    assert settings.tags == {"team": "school"}


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        ({"memory": "100"}, "memory is 100: input should be greater than or equal to 256."),
        ({"memory": "much"}, "memory is much: input should be a valid integer, unable to parse"),
        ({"timeout": "901"}, "timeout is 901"),
        ({"architecture": "sparc"}, "architecture is sparc: input should be 'x86_64' or 'arm64'."),
        ({"access": "all"}, "access is all: input should be 'public', 'key' or 'iam'."),
        ({"snap_start": "true"}, "snap_start works with 512 MB of ephemeral_storage only"),
        (
            {"profile": "lean", "provisioned_concurrency": "2"},
            "snap_start and provisioned_concurrency exclude each other; choose one.",
        ),
        ({"reserved_concurrency": "0"}, "reserved_concurrency is 0: input should be greater"),
        ({"review_share": "20"}, "review_share is 20: input should be less than or equal to 1."),
        ({"review_share": "some"}, "review_share is some: input should be a valid number"),
        ({"access": "key"}, "access = key needs key_hashes, which `make key` prints, or api_g"),
        ({"key_hashes": HASH}, "key_hashes are for access = key, not public."),
        (
            {"access": "key", "key_hashes": "essay_secret"},
            "key_hashes has something else than the hashes that `make key` prints.",
        ),
        (
            {"access": "key", "key_hashes": f"{HASH},{HASH},{HASH}"},
            "key_hashes are more than two; an old key and its successor are all.",
        ),
        ({"provisioned_hours": "7-17"}, "provisioned_hours needs a provisioned_concurrency."),
        (
            {"provisioned_concurrency": "5", "reserved_concurrency": "4"},
            "provisioned_concurrency 5 is more than reserved_concurrency 4.",
        ),
        ({"cors_origins": "school.example"}, "cors_origins has school.example; give"),
        ({"cors_origins": "https://a.example/page"}, "cors_origins has https://a.example/page"),
        ({"cors_origins": "*,https://a.example"}, "cors_origins has * beside others"),
        ({"log_retention": "31"}, "log_retention is 31 days; CloudWatch keeps 1, 3"),
        ({"alarm_email": "me"}, "alarm_email is me, which is no e-mail address."),
        ({"memroy": "4096"}, "There is no setting memroy; there are: profile, name"),
        ({"settings": "exam.toml", "memory": "4096"}, "There is no settings file"),
        (
            {"provisioned_concurrency": "2", "provisioned_hours": "17-7"},
            "provisioned_hours is 17-7, which ends before it starts; give two hours of one day",
        ),
        (
            {"provisioned_concurrency": "2", "provisioned_hours": "7-7"},
            "provisioned_hours is 7-7, which ends before it starts",
        ),
        ({"time_zone": "Mars"}, "time_zone is Mars; give a name like Europe/Paris."),
        ({"name": "9 lives"}, "name is 9 lives"),
        ({"settings": "none.toml"}, "There is no settings file"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    context: dict[str, object], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(context, folder=tmp_path)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_command_lines_words_are_settings() -> None:
    assert from_words(["memory=4096", "tags=a=b"]) == {"memory": "4096", "tags": "a=b"}
    with pytest.raises(
        SettingsError, match=r"^exam\.toml is no setting: .* settings=exam\.toml\.$"
    ):
        from_words(["exam.toml"])


def test_an_unknown_setting_in_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("memroy = 4096")
    with pytest.raises(SettingsError, match=r"There is no setting memroy; there are: profile"):
        Settings.load({}, folder=tmp_path)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("memory =")
    with pytest.raises(SettingsError, match=r"settings\.toml is not TOML"):
        Settings.load({}, folder=tmp_path)


def test_the_settings_file_names_every_setting_with_its_default() -> None:
    lines = (ROOT / FILE).read_text(encoding="utf-8").splitlines()
    given = [line[2:] for line in lines if re.match(r"# [a-z_]+ = ", line)]
    text = "\n".join(line for line in given if "= …" not in line)
    open_ended = {line.split(" = ")[0] for line in given if "= …" in line}
    filed = tomllib.loads(text)
    defaults = Settings().model_dump()
    assert set(filed) | open_ended == set(defaults)
    examples = {"provisioned_hours", "alarm_email", "tags"}
    for name in set(filed) - examples:
        assert filed[name] == (list(d) if isinstance(d := defaults[name], tuple) else d), name
    assert Settings(**{name: filed[name] for name in examples - {"provisioned_hours"}})
