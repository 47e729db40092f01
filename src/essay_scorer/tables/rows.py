"""A row of a file of essays, and the file as a source of rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from essay_scorer.tables.delimiters import Dialect

if TYPE_CHECKING:
    import pyarrow as pa

# Codes of rows that cannot be read; they appear in the column ``error``.
INVALID_ENCODING = "invalid_encoding"
INVALID_JSON = "invalid_json"
NOT_AN_OBJECT = "not_an_object"  # JSON, but no object
REPEATED_FIELD = "repeated_field"  # an object with two fields of one name
TOO_LARGE = "too_large"
NO_ESSAY = "no_essay"  # a row that is none, such as the one with Canvas's points possible
UNCLOSED_QUOTE = "unclosed_quote"  # which would swallow the rows after it
WRONG_FIELDS = "wrong_fields"  # more, fewer or other fields than the file has columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a file.

    Attributes:
        line: the line on which it begins, from 1; in Parquet, the row's number, from 1.
        fields: its values by column; what could be read of them if there is an error.
        error: the code of the reason why it cannot be read.
        detail: more about the error, for people.
        is_essay: whether it is one; other rows, such as Canvas's points possible, are kept as they
            are and not scored.
    """

    line: int
    fields: Mapping[str, Any]
    error: str | None = None
    detail: str = ""
    is_essay: bool = True


class Source(Protocol):
    """An open file that yields rows, one at a time.

    Attributes:
        name: the file's name, for messages.
    """

    name: str

    @property
    def columns(self) -> Sequence[str] | None:
        """The names in the header; None where each row names its own columns."""

    @property
    def size(self) -> int | None:
        """The file's size in the unit of ``position()``; None for a pipe."""

    @property
    def schema(self) -> "pa.Schema | None":
        """The columns' types, where the format has them."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was skipped or had to be guessed, as far as the rows have been read, for people."""

    @property
    def dialect(self) -> Dialect | None:
        """How its table is written, where programs differ."""

    @property
    def encodings(self) -> Mapping[str, int]:
        """Non-ASCII lines read so far, by encoding; empty unless encodings are detected."""

    def __iter__(self) -> Iterator[Row]: ...

    def position(self) -> int:
        """Return how much has been read: bytes of a text file, rows of Parquet."""

    def close(self) -> None: ...
