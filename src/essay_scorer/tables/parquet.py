"""Parquet, a part at a time: an optional part of the package."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import parquet

from essay_scorer.errors import FileError
from essay_scorer.tables.rows import Answer, Row
from essay_scorer.tables.writers import ADDED, cell, flat, refuse_taken

READ_AT_ONCE = 256  # rows
GROUP = 2048  # rows that are written together

_TYPES = {
    "int64": pa.int64(),
    "float64": pa.float64(),
    "list": pa.list_(pa.string()),
    "bool": pa.bool_(),
    "string": pa.string(),
}


class ParquetSource:
    """Rows of a Parquet file; their positions are their numbers."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self._number = 0
        try:
            self._file = parquet.ParquetFile(_seekable(file), pre_buffer=False)
        except MemoryError:
            raise  # which Arrow's error is too; who bounded the memory says it
        except (OSError, pa.ArrowException) as error:
            raise FileError(f"{name} cannot be read as Parquet.") from error
        self.schema = self._file.schema_arrow
        self.columns: Sequence[str] = tuple(self.schema.names)
        self.size: int | None = self._file.metadata.num_rows

    def __iter__(self) -> Iterator[Row]:
        try:
            for batch in self._file.iter_batches(batch_size=READ_AT_ONCE, use_threads=False):
                for fields in batch.to_pylist():
                    self._number += 1
                    yield Row(line=self._number, fields=fields)
        except MemoryError:
            raise
        except (OSError, pa.ArrowException) as error:
            raise FileError(f"{self.name} cannot be read as Parquet.") from error

    def position(self) -> int:
        return self._number

    def close(self) -> None:
        self._file.close(force=True)


def _seekable(file: BinaryIO) -> BinaryIO:
    """Parquet is read from its end, so a pipe goes through a file."""
    if file is not sys.stdin.buffer:
        return file
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the source closes it
    shutil.copyfileobj(file, copy)
    return copy


class ParquetWriter:
    """Groups of rows.  Columns that came from Parquet keep their types; others are strings."""

    def __init__(
        self, file: BinaryIO, columns: Sequence[str], *, prefix: str, schema: pa.Schema | None
    ) -> None:
        refuse_taken(columns, [prefix + name for name in ADDED])
        self._columns, self._prefix, self._typed = columns, prefix, schema is not None
        self._rows: list[dict[str, Any]] = []
        kept = schema or [pa.field(name, pa.string()) for name in columns]
        added = [pa.field(prefix + name, _TYPES[kind]) for name, kind in ADDED.items()]
        self._schema = pa.schema([*kept, *added])
        self._writer = parquet.ParquetWriter(file, self._schema)

    def write(self, row: Row, answer: Answer) -> None:
        kept = dict(row.fields)
        if not self._typed:
            kept = {name: _string(row.fields.get(name)) for name in self._columns}
        added = {self._prefix + name: value for name, value in flat(answer).items()}
        self._rows.append({**kept, **added})
        if len(self._rows) == GROUP:
            self._write()

    def finish(self) -> None:
        if self._rows:
            self._write()
        self._writer.close()

    def _write(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []


def _string(value: object) -> str | None:
    return None if value is None else cell(value).encode("utf-8", "replace").decode()
