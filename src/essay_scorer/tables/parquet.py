"""Parquet, read and written in parts; needs pyarrow, an optional dependency."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import parquet

from essay_scorer.errors import FileError
from essay_scorer.tables.arrow_values import arrow_value, rows_of
from essay_scorer.tables.columns import prefixed_columns
from essay_scorer.tables.delimited import cell
from essay_scorer.tables.rows import Row

ROWS_PER_READ = 256
ROWS_PER_GROUP = 2048

_TYPES = {
    "int64": pa.int64(),
    "float64": pa.float64(),
    "list": pa.list_(pa.string()),
    "bool": pa.bool_(),
    "string": pa.string(),
}


class ParquetSource:
    """Reads rows; size and position are numbers of rows.

    Attributes:
        name: the file's name, for messages.
        schema: the columns' types.
        columns: the columns' names.
        size: the number of rows.
        encodings: empty, because Parquet is always UTF-8.
        notes: empty.
    """

    notes: tuple[str, ...] = ()
    dialect = None

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self._rows_read = 0
        with _read_errors(name):
            self._file = parquet.ParquetFile(file, pre_buffer=False)
        self.schema: pa.Schema = self._file.schema_arrow
        self.columns: Sequence[str] = tuple(self.schema.names)
        self.size: int | None = self._file.metadata.num_rows
        self.encodings: Mapping[str, int] = {}

    def __iter__(self) -> Iterator[Row]:
        with _read_errors(self.name):
            for batch in self._file.iter_batches(batch_size=ROWS_PER_READ, use_threads=False):
                for fields in rows_of(batch):
                    self._rows_read += 1
                    yield Row(line=self._rows_read, fields=fields)

    def position(self) -> int:
        return self._rows_read

    def close(self) -> None:
        self._file.close(force=True)


@contextmanager
def _read_errors(name: str) -> Iterator[None]:
    try:
        yield
    except MemoryError:
        raise  # Arrow's is an ArrowException too; ``memory_limit`` explains it
    except (OSError, pa.ArrowException) as error:
        raise FileError(f"{name} cannot be read as Parquet.") from error


class ParquetWriter:
    """Writes groups of rows; columns from Parquet keep their types, others become strings."""

    def __init__(
        self,
        file: BinaryIO,
        columns: Sequence[str],
        *,
        added: Mapping[str, str],
        prefix: str,
        schema: pa.Schema | None,
    ) -> None:
        """Open a file for writing.

        Args:
            file: where to write.
            columns: the input's columns.
            added: the types of the added columns by name.
            prefix: before the names of the added columns.
            schema: the input's types, where it has them.
        """
        prefixed = prefixed_columns(columns, added, prefix)
        self._columns, self._added, self._prefix = columns, tuple(added), prefix
        self._is_typed = schema is not None
        self._rows: list[dict[str, Any]] = []
        kept = schema or [pa.field(name, pa.string()) for name in columns]
        kinds = [_TYPES[kind] for kind in added.values()]
        new = [pa.field(name, kind) for name, kind in zip(prefixed, kinds, strict=True)]
        self._schema = pa.schema([*kept, *new])
        self._writer = parquet.ParquetWriter(file, self._schema)

    def write(self, row: Row, added: Mapping[str, Any]) -> None:
        kept = row.fields
        if not self._is_typed:
            kept = {name: _string(row.fields.get(name)) for name in self._columns}
        self._rows.append(
            {
                **{name: arrow_value(value) for name, value in kept.items()},
                **{self._prefix + name: added.get(name) for name in self._added},
            }
        )
        if len(self._rows) == ROWS_PER_GROUP:
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
