"""Mixed traffic against ``essay-scorer serve`` at 80 % of what it can take: `make soak`.

    .venv/bin/python bench/soak.py [--minutes N] [--no-speed] [--url URL --command WORD]

Short essays, long ones, the page, and one request in twenty that is the client's fault.  First
as many as possible, for ten seconds; then, evenly, 80 % of that.  It fails if an answer is not
the one that the request deserves, if the server's memory in the last third is over 5 % above
the first, or, unless told not to look, if of a kind of essay the 99th percentile is over three
times the median, or if one in a hundred of the other requests takes longer than a short essay:
those wait for nobody.  With ``--url`` the target is another server of this machine, and its
memory that of the processes with a word in their command line.
"""

import argparse
import http.client
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
LOAD, CLIENTS, WARM = 0.8, 4, 10.0  # of capacity; at most as many at once; seconds
LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Kind:
    """A kind of request, how many of a hundred it is, and the status that it deserves."""

    name: str
    share: int
    method: str
    body: bytes
    status: int

    @property
    def is_essay(self) -> bool:
        return self.status == 200 and self.method == "POST"


def _essay(name: str) -> bytes:
    text = (ROOT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
    return json.dumps({"text": text}).encode()


KINDS = (
    Kind("short essay", 55, "POST", _essay("weak"), 200),
    Kind("long essay", 25, "POST", _essay("strong"), 200),
    Kind("page", 15, "GET", b"", 200),
    Kind("no JSON", 2, "POST", b'{"text": "An essay', 400),
    Kind("no word", 2, "POST", b'{"text": "123"}', 422),
    Kind("too large", 1, "POST", b'{"text": "' + b"a " * 2**17 + b'"}', 413),
)


class Soak:
    """Sends requests and keeps what came back: seconds by kind, and what was wrong."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        if place.hostname not in LOCAL:
            sys.exit(f"{url} is not of this machine; load is for servers of this machine alone")
        self._host, self._port, self._path = place.hostname, place.port, place.path or "/"
        self._choose = random.Random(11)  # noqa: S311 - the same mix each time
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.wrong: list[str] = []

    def send(self, *, due: float | None = None) -> None:
        """Send one request; its time counts from when it was due."""
        (kind,) = self._choose.choices(KINDS, [kind.share for kind in KINDS])
        began = time.perf_counter() if due is None else due
        connection = http.client.HTTPConnection(self._host, self._port or 80, timeout=60)
        try:
            connection.request(kind.method, self._path, kind.body or None)
            response = connection.getresponse()
            response.read()
            if response.status != kind.status:
                self.wrong.append(f"{kind.name}: {response.status}")
        except (OSError, http.client.HTTPException) as error:
            self.wrong.append(f"{kind.name}: {type(error).__name__}")
        finally:
            connection.close()
        self.seconds[kind.name].append(time.perf_counter() - began)

    def capacity(self, seconds: float) -> float:
        """Return the requests a second that are answered where clients never rest."""
        end = time.perf_counter() + seconds

        def client(_number: int) -> int:
            for count in itertools.count():
                if time.perf_counter() > end:
                    return count
                self.send()
            raise AssertionError

        with ThreadPoolExecutor(CLIENTS) as pool:
            return sum(pool.map(client, range(CLIENTS))) / seconds

    def steady(self, rate: float, seconds: float, at_once: int) -> None:
        """Send so many a second, each when it is due, whether others are answered or not.

        Where more than so many would wait at once, the next ones wait here.
        """
        self.seconds.clear()
        began = time.perf_counter()
        with ThreadPoolExecutor(at_once) as pool:
            for number in range(int(rate * seconds)):
                due = began + number / rate
                time.sleep(max(0.0, due - time.perf_counter()))
                pool.submit(self.send, due=due)

    def table(self) -> list[tuple[str, int, float, float]]:
        """Return each kind's count, median and 99th percentile, and those of all."""
        every = [one for times in self.seconds.values() for one in times]
        rows = [*sorted(self.seconds.items()), ("all", every)]
        return [
            (name, len(times), statistics.median(times), statistics.quantiles(times, n=100)[98])
            for name, times in rows
            if len(times) > 1
        ]

    def slow(self) -> list[str]:
        """Return what took too long, a sentence each."""
        times = {name: (median, last) for name, _count, median, last in self.table()}
        patience = min(times[kind.name][0] for kind in KINDS if kind.is_essay)
        found = []
        for kind in KINDS:
            median, last = times.get(kind.name, (0.0, 0.0))
            if last > (3 * median if kind.is_essay else patience):
                found.append(f"{kind.name}: one in a hundred takes {last * 1e3:.0f} ms and more")
        return found


@contextmanager
def _server() -> Iterator["tuple[str, subprocess.Popen[str]]"]:
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield process.stderr.readline().split()[-1], process
        finally:
            process.terminate()


def _processes(word: str) -> Iterator[Path]:
    """Yield the folders in /proc of the other processes with a word in their command line."""
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if place.name != str(os.getpid()) and word.encode() in (place / "cmdline").read_bytes():
                yield place
        except OSError:  # it has ended
            continue


class Memory(threading.Thread):
    """Reads the resident memory of processes each second, until told to stop."""

    def __init__(self, processes: Callable[[], Iterable[Path]]) -> None:
        super().__init__(daemon=True)
        self._processes = processes
        self._stop_now = threading.Event()
        self.sizes: list[int] = []  # kB, of all together

    def run(self) -> None:
        while not self._stop_now.wait(1):
            self.sizes.append(sum(map(self._resident, self._processes())))

    @staticmethod
    def _resident(process: Path) -> int:
        try:
            lines = (process / "status").read_text(encoding="utf-8").splitlines()
        except OSError:
            return 0
        return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))

    def growth(self) -> float:
        """Return by which share the last third is above the first."""
        self._stop_now.set()
        self.join()
        third = max(1, len(self.sizes) // 3)
        return statistics.mean(self.sizes[-third:]) / statistics.mean(self.sizes[:third]) - 1


def soak(
    url: str,
    minutes: float,
    *,
    processes: Callable[[], Iterable[Path]],
    speed: bool,
    at_once: int = 64,
) -> int:
    """Run it all, print what was measured, and return 1 where something fails."""
    traffic = Soak(url)
    capacity = traffic.capacity(WARM)
    print(f"capacity {capacity:.1f} requests a second; {LOAD:.0%} of it for {minutes:g} minutes")
    memory = Memory(processes)
    memory.start()
    traffic.steady(LOAD * capacity, minutes * 60, at_once)
    failed = [f"{len(traffic.wrong)} wrong answers: {traffic.wrong[:5]}"] if traffic.wrong else []
    print("| kind | requests | median, ms | 99th percentile, ms | ratio |\n|---|---|---|---|---|")
    for name, count, median, last in traffic.table():
        print(f"| {name} | {count} | {median * 1e3:.1f} | {last * 1e3:.1f} | {last / median:.1f} |")
    if speed:
        failed += traffic.slow()
    growth, last_size = memory.growth(), memory.sizes[-1] / 1024
    print(f"memory: {last_size:.0f} MiB, the last third {growth:+.1%} against the first")
    if growth > 0.05:
        failed.append(f"memory grew by {growth:.1%}")
    print("\n".join(failed) or "nothing wrong", flush=True)
    return int(bool(failed))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--url", help="of a server that runs already, on this machine")
    parser.add_argument("--command", default="essay_scorer.cli", help="a word of its command")
    parser.add_argument("--at-once", type=int, default=64, help="requests that may wait")
    parser.add_argument("--no-speed", action="store_true", help="look at no percentile")
    options = parser.parse_args(arguments)
    speed = not options.no_speed
    if options.url:
        return soak(
            options.url,
            options.minutes,
            processes=lambda: _processes(options.command),
            speed=speed,
            at_once=options.at_once,
        )
    with _server() as (url, process):
        own = Path(f"/proc/{process.pid}")
        return soak(url, options.minutes, processes=lambda: [own], speed=speed)


if __name__ == "__main__":
    sys.exit(main())
