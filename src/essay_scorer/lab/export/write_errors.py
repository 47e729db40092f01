"""One error for every way in which saving an artifact can fail."""

from contextlib import AbstractContextManager
from pathlib import Path

from safetensors import SafetensorError

from essay_scorer.tables.atomic import write_errors


def convert_write_errors(path: Path) -> AbstractContextManager[None]:
    """Turn the libraries' errors, such as those of a full disk, into a ``FileError``.

    Args:
        path: what the block writes, for the message.
    """
    return write_errors(path, RuntimeError, SafetensorError)
