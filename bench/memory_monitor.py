"""The memory of running processes, read from /proc."""

import os
import statistics
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path


def find_processes(word: str) -> Iterator[Path]:
    """Yield the folders in /proc of other processes with a word in their command line."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:  # it has ended
            continue
        if folder.name != str(os.getpid()) and word.encode() in command:
            yield folder


class MemoryMonitor(threading.Thread):
    """Reads the resident memory of processes every second."""

    def __init__(self, processes: Callable[[], Iterable[Path]]) -> None:
        """Describe what to watch.

        Args:
            processes: returns folders in /proc.
        """
        super().__init__(daemon=True)
        self._processes = processes
        self._stop_event = threading.Event()
        self.sizes: list[int] = []  # kB, of all processes together

    def run(self) -> None:
        while not self._stop_event.wait(1):
            self.sizes.append(sum(map(_resident_size, self._processes())))

    def stop(self) -> None:
        self._stop_event.set()
        self.join()

    def growth(self) -> float:
        """Return the relative growth from the first third to the last."""
        third = max(1, len(self.sizes) // 3)
        return statistics.mean(self.sizes[-third:]) / statistics.mean(self.sizes[:third]) - 1


def _resident_size(process: Path) -> int:
    """Return a process's resident memory in kB; 0 if it has ended."""
    try:
        lines = (process / "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
