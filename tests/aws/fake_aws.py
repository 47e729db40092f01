"""A fake of AWS for ``submit`` and ``fetch``, which keeps objects in a folder."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

from essay_scorer import Profile, Scorer
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.map_event import MapEvent, score_map_event
from essay_scorer.aws.submit import S3Folder, Upload, submit
from tests.essay_files import read_jsonl

BATCH_SIZE = 4


class FakeAws:
    """S3 as a folder, one state machine, and its function, all in this process.

    It is also each of its clients, so it can be passed as ``clients``.
    """

    def __init__(self, folder: Path, scorer: Scorer) -> None:
        self.folder, self._scorer = folder, scorer
        self.status, self.version = "SUCCEEDED", "7"
        self.executions: dict[str, str] = {}
        self.outputs = {"BatchBucket": "essays-bucket", "BatchStateMachine": "arn:machine"}

    def __call__(self, service: str) -> "FakeAws":
        return self

    def describe_stacks(self, *, StackName: str) -> Any:  # noqa: N803 - AWS's names
        outputs = [{"OutputKey": k, "OutputValue": v} for k, v in self.outputs.items()]
        return {"Stacks": [{"Outputs": outputs}]}

    def upload_file(self, path: str, bucket: str, key: str) -> None:
        (self.folder / key).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, self.folder / key)

    def download_file(self, bucket: str, key: str, path: str) -> None:
        shutil.copy(self.folder / key, path)

    def get_paginator(self, name: str) -> "FakeAws":
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
        self, *, lost: frozenset[int] = frozenset(), alone: frozenset[int] = frozenset()
    ) -> None:
        """Score the uploaded items and write results, batches in any order.

        Args:
            lost: rows whose every attempt fails.
            alone: rows whose batch is retried one by one.
        """
        (given,) = map(json.loads, self.executions.values())
        items = read_jsonl(self.folder / given["items"])
        outputs: list[Any] = []
        for begin in range(0, len(items), BATCH_SIZE):
            numbers = range(begin, min(begin + BATCH_SIZE, len(items)))
            parts = [[n] for n in numbers if n not in lost]
            if not (set(numbers) & (lost | alone)):
                parts = [list(numbers)]
            results = [self._score(given, [items[n] for n in part]) for part in parts]
            is_whole = len(parts) == 1 and len(parts[0]) > 1
            outputs.append(results[0] if is_whole else results)
        random.Random(7).shuffle(outputs)
        for place, part in enumerate((outputs[::2], outputs[1::2])):
            lines = "".join(json.dumps(output) + "\n" for output in part)
            path = self.folder / given["results"] / "map" / f"SUCCEEDED_{place}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(lines)
        (path.parent / "manifest.json").write_text("{}")

    def read_range(self, bucket: str, key: str, start: int, end: int) -> bytes:
        """Read as the function does; like its role, only essays."""
        assert (bucket, key.partition("/")[0]) == ("essays-bucket", "essays")
        return (self.folder / key).read_bytes()[start:end]

    def _score(self, given: dict[str, Any], items: list[Any]) -> dict[str, Any]:
        event = MapEvent.parse(
            {
                "BatchInput": {
                    "bucket": given["bucket"],
                    "key": given["essays"],
                    "profile": given["profile"],
                    "profile_bytes": given["profile_bytes"],
                },
                "Items": items,
            }
        )
        assert event is not None
        environment = Environment(memory=1769, version=self.version)
        result, _ = score_map_event(
            self._scorer, event, read_range=self.read_range, environment=environment
        )
        return dict(result)


def submit_file(aws: FakeAws, source: Path, *, profile: Profile | None = None) -> str:
    """Submit a file as the command does, and return the execution."""
    folder = S3Folder.parse("s3://essays-bucket/spring/exam")
    upload = Upload(
        source=str(source), folder=folder, stack="essay-scorer", columns={}, profile=profile
    )
    return submit(upload, aws)
