"""Atomic writes: to a temporary file or folder beside the target, which is then renamed."""

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from essay_scorer.errors import FileError
from essay_scorer.tables.formats import PIPE


@contextmanager
def atomic_file(name: str) -> Iterator[BinaryIO]:
    """Yield a file that gets its name when the block ends; after an error there is none.

    A pipe or a device is written to directly.

    Args:
        name: the file, or ``PIPE`` for standard output.

    Raises:
        FileError: it cannot be written.
    """
    if name == PIPE:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = resolve_target(name)
    part = path.with_name(f"{path.name}.part") if is_regular_target(name) else path
    with write_errors(name):
        file = part.open("wb")
    try:
        yield file
        with write_errors(name):
            _publish(file, part, path)
    except BaseException:
        with suppress(OSError):
            file.close()
        if part != path:
            part.unlink(missing_ok=True)
        raise


def _publish(file: BinaryIO, part: Path, path: Path) -> None:
    file.flush()
    if part != path:
        os.fsync(file.fileno())
    file.close()
    part.replace(path)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield the path of a temporary folder, which the block creates.

    When the block ends, the folder replaces the one at the path; after an error it is deleted.
    """
    part = path.with_name(f"{path.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        yield part
        shutil.rmtree(path, ignore_errors=True)
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def write_errors(name: str | Path, *more_types: type[Exception]) -> Iterator[None]:
    """Turn errors of writing into a ``FileError`` with one sentence.

    Args:
        name: the file or folder, for the message.
        more_types: what a library raises instead of OSError where a disk is full. Without any, a
            full disk and a closed pipe remain OSErrors, which the command line explains.

    Raises:
        FileError: the block could not write.
    """
    try:
        yield
    except more_types as error:
        raise FileError(f"{name} cannot be written; is the disk full?") from error
    except OSError as error:
        if more_types:
            raise FileError(f"{name} cannot be written; is the disk full?") from error
        if error.errno in (errno.EPIPE, errno.ENOSPC):
            raise
        raise FileError(f"{name} cannot be written: {error.strerror}.") from error


def resolve_target(name: str) -> Path:
    """Return the file that a name leads to, with symbolic links resolved."""
    return Path(os.path.realpath(name))


def check_overwrite(name: str | Path, *, overwrite: bool) -> None:
    """Check that an output may be written.

    Args:
        name: the file or folder, or ``PIPE``.
        overwrite: whether one that exists is replaced; pipes and devices always are.

    Raises:
        FileError: it exists and is not to be replaced.
    """
    path = resolve_target(str(name))
    if not overwrite and name != PIPE and (path.is_file() or path.is_dir()):
        raise FileError(f"{name} exists already; add --overwrite to replace it.")


def is_regular_target(name: str) -> bool:
    """Return whether the output is a regular file, existing or new: no pipe and no device."""
    path = resolve_target(name)
    return name != PIPE and (path.is_file() or not path.exists())
