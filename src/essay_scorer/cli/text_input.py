"""Read a text from a file or from standard input."""

import sys
from pathlib import Path

from essay_scorer.errors import FileError

STANDARD_INPUT = "-"

_MAX_TEXT_BYTES = 4 * 1024 * 1024  # the longest essays have a few thousand
_ZIP_SIGNATURE = b"PK\x03\x04"  # with which .docx and .xlsx files start


def read_text(name: str) -> str:
    """Return the text of a UTF-8 file.

    Args:
        name: of the file; ``-`` is standard input.

    Raises:
        FileError: it cannot be read, is too large, or is not text in UTF-8.
    """
    try:
        data = read_bytes(name, _MAX_TEXT_BYTES + 1)
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror}.") from error
    if len(data) > _MAX_TEXT_BYTES:
        raise FileError(f"{name} is over {_MAX_TEXT_BYTES // 1024**2} MiB; is it one essay?")
    if data.startswith(_ZIP_SIGNATURE):
        raise FileError(f"{name} is an archive, as .docx files are; save it as plain text.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(f"{name} is not text in UTF-8; save it as such.") from error


def read_bytes(name: str, limit: int) -> bytes:
    """Return at most ``limit`` bytes of a file; all of them if it is -1.

    Raises:
        OSError: the file cannot be read.
    """
    if name == STANDARD_INPUT:
        return sys.stdin.buffer.read(limit)
    with Path(name).open("rb") as file:
        return file.read(limit)
