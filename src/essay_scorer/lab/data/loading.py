"""Load a file of essays into a DataFrame, with each row's line and what cannot be read."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from essay_scorer.errors import FileError
from essay_scorer.tables.header import check_names
from essay_scorer.tables.input_format import input_format
from essay_scorer.tables.readers import open_source
from essay_scorer.tables.rows import (
    INVALID_JSON,
    NOT_AN_OBJECT,
    REPEATED_FIELD,
    TOO_LARGE,
    UNCLOSED_QUOTE,
    WRONG_FIELDS,
    Row,
)
from essay_scorer.tables.text_lines import DETECT

_REASONS = {
    INVALID_JSON: "invalid JSON",
    NOT_AN_OBJECT: "not a JSON object",
    REPEATED_FIELD: "two fields of one name",
    TOO_LARGE: "too large",
    UNCLOSED_QUOTE: "a quote that is never closed",
    WRONG_FIELDS: "wrong number of fields",
}


@dataclass(frozen=True, kw_only=True)
class RowProblem:
    """Why a row cannot be used.

    Attributes:
        line: the line on which the row begins, from 1.
        reason: a clause for people.
    """

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class LoadedRows:
    """The content of a file.

    Attributes:
        table: the columns of all rows that can be read.
        lines: the line on which each of these rows begins.
        problems: the rows that cannot be read.
        encodings: non-ASCII lines by encoding; empty for Parquet.
        notes: what of the file was skipped, for people.
    """

    table: pd.DataFrame
    lines: Sequence[int]
    problems: Sequence[RowProblem]
    encodings: Mapping[str, int]
    notes: Sequence[str]


def load_rows(path: Path, *, format: str | None = None) -> LoadedRows:  # noqa: A002 - as the option
    """Load a file.

    Args:
        path: the file; a text file may be UTF-8, Windows-1252, or a mix of both.
        format: one of ``formats.FORMATS``; by default, the one that the suffix names.

    Raises:
        FileError: it cannot be read, has no rows, or two columns of one name.
    """
    name = str(path)
    with closing(open_source(name, input_format(name, format), encoding=DETECT)) as source:
        columns = None if source.columns is None else list(source.columns)
        check_names(columns or [], name)
        rows = [row for row in source if row.is_essay]
    if not rows:
        raise FileError(f"{path} holds no row.")
    good = [row for row in rows if row.error is None]
    return LoadedRows(
        table=pd.DataFrame([row.fields for row in good], columns=columns),
        lines=[row.line for row in good],
        problems=[_problem(row, row.error) for row in rows if row.error is not None],
        encodings=source.encodings,
        notes=source.notes,
    )


def _problem(row: Row, code: str) -> RowProblem:
    if code not in _REASONS:  # of a document
        return RowProblem(line=row.line, reason=f"{row.fields.get('file', code)} {row.detail}")
    detail = f" ({row.detail})" if row.detail else ""
    return RowProblem(line=row.line, reason=f"{_REASONS[code]}{detail}")
