"""Score a file of essays in AWS: upload it, start the batch state machine, follow it."""

import json
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from essay_scorer.adapt.profile import Profile
from essay_scorer.aws.batch_files import (
    Clients,
    EssaysWriter,
    ExecutionInput,
    RowsHeader,
    write_header,
    write_row,
)
from essay_scorer.contract import (
    BATCH_BUCKET_OUTPUT,
    BATCH_STATE_MACHINE_OUTPUT,
    MAX_BATCH_LINE_BYTES,
)
from essay_scorer.errors import CloudError
from essay_scorer.machine import memory_limit
from essay_scorer.progress import RowReport, report_rows
from essay_scorer.tables.atomic import write_errors
from essay_scorer.tables.columns import EssayColumns
from essay_scorer.tables.header import Table
from essay_scorer.tables.input_format import input_format
from essay_scorer.tables.jsonl import json_line
from essay_scorer.tables.readers import open_source
from essay_scorer.tables.rows import TOO_LARGE
from essay_scorer.tables.text_lines import DETECT

POLL_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class S3Folder:
    """A folder in S3.

    Attributes:
        bucket: its bucket.
        prefix: its key, without slashes at the ends.
    """

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read ``s3://bucket/prefix``.

        Raises:
            CloudError: it is something else.
        """
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        if not url.startswith("s3://") or not bucket:
            raise CloudError(f"{url} is not a folder in S3; give one like s3://bucket/prefix.")
        return cls(bucket=bucket, prefix=prefix.strip("/"))


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What to score, and where.

    Attributes:
        source: the input file; ``-`` is standard input.
        folder: in which the batch gets a folder of its own.
        stack: the deployment's CloudFormation stack.
        format: of a file whose name has no known suffix.
        encoding: of a text file.
        columns: names of columns by role, as ``EssayColumns.choose`` takes them.
        profile: a teacher's, to score by.
    """

    source: str
    folder: S3Folder
    stack: str
    format: str | None = None
    encoding: str = DETECT
    columns: Mapping[str, str]
    profile: Profile | None = None


def submit(
    upload: Upload, clients: Clients, *, say: Callable[[str], None] = lambda _line: None
) -> str:
    """Upload a file and start an execution; return its ARN.

    Args:
        upload: what and where.
        clients: such as ``boto3.client``.
        say: is told which columns were taken, and what of the file was skipped.

    Raises:
        ScorerError: the file cannot be read, or the deployment does not score batches from
            this bucket.
    """
    outputs = _stack_outputs(clients, upload.stack)
    if outputs.get(BATCH_BUCKET_OUTPUT) != upload.folder.bucket:
        raise CloudError(
            f"The deployment {upload.stack} reads from s3://{outputs.get(BATCH_BUCKET_OUTPUT)}, "
            f"not from s3://{upload.folder.bucket}."
        )
    name = _execution_name(upload.source)
    profile = json.dumps(upload.profile.to_dict()).encode() if upload.profile else b""
    execution = ExecutionInput.named(
        name,
        bucket=upload.folder.bucket,
        folder=upload.folder.prefix,
        profile_bytes=len(profile),
    )
    _upload(upload, execution, profile, clients("s3"), say)
    started = clients("stepfunctions").start_execution(
        stateMachineArn=outputs[BATCH_STATE_MACHINE_OUTPUT], name=name, input=execution.to_json()
    )
    return str(started["executionArn"])


def _stack_outputs(clients: Clients, stack: str) -> dict[str, str]:
    try:
        found = clients("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except Exception as error:  # boto3 creates its exception classes at run time
        raise CloudError(
            f"There is no deployment {stack} in this account and region; name one with --stack. "
            f"AWS says: {error}"
        ) from error
    outputs = {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}
    if BATCH_STATE_MACHINE_OUTPUT not in outputs:
        raise CloudError(
            f"The deployment {stack} does not score batches; deploy it with batch = true."
        )
    return outputs


def _execution_name(source: str) -> str:
    """Return a new name, of characters that Step Functions allows."""
    stem = Path(source).stem[:30] or "pipe"
    now = time.strftime("%Y%m%d-%H%M%S")
    return re.sub(r"[^A-Za-z0-9_-]", "-", f"{stem}-{now}-{secrets.token_hex(3)}")


def _upload(
    upload: Upload,
    execution: ExecutionInput,
    profile: bytes,
    s3: Any,
    say: Callable[[str], None],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        if profile:
            path = Path(name) / "profile"
            path.write_bytes(profile)
            s3.upload_file(str(path), execution.bucket, execution.profile)
        files = _LocalFiles(Path(name))
        for line in files.write(upload):
            say(line)
        for path, key in (
            (files.essays, execution.essays),
            (files.rows, execution.rows),
            (files.items, execution.items),
        ):
            s3.upload_file(str(path), execution.bucket, key)


_TOO_LARGE_REQUEST = json_line({"error": TOO_LARGE})


class _LocalFiles:
    """The files of a batch before they are uploaded."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.essays, self.items, self.rows = (folder / name for name in ("essays", "items", "rows"))

    def write(self, upload: Upload) -> Sequence[str]:
        """Write the files; return what was taken and skipped, for people."""
        format_ = input_format(upload.source, upload.format)
        with (
            memory_limit(upload.source),
            closing(open_source(upload.source, format_, encoding=upload.encoding)) as source,
            write_errors(self._folder),
            self.essays.open("wb") as essays,
            self.items.open("wb") as items,
            self.rows.open("wb") as rows,
        ):
            table = Table.of(source, fixed=False)
            columns = EssayColumns.choose(table.names, upload.columns, where=upload.source)
            writer = EssaysWriter(essays, items)
            write_header(rows, RowsHeader(columns=table.names, id=columns.id))
            for row in table.rows:
                write_row(rows, row)
                line = json_line(columns.request(row))
                writer.write(line if len(line) <= MAX_BATCH_LINE_BYTES else _TOO_LARGE_REQUEST)
            return (
                f"columns  {columns.describe_choice()}",
                *(f"note     {note}" for note in source.notes),
            )


def follow(execution: str, clients: Clients) -> str:
    """Wait until an execution ends, reporting progress; return its final status.

    Args:
        execution: its ARN.
        clients: such as ``boto3.client``.
    """
    states = clients("stepfunctions")
    batches = _Batches()
    with report_rows("scoring", batches) as report:
        while True:
            status = str(states.describe_execution(executionArn=execution)["status"])
            _report_progress(states, execution, batches, report)
            if status != "RUNNING":
                return status
            time.sleep(POLL_SECONDS)


class _Batches:
    """The batches of an execution.

    Attributes:
        size: how many there are; None until Step Functions has read the items.
        finished: how many of them are finished.
    """

    size: int | None = None
    finished = 0

    def position(self) -> int:
        return self.finished


def _report_progress(states: Any, execution: str, batches: _Batches, report: RowReport) -> None:
    runs = states.list_map_runs(executionArn=execution)["mapRuns"]
    if not runs:
        return
    run = states.describe_map_run(mapRunArn=runs[0]["mapRunArn"])
    executions, items = run["executionCounts"], run["itemCounts"]
    batches.size = executions["total"] or None
    batches.finished = executions["succeeded"] + executions["failed"]
    report(items["succeeded"] + items["failed"])
