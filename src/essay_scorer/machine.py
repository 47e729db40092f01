"""No file takes the machine's memory.

Two kilobytes of Parquet can unfold to twenty gigabytes.  The bound is the operating system's
own, on what a process allocates: past it an allocation fails, everything that was read is
let go, and one sentence says so.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import FileError

if sys.platform != "win32":  # which has no such bound
    import resource

ENOUGH = 2 * 1024**3  # bytes; reading needs tens of millions, a worker a few hundred


def share_of_machine(share: float) -> int:
    """Return a share of the machine's memory, in bytes."""
    return int(share * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


@contextmanager
def bounded_memory(name: str, largest: int = ENOUGH) -> Iterator[None]:
    """Let what is read from a file take no more than so many bytes, nor half the machine's.

    Child processes that are started meanwhile have the same bound, each for itself.

    Raises:
        FileError: the file would.
    """
    if sys.platform == "win32":
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bounds = [largest, share_of_machine(0.5), *(b for b in (soft, hard) if b >= 0)]
    resource.setrlimit(resource.RLIMIT_DATA, (min(bounds), hard))
    try:
        yield
    except MemoryError as error:
        raise FileError(
            f"{name} unfolds to more than the {min(bounds) / 1024**2:,.0f} MiB of memory that "
            "a file may take; split it."
        ) from error
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
