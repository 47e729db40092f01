"""Submit and fetch against a stand-in of AWS that keeps objects in a folder."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.essay_files import Batch, make_essays, read_csv, read_jsonl, write_csv, write_jsonl

from essay_scorer import Scorer
from essay_scorer.aws import submit as cloud
from essay_scorer.aws.map_event import answer_map_event
from essay_scorer.errors import FileError

SIZE = 4


class Aws:
    """S3 as a folder, one state machine, and the function behind it, all in this process."""

    def __init__(self, folder: Path, scorer: Scorer) -> None:
        self.folder, self._scorer = folder, scorer
        self.status = "SUCCEEDED"
        self.executions: dict[str, str] = {}
        self.outputs = {"BatchBucket": "essays", "BatchStateMachine": "arn:machine"}

    def __call__(self, service: str) -> "Aws":
        return self

    def describe_stacks(self, *, StackName: str) -> Any:  # noqa: N803 - AWS's names
        outputs = [{"OutputKey": k, "OutputValue": v} for k, v in self.outputs.items()]
        return {"Stacks": [{"Outputs": outputs}]}

    def upload_file(self, path: str, bucket: str, key: str) -> None:
        (self.folder / key).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, self.folder / key)

    def download_file(self, bucket: str, key: str, path: str) -> None:
        shutil.copy(self.folder / key, path)

    def get_paginator(self, name: str) -> "Aws":
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Any:  # noqa: N803
        keys = [str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if p.is_file()]
        return [{"Contents": [{"Key": key} for key in sorted(keys) if key.startswith(Prefix)]}]

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> Any:  # noqa: A002, N803
        self.executions[f"arn:{name}"] = input
        return {"executionArn": f"arn:{name}"}

    def describe_execution(self, *, executionArn: str) -> Any:  # noqa: N803
        return {"status": self.status, "input": self.executions[executionArn]}

    def run(
        self, *, lost: frozenset[int] = frozenset(), apart: frozenset[int] = frozenset()
    ) -> None:
        """Score what was sent, batches in any order; some rows fail, some batches come apart."""
        (given,) = map(json.loads, self.executions.values())
        items = read_jsonl(self.folder / given["key"])
        outputs: list[Any] = []
        for begin in range(0, len(items), SIZE):
            numbers = range(begin, min(begin + SIZE, len(items)))
            parts = [[n] for n in numbers if n not in lost]
            if not (set(numbers) & (lost | apart)):
                parts = [list(numbers)]
            said = [
                answer_map_event(
                    self._scorer, {"Items": [{"n": n, "item": items[n]} for n in part]}
                )
                for part in parts
            ]
            outputs.append(said[0] if len(parts) == 1 and len(parts[0]) > 1 else said)
        random.Random(7).shuffle(outputs)
        for place, part in enumerate((outputs[::2], outputs[1::2])):
            lines = "".join(json.dumps(output) + "\n" for output in part)
            path = self.folder / given["results"] / "map" / f"SUCCEEDED_{place}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(lines)
        (path.parent / "manifest.json").write_text("{}")


@pytest.fixture
def aws(tmp_path: Path) -> Aws:
    return Aws(tmp_path / "s3", Scorer.load(threads=1))


def _submit(aws: Aws, source: Path) -> str:
    place = cloud.Place.parse("s3://essays/spring/exam")
    return cloud.submit(
        cloud.Upload(source=str(source), place=place, stack="essay-scorer", columns={}), aws
    )


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_it_comes_back_as_the_local_batch_writes_it(
    kind: str, aws: Aws, batch: Batch, tmp_path: Path
) -> None:
    rows = make_essays(21)
    rows[5]["text"], rows[9]["text"] = "", "  "
    write = write_csv if kind == "csv" else write_jsonl
    source = write(tmp_path / f"essays.{kind}", rows)
    local, out = tmp_path / f"local.{kind}", tmp_path / f"out.{kind}"
    assert batch(source, local).returncode == 3
    execution = _submit(aws, source)
    aws.run(apart=frozenset({9}))
    fetched = cloud.fetch(execution, str(out), aws)
    assert out.read_bytes() == local.read_bytes()
    assert (fetched.summary.rows, fetched.summary.failed.total()) == (21, 2)
    assert "cost     about $" in fetched.describe()


def test_rows_that_were_never_scored_are_listed(aws: Aws, tmp_path: Path) -> None:
    execution = _submit(aws, write_csv(tmp_path / "essays.csv", make_essays(10)))
    aws.run(lost=frozenset({0, 6, 9}))
    fetched = cloud.fetch(execution, str(tmp_path / "out.csv"), aws)
    errors = [row["error"] for row in read_csv(tmp_path / "out.csv")]
    assert [place for place, code in enumerate(errors) if code == "not_scored"] == [0, 6, 9]
    assert fetched.summary.failed == {"not_scored": 3}


def test_a_row_that_was_scored_twice_is_an_error(aws: Aws, tmp_path: Path) -> None:
    execution = _submit(aws, write_csv(tmp_path / "essays.csv", make_essays(10)))
    aws.run()
    (first, _) = sorted(aws.folder.rglob("SUCCEEDED_*"))
    first.write_text(first.read_text() + first.read_text())
    with pytest.raises(FileError, match="scored twice"):
        cloud.fetch(execution, str(tmp_path / "out.csv"), aws)
    assert not (tmp_path / "out.csv").exists()


def test_an_item_is_small_enough_for_a_state_machine(aws: Aws, tmp_path: Path) -> None:
    rows = [{"text": "word " * 40_000}, {"text": "The town should keep its library."}]
    execution = _submit(aws, write_csv(tmp_path / "essays.csv", rows))
    aws.run()
    cloud.fetch(execution, str(tmp_path / "out.csv"), aws)
    assert [row["error"] for row in read_csv(tmp_path / "out.csv")] == ["too_large", ""]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"BatchBucket": "another"}, "reads from s3://another, not from s3://essays"),
        ({"BatchStateMachine": None}, "deploy it with batch = true"),
    ],
)
def test_a_wrong_place_is_one_sentence(
    change: dict[str, Any], sentence: str, aws: Aws, tmp_path: Path
) -> None:
    aws.outputs = {k: v for k, v in {**aws.outputs, **change}.items() if v}
    with pytest.raises(cloud.CloudError, match=sentence):
        _submit(aws, write_csv(tmp_path / "essays.csv", make_essays(2)))


def test_what_runs_cannot_be_fetched_yet(aws: Aws, tmp_path: Path) -> None:
    execution = _submit(aws, write_csv(tmp_path / "essays.csv", make_essays(2)))
    aws.status = "RUNNING"
    with pytest.raises(cloud.CloudError, match="still running"):
        cloud.fetch(execution, str(tmp_path / "out.csv"), aws)


@pytest.mark.parametrize("url", ["essays/spring", "s3:///spring", "https://essays"])
def test_what_is_no_place_in_s3_is_one_sentence(url: str) -> None:
    with pytest.raises(cloud.CloudError, match="is no place in S3"):
        cloud.Place.parse(url)
