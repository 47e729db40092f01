"""One error for every way in which saving an artifact can fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from essay_scorer.errors import FileError


@contextmanager
def convert_write_errors(path: Path) -> Iterator[None]:
    """Turn the libraries' errors, such as those of a full disk, into a ``FileError``.

    Args:
        path: what the block writes, for the message.

    Raises:
        FileError: the block failed to write.
    """
    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:
        raise FileError(f"{path} cannot be written; is the disk full?") from error
