"""The files of a batch in S3, which ``submit`` uploads and ``fetch`` downloads.

The deployment's bucket has a folder for each kind, because each has other readers:

    essays/…/NAME.jsonl   the request of each row, with its text; the function reads it
    essays/…/NAME.json    the profile to score by; the function reads it
    items/…/NAME.jsonl    where each request is in the file above; the Distributed Map reads it
    rows/…/NAME.jsonl     the columns, then each row with all its fields; only ``fetch`` reads it
    results/…/NAME/       the results; the Distributed Map writes them

So Step Functions, which keeps the input of every child execution in a history, never gets a text.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Self

from essay_scorer.contract import (
    BATCH_ESSAYS_FOLDER,
    BATCH_ITEMS_FOLDER,
    BATCH_RESULTS_FOLDER,
    BATCH_ROWS_FOLDER,
)
from essay_scorer.tables.jsonl import json_line
from essay_scorer.tables.rows import Row

Clients = Callable[[str], Any]  # returns boto3's client, which is untyped, of a service


def _join_key(*parts: str) -> str:
    """Return an S3 key from its parts, of which some may be empty."""
    return "/".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True)
class ExecutionInput:
    """The input of an execution of the batch state machine: keys of files, no essays.

    Attributes:
        bucket: the deployment's.
        essays: the key of the requests.
        items: the key of the items.
        rows: the key of the rows.
        results: the prefix of the results, without a slash at the end.
        profile: the key of the profile; empty if there is none.
        profile_bytes: its size.
    """

    bucket: str
    essays: str
    items: str
    rows: str
    results: str
    profile: str = ""
    profile_bytes: int = 0

    @classmethod
    def named(cls, name: str, *, bucket: str, folder: str, profile_bytes: int = 0) -> Self:
        """Return the input of a new batch.

        Args:
            name: of the execution.
            bucket: the deployment's.
            folder: where the user wants the files, inside of each kind's folder; may be empty.
            profile_bytes: the size of the profile; 0 if there is none.
        """
        return cls(
            bucket=bucket,
            essays=_join_key(BATCH_ESSAYS_FOLDER, folder, f"{name}.jsonl"),
            items=_join_key(BATCH_ITEMS_FOLDER, folder, f"{name}.jsonl"),
            rows=_join_key(BATCH_ROWS_FOLDER, folder, f"{name}.jsonl"),
            results=_join_key(BATCH_RESULTS_FOLDER, folder, name),
            profile=_join_key(BATCH_ESSAYS_FOLDER, folder, f"{name}.json") if profile_bytes else "",
            profile_bytes=profile_bytes,
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` returned.

        Raises:
            KeyError: it is the input of another state machine, or of an earlier release.
        """
        fields = json.loads(text)
        return cls(**{name: fields[name] for name in cls.__dataclass_fields__})

    def to_json(self) -> str:
        """Return the input as Step Functions takes it."""
        return json.dumps(asdict(self))


class EssaysWriter:
    """Writes the requests, and an item for each that says where it is."""

    def __init__(self, essays: BinaryIO, items: BinaryIO) -> None:
        self._essays, self._items = essays, items
        self._row = self._end = 0

    def write(self, line: bytes) -> None:
        """Write the request of the next row.

        Args:
            line: the request as a line of JSON.
        """
        start, self._end = self._end, self._end + len(line)
        self._essays.write(line)
        self._items.write(json_line({"n": self._row, "start": start, "end": self._end}))
        self._row += 1


@dataclass(frozen=True, kw_only=True)
class RowsHeader:
    """The first line of the rows.

    Attributes:
        columns: of the input.
        id: the column that identifies a row in messages.
    """

    columns: Sequence[str]
    id: str | None


def write_header(file: BinaryIO, header: RowsHeader) -> None:
    """Write the first line of the rows."""
    file.write(json_line({"columns": list(header.columns), "id": header.id}))


def write_row(file: BinaryIO, row: Row) -> None:
    """Write a further line of the rows."""
    file.write(json_line({"line": row.line, "fields": dict(row.fields)}))


def read_rows(file: BinaryIO) -> tuple[RowsHeader, Iterator[Row]]:
    """Return the header and the rows; the rows are read as they are used."""
    return RowsHeader(**json.loads(file.readline())), (_read_row(line) for line in file)


def _read_row(line: bytes) -> Row:
    fields: Mapping[str, Any] = json.loads(line)
    return Row(line=fields["line"], fields=fields["fields"])
