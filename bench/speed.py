"""Measure our Lambda handler beside a stand-in for the original's, in alternating runs.

    .venv/bin/python -m bench.speed [--runs N] [--calls N] [--cold N] [--essays N]

Both are called as Lambda calls them, in environments of their own, with the same essays on the
same cores. Every run is a new process. ``docs/performance.json`` gets the measurements, from which
``bench.performance`` writes the page and its charts and ``essay-scorer cost`` takes its times.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import limits, performance
from bench.measured_handlers import BUNDLE, ROOT, MeasuredHandler, original, ours
from bench.processor import describe_processor
from tokenizers import Tokenizer

from essay_scorer.aws.costs import MEASURED_TIMES

RESULT = ROOT / "docs" / "performance.json"
LENGTHS = (350, 100, 512, 1500)  # tokens; the first is the length for the time to first score


def make_essay(tokens: int) -> str:
    """Return an essay of about so many tokens, made from an example."""
    text = (ROOT / "examples" / "strong.txt").read_text(encoding="utf-8")
    tokenizer = Tokenizer.from_file(str(BUNDLE / "tokenizer.json"))
    tokenizer.no_truncation()
    words = text.split(" ")
    tokens_per_word = len(tokenizer.encode(text).ids) / len(words)
    repeated = words * (1 + int(tokens / len(words)))
    return " ".join(repeated[: round(tokens / tokens_per_word)])


def make_essays(count: int) -> list[str]:
    """Return essays of 100 to 650 tokens, about 350 on average."""
    return [make_essay(100 + 550 * (number * 7 % count) // count) for number in range(count)]


def make_event(text: str) -> dict[str, object]:
    """Return the event of a Function URL for an essay."""
    return {
        "version": "2.0",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "stage": "$default",
            "http": {"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "::1"},
        },
        "body": json.dumps({"text": text}),
        "isBase64Encoded": False,
    }


@contextmanager
def json_file(value: object) -> Iterator[Path]:
    """Yield a temporary file with the value as JSON."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(value, file)
        file.flush()
        yield Path(file.name)


def measure(handlers: Sequence[MeasuredHandler], options: argparse.Namespace) -> dict[str, Any]:
    """Return all measurements by handler; the handlers alternate in every run."""
    found: dict[str, Any] = {
        handler.name: {
            "first": [],
            "cold": [],
            "memory": [],
            "warm": {str(length): [] for length in LENGTHS},
        }
        for handler in handlers
    }
    _measure_runs(handlers, found, runs=options.runs, calls=options.calls)
    _measure_cold(handlers, found, runs=options.cold)
    _measure_throughput(handlers, found, essays=options.essays)
    return found


def _measure_runs(
    handlers: Sequence[MeasuredHandler], found: dict[str, Any], *, runs: int, calls: int
) -> None:
    with json_file({str(length): make_event(make_essay(length)) for length in LENGTHS}) as events:
        for handler in handlers:
            handler.measure_process(events, 1)  # fills the page cache
        for run in range(runs):
            for handler in handlers:
                _add_run(found[handler.name], handler.measure_process(events, calls))
            _report(f"run {run + 1} of {runs}")


def _add_run(found: dict[str, Any], run: Mapping[str, Any]) -> None:
    found["first"].append(run["first"])
    found["memory"].append(run["memory"])
    for length, times in run["warm"].items():
        found["warm"][length] += times


def _measure_cold(handlers: Sequence[MeasuredHandler], found: dict[str, Any], *, runs: int) -> None:
    with json_file({str(LENGTHS[0]): make_event(make_essay(LENGTHS[0]))}) as events:
        for _ in range(runs):
            for handler in handlers:
                handler.drop_page_cache()
                found[handler.name]["cold"].append(handler.measure_process(events, 0)["first"])
    _report("first scores without page cache")


def _measure_throughput(
    handlers: Sequence[MeasuredHandler], found: dict[str, Any], *, essays: int
) -> None:
    with json_file(make_essays(essays)) as texts:
        for handler in handlers:
            rate = handler.throughput(texts, essays)
            found[handler.name] |= {
                "rate": rate,
                "core_rate": rate / len(os.sched_getaffinity(0)),
                "installed": handler.installed_size(),
            }
    _report("throughput")


def _times_for_costs(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the times by which ``essay-scorer cost`` prices a month."""
    times = {
        name: {
            "first": round(statistics.median(result[name]["first"]), 4),
            "warm": round(statistics.median(result[name]["warm"][str(LENGTHS[0])]), 4),
        }
        for name in ("ours", "original")
    }
    return {"date": result["date"], "machine": result["machine"], **times}


def _report(done: str) -> None:
    print(f"measured: {done}", file=sys.stderr)


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=7, help="new processes of each handler")
    parser.add_argument("--calls", type=int, default=10, help="warm calls per length and run")
    parser.add_argument("--cold", type=int, default=3, help="runs without page cache")
    parser.add_argument("--essays", type=int, default=250, help="per worker, one worker per core")
    parser.add_argument("--original", type=Path, default=ROOT / ".venv-original")
    return parser.parse_args()


def main() -> None:
    options = _parse_options()
    with tempfile.TemporaryDirectory() as folder:
        handlers = [ours(Path(folder)), original(options.original.absolute())]
        measured = measure(handlers, options)
    result = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": {
            "processor": describe_processor(),
            "cores": len(os.sched_getaffinity(0)),
            "python": platform.python_version(),
        },
        "lengths": sorted(LENGTHS),
        "limits": limits.measure(BUNDLE, LENGTHS[0]),
        **measured,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    MEASURED_TIMES.write_text(
        json.dumps(_times_for_costs(result), indent=1) + "\n", encoding="utf-8"
    )
    performance.write(result, ROOT / "docs")


if __name__ == "__main__":
    main()
