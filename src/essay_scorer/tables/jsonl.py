"""JSON Lines: one object on each line."""

import json
import math
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, BinaryIO

from essay_scorer.errors import FileError
from essay_scorer.tables.columns import refuse_existing_columns
from essay_scorer.tables.rows import (
    INVALID_ENCODING,
    INVALID_JSON,
    NOT_AN_OBJECT,
    REPEATED_FIELD,
    TOO_LARGE,
    Row,
)
from essay_scorer.tables.text_lines import TOO_LONG, TextLines, is_decoded
from essay_scorer.tables.unique_fields import RepeatedFieldError, unique_fields


class JsonLinesSource(TextLines):
    """Reads one row from each line; blank lines are skipped."""

    columns = None

    def __init__(self, file: BinaryIO, name: str, *, encoding: str) -> None:
        super().__init__(file, name, encoding=encoding, newline="\n")

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows.

        Raises:
            FileError: the file begins as another kind of JSON.
        """
        filled = (line for line in self.lines() if line.strip())
        first = next(filled, "")
        self._refuse_other_json(first.strip())
        for line in chain([first], filled) if first else ():
            yield self._row(line)

    def _refuse_other_json(self, line: str) -> None:
        if line == "[" or line.replace(" ", "").startswith(("[{", "[[{", '["')):
            what, way_out = "begins with a JSON array", "jq -c '.[]'"
        elif line == "{":
            what, way_out = "has a JSON object on several lines", "jq -c ."
        else:
            return
        raise FileError(f"{self.name} {what}; write one object on each line ({way_out} does that).")

    def _row(self, line: str) -> Row:
        fields, error = _parse(line)
        return Row(line=self.line_number, fields=fields, error=error)


def _parse(line: str) -> tuple[Mapping[str, Any], str | None]:
    """Return a line's fields and the code of what is wrong with it."""
    if line is TOO_LONG:
        return {}, TOO_LARGE
    if not is_decoded(line):
        return {}, INVALID_ENCODING
    try:
        value = json.loads(line, object_pairs_hook=unique_fields)
    except RepeatedFieldError:
        return {}, REPEATED_FIELD
    except (ValueError, RecursionError):
        return {}, INVALID_JSON
    return (value, None) if isinstance(value, dict) else ({}, NOT_AN_OBJECT)


class JsonLinesWriter:
    """Writes one object for each row: its fields, then what is added, as it stands."""

    def __init__(self, file: BinaryIO, *, prefix: str) -> None:
        self._file, self._prefix = file, prefix

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        prefixed = {self._prefix + name: value for name, value in added.items()}
        refuse_existing_columns(row.fields, prefixed)
        self._file.write(json_line({**row.fields, **prefixed}))

    def finish(self) -> None:
        """Do nothing: every row is written already."""


def json_line(value: object) -> bytes:
    """Return a value as one line of JSON; NaN and infinities, which JSON lacks, are null."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:
        return json_line(_without_nan(value))
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # a lone surrogate, which JSON can only write as an escape
        return json.dumps(value, default=str).encode() + b"\n"


def _without_nan(value: object) -> object:
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {name: _without_nan(one) for name, one in value.items()}
        case list() | tuple():
            return [_without_nan(one) for one in value]
    return value
