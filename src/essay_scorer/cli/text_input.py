"""Read a text from a document of any kind, or from standard input."""

import sys
from pathlib import Path

from essay_scorer.documents.kinds import kind_of
from essay_scorer.documents.reading import MAX_FILE_BYTES, read_document
from essay_scorer.errors import FileError
from essay_scorer.machine import memory_limit

STANDARD_INPUT = "-"

_MAX_TEXT_BYTES = 4 * 1024 * 1024  # the longest essays have a few thousand


def read_text(name: str) -> str:
    """Return the text of a document.

    Args:
        name: of the file; ``-`` is standard input.

    Raises:
        FileError: it cannot be read, is too large, or has no text.
        ExtraMissing: reading its kind needs an optional package.
    """
    with memory_limit(name):
        return read_document(_read(name), _describe(name))


def _read(name: str) -> bytes:
    """Return a file's bytes; only a document with pictures in it may be larger than a text."""
    try:
        file = sys.stdin.buffer if name == STANDARD_INPUT else Path(name).open("rb")  # noqa: SIM115
        try:
            data = file.read(_MAX_TEXT_BYTES + 1)
            if len(data) <= _MAX_TEXT_BYTES:
                return data
            if kind_of(data) == "text":
                raise FileError(
                    f"{name} is over {_MAX_TEXT_BYTES // 1024**2} MiB; is it one essay?"
                )
            return data + file.read(MAX_FILE_BYTES + 1 - len(data))
        finally:
            if name != STANDARD_INPUT:
                file.close()
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror}.") from error


def _describe(name: str) -> str:
    return "Standard input" if name == STANDARD_INPUT else name


def read_bytes(name: str, limit: int) -> bytes:
    """Return at most ``limit`` bytes of a file; all of them if it is -1.

    Raises:
        OSError: the file cannot be read.
    """
    if name == STANDARD_INPUT:
        return sys.stdin.buffer.read(limit)
    with Path(name).open("rb") as file:
        return file.read(limit)
