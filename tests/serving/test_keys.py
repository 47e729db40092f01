"""API keys and their hashes."""

import re

import pytest

from essay_scorer.cli.entry_point import main
from essay_scorer.errors import InvalidKeyHash
from essay_scorer.serving.keys import KeyHash, generate_key, has_valid_key


def test_keys_are_random_and_distinct() -> None:
    keys = {generate_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch(r"essay_[A-Za-z0-9_-]{43}", key) for key in keys)  # 256 bits


def test_a_hash_matches_its_key_alone() -> None:
    key = generate_key()
    written = str(KeyHash.of(key))
    assert key not in written
    assert KeyHash.parse(written).matches(key)
    for other in ("", key[:-1], key + "a", key.upper(), generate_key(), "ключ", "\udcff"):
        assert not KeyHash.parse(written).matches(other)


def test_two_hashes_of_a_key_differ() -> None:
    assert KeyHash.of("same").digest != KeyHash.of("same").digest


@pytest.mark.parametrize("written", ["", "sha256:", "key", "md5:00:00", f"sha256:{'0' * 32}:xyz"])
def test_a_malformed_hash_is_rejected(written: str) -> None:
    with pytest.raises(InvalidKeyHash, match="sha256:SALT:HASH"):
        KeyHash.parse(written)


@pytest.mark.parametrize(
    ("headers", "valid"),
    [
        ({"x-api-key": "new"}, True),
        ({"x-api-key": "old"}, True),
        ({"authorization": "Bearer new"}, True),
        ({"authorization": "bearer  old"}, True),
        ({"authorization": "Basic new"}, False),
        ({"authorization": "new"}, False),
        ({"x-api-key": "other"}, False),
        ({"x-api-key": ""}, False),
        ({}, False),
    ],
)
def test_both_keys_are_valid_during_a_rotation(headers: dict[str, str], valid: bool) -> None:
    assert has_valid_key([KeyHash.of("old"), KeyHash.of("new")], headers) is valid


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": "old"},
        {"x-api-key": "new"},
        {"authorization": "Bearer old"},
        {"x-api-key": "wrong"},
        {"x-api-key": ""},
        {"authorization": "Basic old"},
        {},
    ],
)
def test_every_request_compares_all_hashes(
    headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = [KeyHash.of("old"), KeyHash.of("new")]
    compared = []

    def compare(left: bytes, right: bytes) -> bool:
        compared.append((len(left), right))
        return left == right

    monkeypatch.setattr("essay_scorer.serving.keys.hmac.compare_digest", compare)
    has_valid_key(hashes, headers)
    assert compared == [(32, one.digest) for one in hashes]


def test_the_command_prints_a_key_and_its_hash(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key"]) == 0
    printed = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert KeyHash.parse(printed["hash"]).matches(printed["key"])


def test_a_server_does_not_start_with_a_malformed_hash(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", "0", "--key-hash", "secret"]) == 1
    assert "secret" not in capsys.readouterr().err
