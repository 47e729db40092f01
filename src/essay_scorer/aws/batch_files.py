"""The files of a batch in S3, which ``submit`` uploads and ``fetch`` downloads.

One folder of the deployment's bucket holds them:

    items.jsonl   the request of each row; the Distributed Map reads it
    rows.jsonl    the columns, then each row with all its fields
    runs/         the results, which the Distributed Map writes
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Self

from essay_scorer.contract import BATCH_RESULTS_FOLDER
from essay_scorer.tables.jsonl import json_line
from essay_scorer.tables.rows import Row

ITEMS_FILE, ROWS_FILE = "items.jsonl", "rows.jsonl"

Clients = Callable[[str], Any]  # returns boto3's client, which is untyped, of a service


def join_key(*parts: str) -> str:
    """Return an S3 key from its parts, of which some may be empty."""
    return "/".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True)
class ExecutionInput:
    """The input of an execution of the batch state machine.

    Attributes:
        bucket: the deployment's.
        key: of the items.
        results: the prefix of the results.
    """

    bucket: str
    key: str
    results: str

    @classmethod
    def in_folder(cls, bucket: str, prefix: str) -> Self:
        """Return the input of a batch whose files are below a prefix."""
        return cls(
            bucket=bucket,
            key=join_key(prefix, ITEMS_FILE),
            results=join_key(prefix, BATCH_RESULTS_FOLDER),
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` returned."""
        fields = json.loads(text)
        return cls(bucket=fields["bucket"], key=fields["key"], results=fields["results"])

    def to_json(self) -> str:
        """Return the input as Step Functions takes it."""
        return json.dumps(asdict(self))

    @property
    def rows_key(self) -> str:
        """The key of the rows."""
        return self.key.removesuffix(ITEMS_FILE) + ROWS_FILE


@dataclass(frozen=True, kw_only=True)
class RowsHeader:
    """The first line of ``rows.jsonl``.

    Attributes:
        columns: of the input.
        id: the column that identifies a row in messages.
    """

    columns: Sequence[str]
    id: str | None


def write_header(file: BinaryIO, header: RowsHeader) -> None:
    """Write the first line of ``rows.jsonl``."""
    file.write(json_line({"columns": list(header.columns), "id": header.id}))


def write_row(file: BinaryIO, row: Row) -> None:
    """Write a further line of ``rows.jsonl``."""
    file.write(json_line({"line": row.line, "fields": dict(row.fields)}))


def read_rows(file: BinaryIO) -> tuple[RowsHeader, Iterator[Row]]:
    """Return the header and the rows of ``rows.jsonl``; the rows are read as they are used."""
    return RowsHeader(**json.loads(file.readline())), (_read_row(line) for line in file)


def _read_row(line: bytes) -> Row:
    fields: Mapping[str, Any] = json.loads(line)
    return Row(line=fields["line"], fields=fields["fields"])
