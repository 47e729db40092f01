"""``fetch`` gives every row of a submitted file its outcome, once and in order."""

from pathlib import Path

import pytest

from essay_scorer import CloudError, FileError
from essay_scorer.aws.fetch import fetch
from tests.aws.fake_aws import FakeAws, submit_file
from tests.essay_files import make_essays, read_csv, run_batch, write_csv, write_jsonl


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_the_output_is_the_same_as_that_of_batch(
    format_: str, aws: FakeAws, tmp_path: Path
) -> None:
    rows = make_essays(21)
    rows[5]["text"], rows[9]["text"] = "", "  "
    write = write_csv if format_ == "csv" else write_jsonl
    source = write(tmp_path / f"essays.{format_}", rows)
    local, out = tmp_path / f"local.{format_}", tmp_path / f"out.{format_}"
    assert run_batch(source, local).returncode == 3
    execution = submit_file(aws, source)
    aws.run(alone=frozenset({9}))
    fetched = fetch(execution, str(out), aws)
    assert out.read_bytes() == local.read_bytes()
    assert (fetched.summary.rows, fetched.summary.failed.total()) == (21, 2)
    assert "cost     about $" in fetched.describe()


def test_rows_without_a_result_are_not_scored(aws: FakeAws, tmp_path: Path) -> None:
    execution = submit_file(aws, write_csv(tmp_path / "essays.csv", make_essays(10)))
    aws.run(lost=frozenset({0, 6, 9}))
    fetched = fetch(execution, str(tmp_path / "out.csv"), aws)
    errors = [row["error"] for row in read_csv(tmp_path / "out.csv")]
    assert [place for place, code in enumerate(errors) if code == "not_scored"] == [0, 6, 9]
    assert fetched.summary.failed == {"not_scored": 3}


def test_a_row_that_was_scored_twice_is_an_error(aws: FakeAws, tmp_path: Path) -> None:
    execution = submit_file(aws, write_csv(tmp_path / "essays.csv", make_essays(10)))
    aws.run()
    (first, _) = sorted(aws.folder.rglob("SUCCEEDED_*"))
    first.write_text(first.read_text() + first.read_text())
    with pytest.raises(FileError, match="scored twice"):
        fetch(execution, str(tmp_path / "out.csv"), aws)
    assert not (tmp_path / "out.csv").exists()


def test_a_long_essay_gets_a_score(aws: FakeAws, tmp_path: Path) -> None:
    """It would not fit between two states of Step Functions."""
    rows = [{"text": "The town should keep its library open. " * 6_000}]
    execution = submit_file(aws, write_csv(tmp_path / "essays.csv", rows))
    aws.run()
    fetch(execution, str(tmp_path / "out.csv"), aws)
    (row,) = read_csv(tmp_path / "out.csv")
    assert (row["error"], row["essay score"].isdigit()) == ("", True)


def test_the_version_that_scored_is_named(aws: FakeAws, tmp_path: Path) -> None:
    execution = submit_file(aws, write_csv(tmp_path / "essays.csv", make_essays(5)))
    aws.run()
    fetched = fetch(execution, str(tmp_path / "out.csv"), aws)
    assert "run      version 7 of the function; succeeded" in fetched.describe()


@pytest.mark.parametrize(
    "line",
    ['{"answers": {"0": 4}}', "[3]", "3", "{}", '{"answers": [[0, {"score": 3}]]}', "no JSON"],
)
def test_results_of_another_release_are_one_sentence(
    line: str, aws: FakeAws, tmp_path: Path
) -> None:
    execution = submit_file(aws, write_csv(tmp_path / "essays.csv", make_essays(5)))
    aws.run()
    for path in aws.folder.rglob("SUCCEEDED_*"):
        path.write_text(f"{line}\n")
    with pytest.raises(FileError, match="not those of a batch of this release"):
        fetch(execution, str(tmp_path / "out.csv"), aws)


def test_another_execution_is_refused(aws: FakeAws, tmp_path: Path) -> None:
    aws.executions["arn:other"] = '{"order": 4}'
    with pytest.raises(CloudError, match="is not a batch that this release"):
        fetch("arn:other", str(tmp_path / "out.csv"), aws)


def test_files_that_have_expired_are_one_sentence(aws: FakeAws, tmp_path: Path) -> None:
    execution = submit_file(aws, write_csv(tmp_path / "essays.csv", make_essays(2)))
    aws.run()
    for path in aws.folder.rglob("rows/**/*.jsonl"):
        path.unlink()
    with pytest.raises(CloudError, match="after the days in the setting batch_days"):
        fetch(execution, str(tmp_path / "out.csv"), aws)


def test_a_running_execution_cannot_be_fetched(aws: FakeAws, tmp_path: Path) -> None:
    execution = submit_file(aws, write_csv(tmp_path / "essays.csv", make_essays(2)))
    aws.status = "RUNNING"
    with pytest.raises(CloudError, match="still running"):
        fetch(execution, str(tmp_path / "out.csv"), aws)
