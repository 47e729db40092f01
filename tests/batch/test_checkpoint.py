"""A checkpoint returns the right outcome of a request or none, whatever happened to its file."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from essay_scorer import FileError, RowError, Score, Scorer
from essay_scorer.batch.checkpoint import Checkpoint, request_key
from essay_scorer.serving.outcomes import Outcome, outcome_to_dict

IDENTITY = {"version": "1", "bundle": "a"}
COUNT = 40


@pytest.fixture(scope="module")
def outcomes(scorer: Scorer) -> dict[bytes, Outcome]:
    """Outcomes by key, all different."""
    score = Score.from_dict(scorer.score("The town should keep its library.").to_dict())
    found: dict[bytes, Outcome] = {request_key({"text": "1"}): score}
    for number in range(2, COUNT):
        found[request_key({"text": str(number)})] = RowError(f"code_{number}")
    return found


@pytest.fixture
def path(outcomes: dict[bytes, Outcome], tmp_path: Path) -> Path:
    """The checkpoint of an unfinished run."""
    path = tmp_path / "scores.csv.checkpoint"
    with Checkpoint.open(path, IDENTITY) as checkpoint:
        checkpoint.save(outcomes.items())
    assert list(tmp_path.iterdir()) == [path]
    return path


def _found(checkpoint: Checkpoint, keys: Iterator[bytes]) -> list[dict[str, object] | None]:
    outcomes = map(checkpoint.find, keys)
    return [None if outcome is None else outcome_to_dict(outcome) for outcome in outcomes]


def test_saved_outcomes_are_found_by_the_next_run(
    path: Path, outcomes: dict[bytes, Outcome]
) -> None:
    with Checkpoint.open(path, IDENTITY) as checkpoint:
        assert checkpoint.discarded == ""
        assert _found(checkpoint, iter(outcomes)) == list(map(outcome_to_dict, outcomes.values()))
        assert checkpoint.find(request_key({"text": "unknown"})) is None


def test_outcomes_of_the_same_run_are_not_found(path: Path) -> None:
    with Checkpoint.open(path, IDENTITY) as checkpoint:
        checkpoint.save([(request_key("new"), RowError("new"))])
        assert checkpoint.find(request_key("new")) is None
    with Checkpoint.open(path, IDENTITY) as checkpoint:
        assert checkpoint.find(request_key("new")) is not None


@pytest.mark.parametrize("change", [{"version": "2"}, {"bundle": "b"}])
def test_outcomes_of_another_model_or_version_are_discarded(
    change: dict[str, str], path: Path, outcomes: dict[bytes, Outcome]
) -> None:
    with Checkpoint.open(path, IDENTITY | change) as checkpoint:
        assert checkpoint.discarded == "belongs to another model or version"
        assert not any(map(checkpoint.find, outcomes))
    assert not path.exists()


def test_an_open_checkpoint_is_locked(path: Path) -> None:
    with (
        Checkpoint.open(path, IDENTITY),
        pytest.raises(FileError, match=r"Another run is writing .*\.checkpoint; wait"),
        Checkpoint.open(path, IDENTITY),
    ):
        pass
    with Checkpoint.open(path, IDENTITY) as checkpoint:
        assert checkpoint.discarded == ""


def test_a_complete_checkpoint_is_removed(path: Path, tmp_path: Path) -> None:
    with Checkpoint.open(path, IDENTITY) as checkpoint:
        checkpoint.complete()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_checkpoint_is_removed(tmp_path: Path) -> None:
    with Checkpoint.open(tmp_path / "scores.csv.checkpoint", IDENTITY) as checkpoint:
        checkpoint.save([])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b'[{"journal": 1}]\n', bytes(4096), b"SQLite format 3"])
def test_a_file_that_is_no_checkpoint_is_replaced(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "scores.csv.checkpoint"
    path.write_bytes(content)
    with Checkpoint.open(path, IDENTITY) as checkpoint:
        assert checkpoint.discarded == "is damaged"
        checkpoint.save([(request_key("a"), RowError("b"))])
    with Checkpoint.open(path, IDENTITY) as checkpoint:
        assert checkpoint.find(request_key("a")) is not None


def test_a_damaged_checkpoint_never_gives_a_wrong_outcome(
    path: Path, outcomes: dict[bytes, Outcome]
) -> None:
    whole, choose = path.read_bytes(), random.Random(7)
    expected = list(map(outcome_to_dict, outcomes.values()))
    for _ in range(500):
        damaged = bytearray(whole)
        for _ in range(choose.choice([1, 1, 1, 8, 64])):
            damaged[choose.randrange(len(damaged))] ^= 1 << choose.randrange(8)
        path.write_bytes(damaged[: choose.choice([len(damaged), choose.randrange(len(damaged))])])
        with Checkpoint.open(path, IDENTITY) as checkpoint:
            found = _found(checkpoint, iter(outcomes))
            checkpoint.save(outcomes.items())
        assert all(one in (None, right) for one, right in zip(found, expected, strict=True))
