"""Soak test of ``essay-scorer serve``: mixed traffic at 80% of its capacity, `make soak`.

    .venv/bin/python -m bench.soak [--minutes N] [--no-latency] [--url URL --command WORD]

The traffic has short essays, long essays, the page, and one invalid request in twenty. Capacity is
measured first, for ten seconds with clients that never pause. The test then sends 80% of it at a
steady rate, and fails if

- a response has another status than its request deserves;
- the server's memory in the last third is over 5% above the first third;
- the 99th percentile of a kind of essay is over three times its median, or that of any other
  request is over the median of a short essay, because those must not wait for essays
  (``--no-latency`` omits this).

``--url`` tests another server on this machine; its memory is that of all processes with a word in
their command line.
"""

import argparse
import http.client
import itertools
import json
import random
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.memory_monitor import MemoryMonitor, find_processes

ROOT = Path(__file__).resolve().parents[1]
LOAD = 0.8  # of capacity
CLIENTS = 4  # that measure capacity
CAPACITY_TIME = 10.0  # seconds
MAX_CONCURRENCY = 64  # requests that wait for a response
MAX_PERCENTILE_RATIO = 3  # of an essay's 99th percentile to its median
MAX_MEMORY_GROWTH = 0.05  # of the last third over the first
LISTED_ERRORS = 5
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Kind:
    """A kind of request.

    Attributes:
        name: for the report.
        share: of all requests, in percent.
        method: of HTTP.
        body: of the request.
        status: of a correct response.
    """

    name: str
    share: int
    method: str
    body: bytes
    status: int

    @property
    def is_essay(self) -> bool:
        return self.status == 200 and self.method == "POST"


def _example(name: str) -> bytes:
    text = (ROOT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
    return json.dumps({"text": text}).encode()


KINDS = (
    Kind("short essay", 55, "POST", _example("weak"), 200),
    Kind("long essay", 25, "POST", _example("strong"), 200),
    Kind("page", 15, "GET", b"", 200),
    Kind("invalid JSON", 2, "POST", b'{"text": "An essay', 400),
    Kind("no words", 2, "POST", b'{"text": "123"}', 422),
    Kind("too large", 1, "POST", b'{"text": "' + b"a " * 2**17 + b'"}', 413),
)


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Times of one kind of request, in seconds."""

    kind: str
    count: int
    median: float
    percentile_99: float

    @property
    def row(self) -> str:
        """A row of a Markdown table, in milliseconds."""
        ratio = self.percentile_99 / self.median
        times = f"{self.median * 1e3:.1f} | {self.percentile_99 * 1e3:.1f} | {ratio:.1f}"
        return f"| {self.kind} | {self.count} | {times} |"


class Traffic:
    """Sends requests, and keeps their times by kind and the wrong responses."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        if address.hostname not in LOOPBACK:
            sys.exit(f"{url} is not on this machine; the test puts load only on this machine.")
        self._host, self._port, self._path = address.hostname, address.port, address.path or "/"
        self._choose = random.Random(11)  # noqa: S311 - the same requests in every run
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []

    def send(self, *, scheduled: float | None = None) -> None:
        """Send one request.

        Args:
            scheduled: a reading of ``time.perf_counter`` from which its time counts.
        """
        (kind,) = self._choose.choices(KINDS, [kind.share for kind in KINDS])
        began = time.perf_counter() if scheduled is None else scheduled
        connection = http.client.HTTPConnection(self._host, self._port or 80, timeout=60)
        try:
            connection.request(kind.method, self._path, kind.body or None)
            response = connection.getresponse()
            response.read()
            if response.status != kind.status:
                self.errors.append(f"{kind.name}: {response.status}")
        except (OSError, http.client.HTTPException) as error:
            self.errors.append(f"{kind.name}: {type(error).__name__}")
        finally:
            connection.close()
        self.seconds[kind.name].append(time.perf_counter() - began)

    def measure_capacity(self, seconds: float) -> float:
        """Return the requests per second of clients that never pause."""
        deadline = time.perf_counter() + seconds

        def client(_number: int) -> int:
            for count in itertools.count():
                if time.perf_counter() > deadline:
                    return count
                self.send()
            raise AssertionError

        with ThreadPoolExecutor(CLIENTS) as pool:
            return sum(pool.map(client, range(CLIENTS))) / seconds

    def send_steadily(self, rate: float, seconds: float, concurrency: int) -> None:
        """Send requests on schedule, whether earlier ones are answered or not.

        Args:
            rate: requests per second.
            seconds: for which to send.
            concurrency: requests that may wait for a response; later ones queue here.
        """
        self.seconds.clear()
        began = time.perf_counter()
        with ThreadPoolExecutor(concurrency) as pool:
            for number in range(int(rate * seconds)):
                scheduled = began + number / rate
                time.sleep(max(0.0, scheduled - time.perf_counter()))
                pool.submit(self.send, scheduled=scheduled)

    def latencies(self) -> list[Latency]:
        """Return the latencies by kind, and those of all requests."""
        every = [second for times in self.seconds.values() for second in times]
        return [
            Latency(
                kind=kind,
                count=len(times),
                median=statistics.median(times),
                percentile_99=statistics.quantiles(times, n=100)[98],
            )
            for kind, times in [*sorted(self.seconds.items()), ("all", every)]
            if len(times) > 1
        ]

    def find_slow(self) -> list[str]:
        """Return a message for each kind of request that is too slow."""
        found = {latency.kind: latency for latency in self.latencies()}
        shortest = min(found[kind.name].median for kind in KINDS if kind.is_essay)
        slow = []
        for kind in KINDS:
            latency = found.get(kind.name)
            if latency is None:
                continue
            limit = MAX_PERCENTILE_RATIO * latency.median if kind.is_essay else shortest
            if latency.percentile_99 > limit:
                slow.append(f"{kind.name}: 99th percentile {latency.percentile_99 * 1e3:.0f} ms")
        return slow


@contextmanager
def _local_server() -> Iterator["tuple[str, subprocess.Popen[str]]"]:
    """Run ``essay-scorer serve``; yields its URL and process."""
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield process.stderr.readline().split()[-1], process
        finally:
            process.terminate()


def soak(
    url: str,
    minutes: float,
    *,
    processes: Callable[[], Iterable[Path]],
    check_latency: bool,
    concurrency: int = MAX_CONCURRENCY,
) -> int:
    """Run the test, print its measurements, and return 1 if it fails.

    Args:
        url: of the server, on this machine.
        minutes: of steady traffic.
        processes: returns the server's folders in /proc.
        check_latency: fail if requests are too slow.
        concurrency: requests that may wait for a response.
    """
    traffic, memory = Traffic(url), MemoryMonitor(processes)
    capacity = traffic.measure_capacity(CAPACITY_TIME)
    print(f"capacity {capacity:.1f} requests per second; {LOAD:.0%} of it for {minutes:g} minutes")
    memory.start()
    traffic.send_steadily(LOAD * capacity, minutes * 60, concurrency)
    memory.stop()
    print("| kind | requests | median, ms | 99th percentile, ms | ratio |\n|---|---|---|---|---|")
    for latency in traffic.latencies():
        print(latency.row)
    growth = memory.growth()
    print(f"memory: {memory.sizes[-1] / 1024:.0f} MiB, last third against the first {growth:+.1%}")
    failures = _find_failures(traffic, growth, check_latency=check_latency)
    print("\n".join(failures) or "passed", flush=True)
    return int(bool(failures))


def _find_failures(traffic: Traffic, growth: float, *, check_latency: bool) -> list[str]:
    failures = []
    if errors := traffic.errors:
        failures.append(f"{len(errors)} wrong responses: {errors[:LISTED_ERRORS]}")
    if check_latency:
        failures += traffic.find_slow()
    if growth > MAX_MEMORY_GROWTH:
        failures.append(f"memory grew by {growth:.1%}")
    return failures


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--url", help="of a running server on this machine")
    parser.add_argument("--command", default="essay_scorer.cli", help="a word of its command line")
    parser.add_argument("--concurrency", type=int, default=MAX_CONCURRENCY)
    parser.add_argument("--no-latency", action="store_true", help="do not check latency")
    options = parser.parse_args(arguments)
    if options.url:
        return soak(
            options.url,
            options.minutes,
            processes=lambda: find_processes(options.command),
            check_latency=not options.no_latency,
            concurrency=options.concurrency,
        )
    with _local_server() as (url, process):
        return soak(
            url,
            options.minutes,
            processes=lambda: [Path(f"/proc/{process.pid}")],
            check_latency=not options.no_latency,
        )


if __name__ == "__main__":
    sys.exit(main())
