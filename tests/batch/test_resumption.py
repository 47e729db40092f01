"""A run that resumes scores only the rows that are new, wherever the input changed."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import pytest

from essay_scorer.batch.checkpoint import Checkpoint
from essay_scorer.batch.pool import WorkerPool
from essay_scorer.batch.run import Job, score_file
from tests.batch.interrupted_runs import checkpoint_of, kill_after
from tests.essay_files import Batch, Rows, make_essays, read_csv, write_csv

COUNT = 12
ROWS = make_essays(COUNT)
NEW = {"id": "new", "text": "Another essay stands here now.", "class": "5b"}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint with the outcomes of ``ROWS``; the rows and their scores are beside it."""
    out = tmp_path_factory.mktemp("complete") / "scores.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checkpoint, "complete", lambda _self: None)
        score_file(Job(source=str(write_csv(out.with_name("essays.csv"), ROWS)), out=str(out)))
    return checkpoint_of(out)


def _insert_first(rows: Rows) -> None:
    rows.insert(0, NEW)


def _delete(rows: Rows) -> None:
    del rows[4]


def _edit_in_the_middle(rows: Rows) -> None:
    rows[6] = NEW


def _duplicate(rows: Rows) -> None:
    rows[5:5] = [rows[2], rows[5], rows[2]]


def _reorder(rows: Rows) -> None:
    rows.reverse()


@pytest.mark.parametrize(
    ("edit", "rows", "replayed"),
    [
        (_insert_first, COUNT + 1, COUNT),
        (_delete, COUNT - 1, COUNT - 1),
        (_edit_in_the_middle, COUNT, COUNT - 1),
        (_duplicate, COUNT + 3, COUNT + 3),
        (_reorder, COUNT, COUNT),
    ],
)
def test_rows_that_did_not_change_keep_their_scores(
    edit: Callable[[Rows], None], rows: int, replayed: int, checkpoint: Path, tmp_path: Path
) -> None:
    edited = list(ROWS)
    edit(edited)
    source, out = write_csv(tmp_path / "essays.csv", edited), tmp_path / "scores.csv"
    copyfile(checkpoint, checkpoint_of(out))
    summary = score_file(Job(source=str(source), out=str(out)))
    assert (summary.rows, summary.replayed) == (rows, replayed)
    before = {row["id"]: row for row in read_csv(checkpoint.with_name("scores.csv"))}
    after = read_csv(out)
    assert [row["id"] for row in after] == [row["id"] for row in edited]
    assert all(before.get(row["id"], row) == row for row in after)
    assert all(row["essay score"] for row in after)
    assert sorted(tmp_path.iterdir()) == [source, out]


def test_workers_start_only_if_a_row_needs_them(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(WorkerPool, "for_bundle")
    source, out = checkpoint.with_name("essays.csv"), tmp_path / "scores.csv"
    copyfile(checkpoint, checkpoint_of(out))
    assert score_file(Job(source=str(source), out=str(out))).replayed == COUNT
    assert out.read_bytes() == checkpoint.with_name("scores.csv").read_bytes()


def test_rows_that_occur_twice_are_not_counted_as_replayed(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "essays.csv", ROWS[:3] * 20)
    assert score_file(Job(source=str(source), out=str(tmp_path / "out.csv"))).replayed == 0


def test_a_checkpoint_holds_no_essay(checkpoint: Path) -> None:
    content = checkpoint.read_bytes()
    assert b"library" not in content
    assert b'"essay score"' in content


def test_an_edited_row_alone_is_scored_again(batch: Batch, tmp_path: Path) -> None:
    rows = make_essays(160)
    source, out = write_csv(tmp_path / "essays.csv", rows), tmp_path / "half.csv"
    kill_after(80, source, out)
    rows[20]["text"] = NEW["text"]
    write_csv(source, rows)
    done = batch(source, out)
    (line,) = (line for line in done.stderr.splitlines() if "reused" in line)
    assert int(line.rpartition("; ")[2].split()[0]) >= 80  # of at least 81, one was edited
    fresh = tmp_path / "fresh.csv"
    batch(source, fresh)
    assert out.read_bytes() == fresh.read_bytes()
    assert not checkpoint_of(out).exists()


def _change_model(checkpoint: Path) -> None:
    with closing(sqlite3.connect(checkpoint)) as database, database:
        database.execute("UPDATE meta SET value = '0' WHERE name = 'bundle'")


def _damage(checkpoint: Path) -> None:
    checkpoint.write_bytes(checkpoint.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("change", "reason"),
    [(_change_model, "belongs to another model or version"), (_damage, "is damaged")],
)
def test_discarded_outcomes_are_reported(
    change: Callable[[Path], None], reason: str, checkpoint: Path, batch: Batch, tmp_path: Path
) -> None:
    out = tmp_path / "scores.csv"
    copyfile(checkpoint, checkpoint_of(out))
    change(checkpoint_of(out))
    done = batch(checkpoint.with_name("essays.csv"), out)
    assert f"scores.csv.checkpoint {reason}: every row is scored again" in done.stderr
    assert "reused" not in done.stderr
    assert out.read_bytes() == checkpoint.with_name("scores.csv").read_bytes()
    assert list(tmp_path.iterdir()) == [out]
