"""``submit`` uploads a file, starts an execution and follows it."""

import json
from pathlib import Path
from typing import Any

import pytest

from essay_scorer import CloudError
from essay_scorer.aws import submit
from essay_scorer.aws.submit import S3Folder, follow
from tests.aws.fake_aws import FakeAws, submit_file
from tests.essay_files import make_essays, read_jsonl, write_csv


def test_a_file_is_uploaded_as_items_and_rows(aws: FakeAws, tmp_path: Path) -> None:
    rows = make_essays(3)
    submit_file(aws, write_csv(tmp_path / "my essays.csv", rows))
    (given,) = map(json.loads, aws.executions.values())
    assert given["bucket"] == "essays"
    assert given["key"].startswith("spring/exam/my-essays-")
    assert given["results"] == given["key"].replace("items.jsonl", "runs")
    assert read_jsonl(aws.folder / given["key"]) == [{"text": row["text"]} for row in rows]
    header, *uploaded = read_jsonl(aws.folder / given["key"].replace("items", "rows"))
    assert header == {"columns": ["id", "text", "class"], "id": "id"}
    assert [row["fields"] for row in uploaded] == rows


def test_an_item_is_small_enough_for_a_state_machine(aws: FakeAws, tmp_path: Path) -> None:
    rows = [{"text": "word " * 40_000}, {"text": "The town should keep its library."}]
    submit_file(aws, write_csv(tmp_path / "essays.csv", rows))
    (given,) = map(json.loads, aws.executions.values())
    assert read_jsonl(aws.folder / given["key"]) == [{"error": "too_large"}, rows[1]]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"BatchBucket": "another"}, "reads from s3://another, not from s3://essays"),
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
