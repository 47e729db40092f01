"""A file of essays becomes rows of strings, each with the line it began on.

CSV, TSV, JSON Lines and Parquet are read, by the file's suffix or by name.  A row
that cannot be read is kept as a problem with its line; nothing is dropped in silence.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from essay_scorer.errors import FileError

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_FIELD_LIMIT = 16 * 1024 * 1024  # bytes; an essay is far smaller


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something wrong with one row: where, and what, in a sentence."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What a file holds: a table of its columns, its rows' first lines, and what was wrong."""

    table: pd.DataFrame
    lines: Sequence[int]
    problems: Sequence[Problem]
    encodings: Mapping[str, int]  # how many lines are in each


def read_rows(path: Path, *, kind: str | None = None) -> Rows:
    """Read a file of a kind in ``FORMATS``; by default its suffix says which.

    Raises:
        FileError: it cannot be read, is of no known kind, or holds no row.
    """
    chosen = kind or FORMATS.get(path.suffix.lower())
    if chosen is None:
        raise FileError(f"{path} has no known suffix ({', '.join(FORMATS)}); name its --format.")
    rows = _read_parquet(path) if chosen == "parquet" else _read_text(path, chosen)
    if rows.table.empty and not rows.problems:
        raise FileError(f"{path} holds no row.")
    return rows


def _read_parquet(path: Path) -> Rows:
    try:
        table = _unfolded(parquet.read_table(path)).to_pandas()
    except MemoryError:
        raise  # which Arrow's error is too; who bounded the memory says it
    except (OSError, pa.ArrowException) as error:
        raise FileError(f"{path} cannot be read as Parquet.") from error
    return Rows(table=table, lines=range(1, len(table) + 1), problems=(), encodings={})


def _unfolded(table: pa.Table) -> pa.Table:
    """Return the table with plain columns for those that store each value once (categories)."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            plain = field.type.value_type
            plain = pa.large_string() if plain == pa.string() else plain
            table = table.set_column(place, field.name, table.column(place).cast(plain))
    return table


def _read_text(path: Path, kind: str) -> Rows:
    try:
        text, encodings = decode(path.read_bytes())
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    problems: list[Problem] = []
    parse = _json_lines(text, problems) if kind == "jsonl" else _delimited(text, kind, problems)
    pairs = list(parse)
    return Rows(
        table=pd.DataFrame([row for _, row in pairs]),
        lines=[line for line, _ in pairs],
        problems=problems,
        encodings=encodings,
    )


def decode(data: bytes) -> tuple[str, Mapping[str, int]]:
    """Return the text and how many of its non-ASCII lines were in each encoding.

    A line that is not UTF-8 is read as Windows-1252, as the public ASAP file needs;
    a file with lines of both kinds is readable too, and its report says so.
    """
    counts: Counter[str] = Counter()
    lines = []
    for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        encoding = _encoding_of(line)
        lines.append(line.decode(encoding, "replace"))
        if not line.isascii():
            counts[encoding] += 1
    return "\n".join(lines), counts or Counter({"ascii": len(lines)})


def _encoding_of(line: bytes) -> str:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _delimited(
    text: str, kind: str, problems: list[Problem]
) -> Iterator[tuple[int, dict[str, str]]]:
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if kind == "tsv" else ",")
    header = next(reader, [])
    begun = reader.line_num + 1
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(Problem(line=begun, what=f"it cannot be read ({error})"))
            begun = reader.line_num + 1
            continue
        if len(fields) == len(header):
            yield begun, dict(zip(header, fields, strict=True))
        elif fields:
            what = f"it has {len(fields)} fields instead of {len(header)}"
            problems.append(Problem(line=begun, what=what))
        begun = reader.line_num + 1


def _json_lines(text: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            yield number, row
        else:
            problems.append(Problem(line=number, what="it is not a JSON object"))
