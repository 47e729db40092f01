"""CSV and TSV: a header line, then one row for each record (RFC 4180)."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from essay_scorer.errors import FileError
from essay_scorer.tables.columns import refuse_existing_columns
from essay_scorer.tables.rows import INVALID_ENCODING, TOO_LARGE, WRONG_FIELDS, Row
from essay_scorer.tables.text_lines import MAX_LINE, TextLines, is_decoded, replace_undecoded

DELIMITERS = {"csv": ",", "tsv": "\t"}


class DelimitedSource(TextLines):
    """Reads rows of fields; blank lines are skipped.

    Attributes:
        columns: the names in the header.
    """

    columns: Sequence[str]

    def __init__(self, file: BinaryIO, name: str, *, encoding: str, delimiter: str) -> None:
        super().__init__(file, name, encoding=encoding, newline="")
        csv.field_size_limit(MAX_LINE)
        self._reader = csv.reader(self.lines(), delimiter=delimiter)
        self.columns = self._header()

    def _header(self) -> Sequence[str]:
        try:
            header = next(self._reader, [])
        except csv.Error as error:
            raise FileError(f"{self.name} has no header line that can be read.") from error
        if not header:
            raise FileError(f"{self.name} has no header line.")
        return tuple(map(replace_undecoded, header))

    def __iter__(self) -> Iterator[Row]:
        while True:
            line = self.line_number + 1
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line=line, fields={}, error=TOO_LARGE, detail=str(error))
                continue
            if fields:
                yield self._row(line, fields)

    def _row(self, line: int, values: list[str]) -> Row:
        error, detail = None, ""
        if not all(map(is_decoded, values)):
            values, error = list(map(replace_undecoded, values)), INVALID_ENCODING
        elif len(values) != len(self.columns):
            error, detail = WRONG_FIELDS, f"{len(values)} instead of {len(self.columns)}"
        fields = dict(zip(self.columns, values, strict=False))
        return Row(line=line, fields=fields, error=error, detail=detail)


class DelimitedWriter:
    """Writes the columns of the input, then the added ones."""

    def __init__(
        self,
        file: BinaryIO,
        columns: Sequence[str],
        *,
        added: Iterable[str],
        prefix: str,
        delimiter: str,
    ) -> None:
        """Write the header.

        Args:
            file: where to write.
            columns: the input's columns.
            added: the names of the added columns.
            prefix: before these names in the header.
            delimiter: the character between fields.
        """
        self._file, self._columns, self._added = file, columns, tuple(added)
        prefixed = [prefix + name for name in self._added]
        refuse_existing_columns(columns, prefixed)
        self._line = io.StringIO(newline="")
        # With this line terminator, csv quotes a field that has one of its characters.
        self._writer = csv.writer(self._line, delimiter=delimiter, lineterminator="\r\n")
        self._write([*columns, *prefixed])

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        values = [row.fields.get(name) for name in self._columns]
        values += [added.get(name) for name in self._added]
        self._write(list(map(cell, values)))

    def finish(self) -> None:
        """Do nothing: every row is written already."""

    def _write(self, cells: Sequence[str]) -> None:
        self._writer.writerow(cells)
        line = self._line.getvalue().removesuffix("\r\n")
        self._file.write(f"{line}\n".encode("utf-8", "replace"))
        self._line.seek(0)
        self._line.truncate()


def cell(value: object) -> str:
    """Return a value as a cell of a table; lists of strings are joined by semicolons."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return str(value).lower()
        case list() if all(isinstance(part, str) for part in value):
            return ";".join(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
