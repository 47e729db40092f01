"""One row of a file of essays, and the columns that are scored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Answer = Mapping[str, Any]  # as it goes over the wire, or {"error": code}

# Why a row cannot even be read.  The codes of a text that cannot be scored are the wire's.
INVALID_ENCODING = "invalid_encoding"
INVALID_JSON = "invalid_json"
NOT_AN_OBJECT = "not_an_object"
TOO_LARGE = "too_large"
WRONG_FIELDS = "wrong_fields"  # more or fewer than the header names


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a file says in one row, and what is wrong with it if it cannot be read."""

    line: int  # where it begins; in Parquet, which row it is
    fields: Mapping[str, Any]
    error: str | None = None


class Source(Protocol):
    """An open file of rows.  Positions and size are of one unit, which is the source's."""

    name: str

    @property
    def columns(self) -> Sequence[str] | None: ...  # None where every row names its own
    @property
    def size(self) -> int | None: ...  # None of a pipe
    @property
    def schema(self) -> Any: ...  # the columns' types, where the format has them
    def __iter__(self) -> Iterator[Row]: ...
    def position(self) -> int: ...
    def close(self) -> None: ...
