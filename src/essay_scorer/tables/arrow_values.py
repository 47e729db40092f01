"""Values of Arrow that Python has no type for, or only with pandas: kept, and readable as text.

Nanoseconds, dates after the year 9999, and bytes that are text are such values.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from pyarrow import compute


class ArrowText(str):
    """A value as text, which remembers the value itself.

    Attributes:
        scalar: the value.
    """

    scalar: pa.Scalar

    def __new__(cls, text: str, scalar: pa.Scalar) -> "ArrowText":
        made = super().__new__(cls, text)
        made.scalar = scalar
        return made


def rows_of(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """Yield the rows of a batch."""
    columns = [_values(column) for column in batch.columns]
    for values in zip(*columns, strict=True):
        yield dict(zip(batch.schema.names, values, strict=True))


def arrow_value(value: object) -> object:
    """Return a value as Arrow takes it."""
    return value.scalar if isinstance(value, ArrowText) else value


def _values(column: pa.Array) -> list[Any]:
    if not (_is_bytes(column.type) or _has_nanoseconds(column.type)):
        try:
            return list(column.to_pylist())
        except (ValueError, OverflowError, ImportError, pa.ArrowException):
            pass
    return [_value(scalar) for scalar in column]


def _is_bytes(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind)
    )


def _has_nanoseconds(kind: pa.DataType) -> bool:
    return getattr(kind, "unit", None) == "ns"


def _value(scalar: pa.Scalar) -> Any:
    if not scalar.is_valid:
        return None
    if not _is_bytes(scalar.type):
        return ArrowText(_text(scalar), scalar)
    value = scalar.as_py()
    try:
        return ArrowText(value.decode(), scalar)
    except UnicodeDecodeError:
        return value


def _text(scalar: pa.Scalar) -> str:
    """Return a value as text; for times without a calendar date, the number that is stored."""
    try:
        return str(compute.cast(scalar, pa.string()).as_py())
    except pa.ArrowException:
        return str(getattr(scalar, "value", scalar))
