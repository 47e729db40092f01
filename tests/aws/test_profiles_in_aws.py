"""Profiles in the function: of its environment, of a request, and of a batch."""

import json
from pathlib import Path

import pytest

from essay_scorer import BatchError, Profile, Scorer
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.handler import make_handler
from essay_scorer.contract import PROFILE_VARIABLE
from tests.aws.fake_aws import FakeAws, submit_file
from tests.essay_files import write_csv
from tests.test_adaptation import FRENCH, MARKS


@pytest.fixture(scope="module")
def profile(scorer: Scorer) -> Profile:
    return scorer.adapt(FRENCH, MARKS, scale="0-20")


def test_the_environment_names_the_profile() -> None:
    assert Environment.read({PROFILE_VARIABLE: "/var/task/profile.json"}).profile
    assert Environment.read({}).profile == ""


def test_a_direct_invocation_may_have_a_profile(scorer: Scorer, profile: Profile) -> None:
    result = make_handler(scorer)({"text": FRENCH[2], "profile": profile.to_dict()}, None)
    assert result["statusCode"] == 200
    assert result["body"]["scale"] == {"min": 0, "max": 20}


def test_a_batch_is_scored_by_the_profile_that_was_sent_with_it(
    scorer: Scorer, profile: Profile
) -> None:
    files = {
        "essays/a.jsonl": json.dumps({"text": FRENCH[2]}).encode(),
        "essays/a.json": json.dumps(profile.to_dict()).encode(),
    }

    def read_range(_bucket: str, key: str, start: int, end: int) -> bytes:
        return files[key][start:end]

    event = {
        "BatchInput": {
            "bucket": "b",
            "key": "essays/a.jsonl",
            "profile": "essays/a.json",
            "profile_bytes": len(files["essays/a.json"]),
        },
        "Items": [{"n": 0, "start": 0, "end": len(files["essays/a.jsonl"])}],
    }
    handler = make_handler(scorer, read_range=read_range)
    ((_, answer),) = handler(event, None)["answers"]
    assert answer == scorer.score(FRENCH[2], profile=profile).to_dict()
    files["essays/a.json"] = b"{" + b" " * (len(files["essays/a.json"]) - 1)
    with pytest.raises(BatchError):
        handler(event, None)


def test_submit_uploads_the_profile_beside_the_essays(
    aws: FakeAws, profile: Profile, tmp_path: Path
) -> None:
    path = tmp_path / "class.json"
    profile.save(path)
    submit_file(aws, write_csv(tmp_path / "a.csv", [{"text": FRENCH[0]}]), profile=profile)
    (given,) = map(json.loads, aws.executions.values())
    uploaded = (aws.folder / given["profile"]).read_bytes()
    assert len(uploaded) == given["profile_bytes"]
    assert given["profile"].startswith("essays/")
    assert Profile.from_dict(json.loads(uploaded)).scale == profile.scale
