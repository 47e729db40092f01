"""Download the scores of a file that was scored in AWS, and write them as ``batch`` does."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from essay_scorer.aws.batch_files import Clients, ExecutionInput, RowsHeader, read_rows
from essay_scorer.aws.costs import load_prices
from essay_scorer.aws.map_results import MapResults
from essay_scorer.batch.result_columns import Result, write_results
from essay_scorer.batch.summary import Summary
from essay_scorer.contract import TRANSITIONS_PER_BATCH
from essay_scorer.errors import CloudError, RowError
from essay_scorer.model.scale import Scale
from essay_scorer.score import Score
from essay_scorer.serving.outcomes import Outcome
from essay_scorer.tables.columns import EssayColumns
from essay_scorer.tables.formats import format_of
from essay_scorer.tables.header import fitting
from essay_scorer.tables.rows import Row


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What was fetched, and what it cost.

    Attributes:
        summary: of the rows.
        batches: invocations that returned a result.
        gb_seconds: their memory times their duration.
        versions: of the function, which should be one.
        status: with which the execution ended, in words of Step Functions.
    """

    summary: Summary
    batches: int
    gb_seconds: float
    versions: Sequence[str]
    status: str

    @property
    def dollars(self) -> float:
        """The price of the batches, on x86_64."""
        prices = load_prices()
        per_batch = prices["request"] + TRANSITIONS_PER_BATCH * prices["state_transition"]
        return float(self.gb_seconds * prices["gb_second"]["x86_64"] + self.batches * per_batch)

    def describe(self) -> str:
        """Return the summary and the cost as a few lines of text."""
        version = f"version {', '.join(self.versions)} of the function; " if self.versions else ""
        return (
            f"{self.summary.describe()}\n"
            f"run      {version}{self.status.lower()}\n"
            f"cost     about ${self.dollars:.4f}: "
            f"{self.gb_seconds:,.1f} GB-seconds in {self.batches:,} batches, at the prices of "
            "us-east-1, without cold starts and retries"
        )


def fetch(
    execution: str,
    out: str,
    clients: Clients,
    *,
    format: str | None = None,  # noqa: A002 - as the option
    prefix: str = "",
) -> Fetched:
    """Write the rows of an execution with their outcomes, in the order of the input.

    Args:
        execution: its ARN.
        out: the output file; ``-`` is standard output.
        clients: such as ``boto3.client``.
        format: of the output if its name has no known suffix.
        prefix: before the names of the added columns.

    Raises:
        ScorerError: there is no such execution, it is still running, or the output cannot be
            written.
    """
    given, status = _find_execution(execution, clients("stepfunctions"))
    out_format = format_of(out, format)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        downloaded = _Download(clients("s3"), given, folder)
        with MapResults(downloaded.results) as outcomes, downloaded.rows.open("rb") as file:
            header, rows = read_rows(file)
            if out_format != "jsonl":
                rows = fitting(rows, header.columns)
            summary = Summary(started=None)
            results, scale = _find_scale(_join(rows, outcomes))
            write_results(
                _count(results, summary, header),
                out,
                out_format,
                columns=header.columns,
                prefix=prefix,
                scale=scale,
            )
            return Fetched(
                summary=summary,
                batches=outcomes.batches,
                gb_seconds=outcomes.gb_seconds,
                versions=sorted(outcomes.versions, key=lambda version: (len(version), version)),
                status=status,
            )


def _find_execution(execution: str, states: Any) -> tuple[ExecutionInput, str]:
    """Return the input and the status of an execution that has ended."""
    try:
        found = states.describe_execution(executionArn=execution)
    except Exception as error:  # boto3 creates its exception classes at run time
        raise CloudError(f"There is no execution {execution}. AWS says: {error}") from error
    if found["status"] == "RUNNING":
        raise CloudError("The execution is still running; fetch it when it has ended.")
    try:
        return ExecutionInput.from_json(found["input"]), str(found["status"])
    except (KeyError, TypeError, ValueError):
        raise CloudError(
            f"{execution} is not a batch that this release of essay-scorer submitted."
        ) from None


class _Download:
    """The downloaded files of a batch.

    Attributes:
        rows: the file of the rows.
        results: the files of the results.
    """

    def __init__(self, s3: Any, given: ExecutionInput, folder: Path) -> None:
        self._s3, self._bucket = s3, given.bucket
        self.rows = self._fetch(given.rows, folder / "rows.jsonl")
        self.results = [
            self._fetch(key, folder / f"results-{number}.jsonl")
            for number, key in enumerate(self._list(f"{given.results}/"))
            if key.rpartition("/")[2].startswith("SUCCEEDED")
        ]

    def _fetch(self, key: str, path: Path) -> Path:
        try:
            self._s3.download_file(self._bucket, key, str(path))
        except Exception as error:  # boto3 creates its exception classes at run time
            raise CloudError(
                f"s3://{self._bucket}/{key} cannot be downloaded; the bucket deletes the files of "
                f"a batch after the days in the setting batch_days. AWS says: {error}"
            ) from error
        return path

    def _list(self, prefix: str) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        yield from (one["Key"] for page in pages for one in page.get("Contents", []))


def _join(rows: Iterable[Row], outcomes: Iterable[Outcome]) -> Iterator[Result]:
    for row, outcome in zip(rows, outcomes, strict=False):  # outcomes have no end
        yield row, RowError(row.error) if row.error is not None else outcome


def _find_scale(results: Iterator[Result]) -> tuple[Iterator[Result], Scale | None]:
    """Return the same results, and the scale of the first score; None if there is no score."""
    first = []
    for row, outcome in results:
        first.append((row, outcome))
        if isinstance(outcome, Score):
            return chain(first, results), outcome.scale
    return iter(first), None


def _count(results: Iterable[Result], summary: Summary, header: RowsHeader) -> Iterator[Result]:
    columns = EssayColumns(text="", id=header.id)  # to describe rows; the text is not needed
    for row, outcome in results:
        summary.count(outcome, columns.describe(row))
        yield row, outcome
