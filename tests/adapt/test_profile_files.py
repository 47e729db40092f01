"""Profiles in files: what was saved is loaded, and what is not a profile is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.adapt.synthetic_class import BUNDLE, BUNDLE_SCALE, make_class, marks_of

from essay_scorer import FileError, InvalidProfile, Profile
from essay_scorer.adapt.essay_vector import encode_floats
from essay_scorer.adapt.learn_profile import learn_profile

Table = dict[str, Any]


@pytest.fixture(scope="module")
def profile() -> Profile:
    vectors = make_class(40)
    return learn_profile(vectors, marks_of(vectors), bundle_scale=BUNDLE_SCALE, scale="0-20:0.5")


def test_a_loaded_profile_suggests_the_same(profile: Profile, tmp_path: Path) -> None:
    profile.save(tmp_path / "class.json")
    loaded = Profile.load(tmp_path / "class.json")
    for vector in make_class(20, seed=5):
        assert loaded.suggest(vector.numbers()) == profile.suggest(vector.numbers())
    assert (loaded.report, loaded.scale, loaded.bundle) == (profile.report, profile.scale, BUNDLE)


def _set(name: str, value: object) -> Callable[[Table], None]:
    return lambda table: table.__setitem__(name, value)


def _nan_weight(table: Table) -> None:
    table["model"]["weights"] = encode_floats(np.full(1229, np.nan))


def _few_weights(table: Table) -> None:
    table["folds"][0]["weights"] = table["folds"][0]["weights"][:8]


@pytest.mark.parametrize(
    "damage",
    [
        _set("format", 99),
        _set("scale", {"min": 1, "max": 1}),
        _set("scale", {"min": 0, "max": 10_000}),
        _set("scale", {"min": 0, "max": 1e308, "step": 1e-308}),
        _set("errors", [float("nan")]),
        _set("errors", []),
        _set("fold_of", [99] * 40),
        _set("means", "not base64 !"),
        _set("means", ""),
        _set("bundle", {"name": "x"}),
        _set("report", None),
        _nan_weight,
        _few_weights,
    ],
)
def test_a_damaged_profile_is_refused(profile: Profile, damage: Callable[[Table], None]) -> None:
    table = json.loads(json.dumps(profile.to_dict()))
    damage(table)
    with pytest.raises(InvalidProfile, match="learn"):
        Profile.from_dict(table)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not JSON; copy the profile again"),
        (b'{"format": 1, "bun', "is not JSON"),
        (b"[]", "not a profile of format 1"),
        (b" " * 300_000, "is larger than 200 KB, so it is not a profile"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_a_file_that_is_no_profile_is_named(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "class.json"
    path.write_bytes(content)
    with pytest.raises(InvalidProfile, match=reason) as refused:
        Profile.load(path)
    assert str(path) in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nowhere\.json cannot be read"):
        Profile.load(tmp_path / "nowhere.json")
