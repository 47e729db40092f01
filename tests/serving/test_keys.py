"""Keys and what a server keeps of them."""

import re

import pytest

from essay_scorer.serving.keys import KeyHash, has_valid_key, generate_key
from essay_scorer.cli.entry_point import main
from essay_scorer.errors import InvalidKeyHash


def test_a_key_cannot_be_guessed_and_is_new_each_time() -> None:
    keys = {generate_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch(r"essay_[A-Za-z0-9_-]{43}", key) for key in keys)  # 256 bits


def test_a_hash_knows_its_key_and_no_other() -> None:
    key = generate_key()
    written = str(KeyHash.of(key))
    assert key not in written
    assert KeyHash.parse(written).is_of(key)
    for other in ("", key[:-1], key + "a", key.upper(), generate_key(), "ключ", "\udcff"):
        assert not KeyHash.parse(written).is_of(other)


def test_two_hashes_of_a_key_tell_nobody_that_they_are() -> None:
    assert KeyHash.of("same").digest != KeyHash.of("same").digest


@pytest.mark.parametrize("written", ["", "sha256:", "key", "md5:00:00", f"sha256:{'0' * 32}:xyz"])
def test_what_is_no_hash_is_refused(written: str) -> None:
    with pytest.raises(InvalidKeyHash, match="sha256:SALT:HASH"):
        KeyHash.parse(written)


@pytest.mark.parametrize(
    ("headers", "let_in"),
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
def test_both_keys_of_a_change_let_in(headers: dict[str, str], let_in: bool) -> None:
    assert has_valid_key([KeyHash.of("old"), KeyHash.of("new")], headers) is let_in


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
def test_every_request_is_the_same_work(
    headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = [KeyHash.of("old"), KeyHash.of("new")]
    compared = []

    def compare(left: bytes, right: bytes) -> bool:
        compared.append((len(left), right))
        return left == right

    monkeypatch.setattr("essay_scorer.access.hmac.compare_digest", compare)
    has_valid_key(hashes, headers)
    assert compared == [(32, one.digest) for one in hashes]


def test_the_command_prints_a_key_with_its_hash(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key"]) == 0
    printed = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert KeyHash.parse(printed["hash"]).is_of(printed["key"])


def test_a_server_is_not_started_with_what_is_no_hash(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", "0", "--key-hash", "secret"]) == 1
    assert "secret" not in capsys.readouterr().err
