"""A file of essays is scored in AWS: sent there, followed, and brought back in its order.

What goes up is one folder in the deployment's bucket:

    items.jsonl      what is to be scored, a line for each row; the Distributed Map reads it
    rows.jsonl       the rows as they were, so that the result has all their columns
    runs/            what the map writes: answers, and a manifest of them
"""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from essay_scorer.aws.costs import prices
from essay_scorer.batch.progress import Summary, Watch, watching
from essay_scorer.errors import FileError, ScorerError
from essay_scorer.machine import memory_limit
from essay_scorer.tables.columns import Columns
from essay_scorer.tables.header import Table, fitting
from essay_scorer.tables.readers import format_of, open_source
from essay_scorer.tables.rows import TOO_LARGE, Answer, Row
from essay_scorer.tables.writers import appearing, json_line, make_writer, writing

ITEMS, ROWS, RUNS = "items.jsonl", "rows.jsonl", "runs"
NOT_SCORED = "not_scored"  # it was tried again and again, alone, and each time the function failed
LARGEST_ITEM = 150_000  # bytes; what goes between two steps of a state machine is bounded
ASK_EVERY = 2.0  # seconds

TRANSITIONS = 2  # of a batch: it begins, and it is scored


class CloudError(ScorerError):
    """AWS does not have what is asked for, or does not let this user have it."""

    code = "cloud_failed"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A folder in S3."""

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, url: str) -> "Place":
        """Read ``s3://bucket/prefix``."""
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        if not url.startswith("s3://") or not bucket:
            raise CloudError(f"{url} is no place in S3; give one like s3://bucket/prefix.")
        return cls(bucket=bucket, prefix=prefix.strip("/"))

    def key(self, *parts: str) -> str:
        return "/".join(part for part in (self.prefix, *parts) if part)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What is to be scored, and where."""

    source: str
    place: Place
    stack: str
    kind: str | None = None
    encoding: str = "utf-8"
    columns: Mapping[str, str]


def submit(upload: Upload, clients: Any) -> str:
    """Send a file up and start an execution; return its ARN.

    Args:
        upload: what and where.
        clients: gives the client of a service of AWS by its name.

    Raises:
        ScorerError: the file cannot be read, or AWS refuses.
    """
    outputs = _outputs(clients, upload.stack)
    if outputs.get("BatchBucket") != upload.place.bucket:
        raise CloudError(
            f"The deployment {upload.stack} reads from s3://{outputs.get('BatchBucket')}, not "
            f"from s3://{upload.place.bucket}."
        )
    job = f"{Path(upload.source).stem[:30] or 'pipe'}-{time.strftime('%Y%m%d-%H%M%S')}"
    job = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in job)
    place = Place(bucket=upload.place.bucket, prefix=upload.place.key(job))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _lay_out(upload, folder)
        for file in (ROWS, ITEMS):
            clients("s3").upload_file(str(folder / file), place.bucket, place.key(file))
    given = {
        "bucket": place.bucket,
        "key": place.key(ITEMS),
        "format": "jsonl",
        "results": place.key(RUNS),
    }
    started = clients("stepfunctions").start_execution(
        stateMachineArn=outputs["BatchStateMachine"], name=job, input=json.dumps(given)
    )
    return str(started["executionArn"])


def _outputs(clients: Any, stack: str) -> dict[str, str]:
    try:
        found = clients("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except Exception as error:  # AWS's library makes its errors while it runs
        raise CloudError(
            f"There is no deployment {stack} here; name one with --stack. AWS says: {error}"
        ) from error
    outputs = {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}
    if "BatchStateMachine" not in outputs:
        raise CloudError(f"The deployment {stack} scores no batches; deploy it with batch = true.")
    return outputs


_TOO_LARGE = json_line({"error": TOO_LARGE})


def _lay_out(upload: Upload, folder: Path) -> None:
    kind = format_of(upload.source, upload.kind)
    with (
        memory_limit(upload.source),
        closing(open_source(upload.source, kind, encoding=upload.encoding)) as source,
        writing(str(folder)),
        (folder / ROWS).open("wb") as rows,
        (folder / ITEMS).open("wb") as items,
    ):
        table = Table.of(source, fixed=False)
        columns = Columns.choose(table.names, upload.columns, where=upload.source)
        rows.write(json_line({"columns": list(table.names), "id": columns.id}))
        for row in table.rows:
            rows.write(json_line({"line": row.line, "fields": dict(row.fields)}))
            request = json_line(columns.request(row))
            items.write(request if len(request) <= LARGEST_ITEM else _TOO_LARGE)


def follow(execution: str, clients: Any) -> str:
    """Wait until an execution ends, say how far it is, and return how it ended."""
    states = clients("stepfunctions")
    progress = _Progress()
    with watching(progress) as watch:
        while True:
            status = str(states.describe_execution(executionArn=execution)["status"])
            _look(states, execution, progress, watch)
            if status != "RUNNING":
                return status
            time.sleep(ASK_EVERY)


class _Progress:
    """How many batches of how many are through."""

    size: int | None = None
    done = 0

    def position(self) -> int:
        return self.done


def _look(states: Any, execution: str, progress: _Progress, watch: Watch) -> None:
    runs = states.list_map_runs(executionArn=execution)["mapRuns"]
    if not runs:
        return
    run = states.describe_map_run(mapRunArn=runs[0]["mapRunArn"])
    batches, rows = run["executionCounts"], run["itemCounts"]
    progress.size = batches["total"] or None
    progress.done = batches["succeeded"] + batches["failed"]
    watch(rows["succeeded"] + rows["failed"])


@dataclass(frozen=True)
class Fetched:
    """What came back, and what it cost."""

    summary: Summary
    batches: int
    gigabyte_seconds: float

    @property
    def dollars(self) -> float:
        """What running it cost, on x86_64."""
        table = prices()
        a_batch = table["request"] + TRANSITIONS * table["transition"]
        return float(self.gigabyte_seconds * table["gb_second"]["x86_64"] + self.batches * a_batch)

    def describe(self) -> str:
        """Return it as a person reads it."""
        return (
            f"{self.summary.describe()}\ncost     about ${self.dollars:.4f}: "
            f"{self.gigabyte_seconds:,.1f} GB-seconds in {self.batches:,} batches, by the prices "
            "of us-east-1; starts and what was tried again are not in it"
        )


def fetch(
    execution: str, out: str, clients: Any, *, kind: str | None = None, prefix: str = ""
) -> Fetched:
    """Bring the result of an execution, in the input's order; every row is in it, once.

    Raises:
        ScorerError: it is still running, its results are not there, or they cannot be written.
    """
    try:
        found = clients("stepfunctions").describe_execution(executionArn=execution)
    except Exception as error:  # AWS's library makes its errors while it runs
        raise CloudError(f"There is no execution {execution}. AWS says: {error}") from error
    if found["status"] == "RUNNING":
        raise CloudError("The execution is still running; wait for it and fetch it then.")
    given = json.loads(found["input"])
    out_kind = format_of(out, kind)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _download(clients("s3"), given, folder)
        with Results(folder) as results, (folder / ROWS).open("rb") as rows:
            layout = json.loads(rows.readline())
            summary = Summary(began=None)
            columns = Columns(text="", id=layout["id"])
            with appearing(out) as file:
                writer = make_writer(file, out_kind, layout["columns"], prefix=prefix)
                written = (Row(**json.loads(line)) for line in rows)
                fixed = out_kind != "jsonl"
                for row, known in zip(
                    fitting(written, layout["columns"]) if fixed else written, results, strict=False
                ):
                    answer = {"error": row.error} if row.error else known
                    summary.count(answer, columns.describe(row))
                    with writing(out):
                        writer.write(row, answer)
                with writing(out):
                    writer.finish()
            return Fetched(summary, results.batches, results.gigabyte_seconds)


def _download(s3: Any, given: Mapping[str, str], folder: Path) -> None:
    rows = given["key"].removesuffix(ITEMS) + ROWS
    s3.download_file(given["bucket"], rows, str(folder / ROWS))
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=given["bucket"], Prefix=f"{given['results']}/"
    )
    keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
    for number, key in enumerate(
        key for key in keys if key.rpartition("/")[2].startswith("SUCCEEDED")
    ):
        s3.download_file(given["bucket"], key, str(folder / f"answers-{number}"))


class Results:
    """The answers of an execution, in the order of the rows, without all being in memory.

    Each line of the files is a batch's: consecutive rows.  Only where each line begins is
    remembered.
    """

    def __init__(self, folder: Path) -> None:
        self._files = [path.open("rb") for path in sorted(folder.glob("answers-*"))]
        self._lines: list[tuple[int, IO[bytes], int]] = []
        self.batches = 0
        self.gigabyte_seconds = 0.0
        for file in self._files:
            begun = 0
            for line in file:
                self._take(json.loads(line), file, begun)
                begun += len(line)
        self._lines.sort(key=lambda line: line[0])

    def __enter__(self) -> "Results":
        return self

    def __exit__(self, *_error: object) -> None:
        for file in self._files:
            file.close()

    def __iter__(self) -> Iterator[Answer]:
        """Yield an answer for every row, without end; a row that has none gets an error."""
        expected = 0
        for _, file, begun in self._lines:
            file.seek(begun)
            for part in _parts(json.loads(file.readline())):
                for number, answer in part["answers"]:
                    while expected < number:
                        yield {"error": NOT_SCORED}
                        expected += 1
                    if number < expected:
                        raise FileError(f"Row {number} was scored twice; submit the file again.")
                    yield answer
                    expected += 1
        while True:
            yield {"error": NOT_SCORED}

    def _take(self, output: Any, file: IO[bytes], begun: int) -> None:
        numbers = [number for part in _parts(output) for number, _ in part["answers"]]
        if numbers:
            self._lines.append((min(numbers), file, begun))
        for part in _parts(output):
            self.batches += 1
            self.gigabyte_seconds += (
                part.get("milliseconds", 0) / 1000 * part.get("memory", 0) / 1024
            )


def _parts(output: Any) -> list[Any]:
    """Return a batch's answers; it comes in parts where it had to be taken apart."""
    return output if isinstance(output, list) else [output]
