"""CSV and TSV: a header line, then one row for each record (RFC 4180)."""

import codecs
import csv
import io
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO

from essay_scorer.errors import FileError
from essay_scorer.tables.columns import prefixed_columns
from essay_scorer.tables.delimiters import Dialect, has_decimal_commas
from essay_scorer.tables.formulas import guard_formula, remove_guard
from essay_scorer.tables.head_lines import MAX_HEAD_LINES, find_head, is_no_student
from essay_scorer.tables.rows import (
    INVALID_ENCODING,
    TOO_LARGE,
    UNCLOSED_QUOTE,
    WRONG_FIELDS,
    Row,
)
from essay_scorer.tables.text_lines import MAX_LINE, TextLines, is_decoded, replace_undecoded

DELIMITERS = {"csv": ",", "tsv": "\t"}

_Line = tuple[int, str]  # its number, from 1, and the line with its line break


class DelimitedSource(TextLines):
    """Reads rows of fields; blank lines are skipped.

    Attributes:
        columns: the names in the header.
        delimiter: the character between fields.
        dialect: how the table is written.
    """

    columns: Sequence[str]

    def __init__(self, file: BinaryIO, name: str, *, encoding: str, delimiter: str) -> None:
        super().__init__(file, name, encoding=encoding, newline="")
        csv.field_size_limit(MAX_LINE)
        self._record: deque[_Line] = deque()  # the lines of the record that is being read
        opening = list(islice(self.lines(), MAX_HEAD_LINES))
        head = find_head(opening, delimiter)
        self.delimiter, self.head_notes = head.separator, head.notes
        first = islice(enumerate(opening, start=1), head.start, None)
        self._rest = chain(first, ((self.line_number, line) for line in self.lines()))
        self._restart([])
        self.columns, self._places, self._width, titles = self._header()
        self.dialect = Dialect(
            separator=self.delimiter,
            has_decimal_commas=has_decimal_commas(opening[head.start :], self.delimiter),
            has_mark=self.needs_mark,
            titles=titles,
        )
        for _ in range(head.skipped):
            next(self._reader, None)

    def _restart(self, lines: Iterable[_Line]) -> None:
        """Read records from these lines, and then from the rest of the file."""
        self._rest = chain(lines, self._rest)
        self._reader = csv.reader(self._note(self._rest), delimiter=self.delimiter)

    def _note(self, lines: Iterable[_Line]) -> Iterator[str]:
        for line in lines:
            self._record.append(line)
            yield line[1]

    def _header(self) -> tuple[Sequence[str], Sequence[int], int, Mapping[str, str]]:
        """Return the names, the place of each in a row, the number of places, and the titles."""
        try:
            cells = next(self._reader, [])
        except csv.Error as error:
            raise FileError(f"{self.name} has no header line that can be read.") from error
        names = [remove_guard(replace_undecoded(cell).strip()) for cell in cells]
        places = [place for place, name in enumerate(names) if name]
        if not places:
            raise FileError(f"{self.name} has no header line.")
        titles = {names[place]: remove_guard(replace_undecoded(cells[place])) for place in places}
        return tuple(names[place] for place in places), places, len(cells), titles

    def __iter__(self) -> Iterator[Row]:
        while True:
            self._record.clear()
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line=self._record[0][0], fields={}, error=TOO_LARGE, detail=str(error))
                continue
            line = self._record[0][0]
            if self._is_unclosed():
                yield Row(line=line, fields={}, error=UNCLOSED_QUOTE)
                self._restart(list(self._record)[1:])
            elif any(fields):
                yield self._row(line, fields)

    def _is_unclosed(self) -> bool:
        """Say whether a quote of the record was never closed, so that it swallowed lines."""
        quotes = sum(text.count('"') for _, text in self._record)
        return len(self._record) > 1 and quotes % 2 == 1

    def _row(self, line: int, values: list[str]) -> Row:
        error, detail = None, ""
        if not all(map(is_decoded, values)):
            values, error = list(map(replace_undecoded, values)), INVALID_ENCODING
        elif any(values[self._width :]):
            error, detail = WRONG_FIELDS, f"{len(values)} instead of {self._width}"
        values = list(map(remove_guard, values)) + [""] * (self._width - len(values))
        fields = {
            name: values[place] for name, place in zip(self.columns, self._places, strict=True)
        }
        is_essay = error is not None or not is_no_student(fields)
        return Row(line=line, fields=fields, error=error, detail=detail, is_essay=is_essay)


class DelimitedWriter:
    """Writes the columns of the input, then the added ones; no cell is a formula."""

    def __init__(
        self,
        file: BinaryIO,
        columns: Sequence[str],
        *,
        added: Iterable[str],
        prefix: str,
        dialect: Dialect,
    ) -> None:
        """Write the header.

        Args:
            file: where to write.
            columns: the input's columns.
            added: the names of the added columns.
            prefix: before these names in the header.
            dialect: how the table is written.
        """
        self._dialect = dialect
        self._file, self._columns, self._added = file, columns, tuple(added)
        prefixed = prefixed_columns(columns, self._added, prefix)
        self._line = io.StringIO(newline="")
        # With this line terminator, csv quotes a field that has one of its characters.
        self._writer = csv.writer(self._line, delimiter=dialect.separator, lineterminator="\r\n")
        if dialect.has_mark:
            file.write(codecs.BOM_UTF8)
        titles = [dialect.titles.get(name, name) for name in columns]
        self._write(list(map(guard_formula, [*titles, *prefixed])))

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        values = [row.fields.get(name) for name in self._columns]
        cells = [*map(cell, values), *(self._added_cell(added.get(name)) for name in self._added)]
        self._write(list(map(guard_formula, cells)))

    def _added_cell(self, value: object) -> str:
        """Return an added value as a cell."""
        if isinstance(value, float) and self._dialect.has_decimal_commas:
            return str(value).replace(".", ",")
        return cell(value)

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
