"""The cores and the memory of this machine."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from essay_scorer.contract import FUNCTION_MEMORY_VARIABLE, MEMORY_PER_CORE
from essay_scorer.errors import FileError

if sys.platform != "win32":  # which has no such limit
    import resource

# The folder of what limits a container: its share of the cores' time, and the period of that.
CGROUP = Path("/sys/fs/cgroup")
_QUOTA_FILES = (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"))  # of v2, of v1

DEFAULT_MEMORY_LIMIT = 2 * 1024**3  # bytes; reading needs tens of MB, a worker a few hundred


def available_cores(variables: Mapping[str, str] = os.environ) -> int:
    """Return the number of cores that this process may use.

    A Lambda function sees more cores than it has the time of: two, even with 128 MB. Threads that
    wait for each other then use up that time, so its memory decides. In a container with a limit of
    its own (``docker run --cpus``), that limit decides.

    Args:
        variables: environment variables, in which Lambda says how much memory a function has.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if memory := variables.get(FUNCTION_MEMORY_VARIABLE):
        return min(cores or 1, cores_of_memory(int(memory)))
    return min(cores or 1, _cores_of_quota() or cores or 1)


def _cores_of_quota() -> int | None:
    """Return how many whole cores the quota of a container is, at least 1; None without one."""
    for names in _QUOTA_FILES:
        try:
            quota, period = " ".join((CGROUP / name).read_text("ascii") for name in names).split()
        except (OSError, ValueError):
            continue
        limited = quota.isdecimal() and period.isdecimal()  # neither "max" nor -1
        return max(1, round(int(quota) / int(period))) if limited else None
    return None


def cores_of_memory(memory: int) -> int:
    """Return how many whole cores a Lambda function has the time of, at least 1.

    Args:
        memory: of the function, in MB.
    """
    return max(1, round(memory / MEMORY_PER_CORE))


def share_of_memory(share: float) -> int:
    """Return a share, from 0 to 1, of the machine's memory, in bytes."""
    return int(share * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def _allocated_bytes() -> int:
    """Return how much memory this process has allocated; 0 where the system doesn't say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def memory_limit(name: str, limit: int = DEFAULT_MEMORY_LIMIT) -> Iterator[None]:
    """Limit the memory that reading a file may allocate, beyond what the process has already.

    Two kilobytes of Parquet can decompress to twenty gigabytes. The operating system enforces
    the limit, and never more than half of the machine's memory is allowed. Child processes
    that start in the block inherit it, each for itself.

    Args:
        name: the file's name, for the error message.
        limit: bytes.

    Raises:
        FileError: the file needs more.
    """
    if sys.platform == "win32":
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    allocated = _allocated_bytes()
    wanted = allocated + min(limit, share_of_memory(0.5))
    most = min([wanted, *(value for value in (soft, hard) if value >= 0)])
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    try:
        yield
    except MemoryError as error:
        raise FileError(
            f"{name} decompresses to more than the {(most - allocated) / 1024**2:,.0f} MiB of "
            "memory that a file may use; split it."
        ) from error
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
