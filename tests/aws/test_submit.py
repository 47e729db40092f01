"""``submit`` uploads a file, starts an execution and follows it."""

import json
from pathlib import Path
from typing import Any

import pytest

from essay_scorer import CloudError
from essay_scorer.aws import submit
from essay_scorer.aws.submit import S3Folder, Upload, follow
from essay_scorer.aws.submit import submit as submit_upload
from essay_scorer.contract import MAX_REQUEST_BYTES
from tests.aws.fake_aws import FakeAws, submit_file
from tests.essay_files import make_essays, read_jsonl, write_csv, write_jsonl


def test_a_file_is_uploaded_to_the_folders_of_its_kinds(aws: FakeAws, tmp_path: Path) -> None:
    rows = make_essays(3)
    submit_file(aws, write_csv(tmp_path / "my essays.csv", rows))
    (given,) = map(json.loads, aws.executions.values())
    name = Path(given["results"]).name
    assert given == {
        "bucket": "essays-bucket",
        "essays": f"essays/spring/exam/{name}.jsonl",
        "items": f"items/spring/exam/{name}.jsonl",
        "rows": f"rows/spring/exam/{name}.jsonl",
        "results": f"results/spring/exam/{name}",
        "profile": "",
        "profile_bytes": 0,
    }
    assert name.startswith("my-essays-")
    essays = (aws.folder / given["essays"]).read_bytes()
    items = read_jsonl(aws.folder / given["items"])
    assert [item["n"] for item in items] == [0, 1, 2]
    ranges = [essays[item["start"] : item["end"]] for item in items]
    assert b"".join(ranges) == essays
    assert list(map(json.loads, ranges)) == [{"text": row["text"]} for row in rows]
    header, *uploaded = read_jsonl(aws.folder / given["rows"])
    assert header == {"columns": ["id", "text", "class"], "id": "id"}
    assert [row["fields"] for row in uploaded] == rows


def test_step_functions_gets_no_text(aws: FakeAws, tmp_path: Path) -> None:
    """It keeps the input of an execution and of each child in a history, for up to 90 days."""
    rows = make_essays(3)
    rows[1]["text"] = "Marzipan is the word that nobody else may read."
    submit_file(aws, write_csv(tmp_path / "essays.csv", rows))
    (given,) = aws.executions.values()
    items = (aws.folder / json.loads(given)["items"]).read_text(encoding="utf-8")
    assert "Marzipan" in (aws.folder / json.loads(given)["essays"]).read_text(encoding="utf-8")
    assert "Marzipan" not in given + items
    assert all(set(item) == {"n", "start", "end"} for item in map(json.loads, items.splitlines()))


def test_the_longest_essay_that_can_be_scored_is_uploaded(aws: FakeAws, tmp_path: Path) -> None:
    longest = "\x01" * MAX_REQUEST_BYTES  # JSON needs six bytes for each
    source = write_jsonl(tmp_path / "a.jsonl", [{"text": longest, "prompt": longest}])
    submit_file(aws, source)
    (given,) = map(json.loads, aws.executions.values())
    (uploaded,) = read_jsonl(aws.folder / given["essays"])
    assert uploaded["text"] == longest


def test_a_line_that_the_function_could_not_load_is_not_uploaded(
    aws: FakeAws, tmp_path: Path
) -> None:
    rows = [{"text": "word " * 1_000_000}, {"text": "The town should keep its library."}]
    submit_file(aws, write_jsonl(tmp_path / "essays.jsonl", rows))
    (given,) = map(json.loads, aws.executions.values())
    assert read_jsonl(aws.folder / given["essays"]) == [{"error": "too_large"}, rows[1]]


def test_two_submissions_in_a_second_have_files_of_their_own(aws: FakeAws, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "essays.csv", make_essays(2))
    assert submit_file(aws, source) != submit_file(aws, source)
    first, second = map(json.loads, aws.executions.values())
    assert all(first[name] != second[name] for name in ("essays", "items", "rows", "results"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"BatchBucket": "another"}, "reads from s3://another, not from s3://essays-bucket"),
        ({"BatchStateMachine": None}, "deploy it with batch = true"),
    ],
)
def test_a_deployment_without_this_bucket_is_refused(
    change: dict[str, Any], sentence: str, aws: FakeAws, tmp_path: Path
) -> None:
    aws.outputs = {k: v for k, v in {**aws.outputs, **change}.items() if v}
    with pytest.raises(CloudError, match=sentence):
        submit_file(aws, write_csv(tmp_path / "essays.csv", make_essays(2)))


def test_a_missing_deployment_is_one_sentence(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(FakeAws, "describe_stacks")
    with pytest.raises(CloudError, match="There is no deployment essay-scorer in this account"):
        submit_file(aws, write_csv(tmp_path / "essays.csv", make_essays(2)))


@pytest.mark.parametrize("url", ["essays/spring", "s3:///spring", "https://essays"])
def test_a_url_that_is_no_folder_in_s3_is_refused(url: str) -> None:
    with pytest.raises(CloudError, match="is not a folder in S3"):
        S3Folder.parse(url)


class Following:
    """Step Functions with an execution that ends at the third look."""

    looks = 0

    def describe_execution(self, *, executionArn: str) -> Any:  # noqa: N803 - AWS's names
        self.looks += 1
        return {"status": "RUNNING" if self.looks < 3 else "SUCCEEDED"}

    def list_map_runs(self, *, executionArn: str) -> Any:  # noqa: N803
        return {"mapRuns": [{"mapRunArn": "arn:map"}] if self.looks > 1 else []}

    def describe_map_run(self, *, mapRunArn: str) -> Any:  # noqa: N803
        counts = {"succeeded": 3, "failed": 1, "total": 10}
        return {"executionCounts": counts, "itemCounts": counts}


def test_an_execution_is_followed_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit, "POLL_SECONDS", 0.0)
    states = Following()
    assert follow("arn:execution", lambda _service: states) == "SUCCEEDED"
    assert states.looks == 3


def test_a_submission_says_which_columns_it_took_and_what_it_skipped(
    aws: FakeAws, tmp_path: Path
) -> None:
    source, said = tmp_path / "essays.csv", list[str]()
    source.write_text("Class 8b\nid;Essay\n1;One caf\xe9.\n", encoding="cp1252")
    folder = S3Folder.parse("s3://essays-bucket/spring")
    upload = Upload(source=str(source), folder=folder, stack="essay-scorer", columns={})
    submit_upload(upload, aws, say=said.append)
    assert said == [
        "columns  text: Essay, id: id",
        "note     skipped 1 line above the header, line 2",
        "note     1 line is not UTF-8 and was read as Windows-1252",
    ]
