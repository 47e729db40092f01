"""Measure the Lambda handler on this machine: start, warm time, memory, size.

    .venv/bin/python bench/handler.py [--runs N] [--tokens N]

Every start is a fresh process that runs ``image/src/main.py`` as Lambda does, with
the files in the page cache.  Figures are medians with the lowest and the highest.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parents[1]
FUNCTION = ROOT / "image" / "src"
WARM_CALLS = 50

CHILD = """
import json, resource, sys, time
started = float(sys.argv[1])
import main
event = json.load(open(sys.argv[2]))
main.handler(event, None)
first = time.time() - started
times = []
for _ in range(int(sys.argv[3])):
    begun = time.perf_counter()
    main.handler(event, None)
    times.append(time.perf_counter() - begun)
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"first": first, "warm": times, "memory": memory}))
"""


def essay_of(tokens: int) -> str:
    """Return an essay of about so many tokens, from the examples."""
    text = (ROOT / "examples" / "strong.txt").read_text(encoding="utf-8")
    tokenizer = Tokenizer.from_file(str(ROOT / "models" / "default" / "tokenizer.json"))
    tokenizer.no_truncation()
    words = text.split(" ")
    per_word = len(tokenizer.encode(text).ids) / len(words)
    return " ".join((words * (1 + int(tokens / len(words))))[: round(tokens / per_word)])


def event_of(text: str) -> dict[str, object]:
    """Return the Function URL's event for an essay."""
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


def run_once(event: Path) -> dict[str, float]:
    command = [sys.executable, "-c", CHILD, repr(time.time()), str(event), str(WARM_CALLS)]
    result = subprocess.run(command, cwd=FUNCTION, capture_output=True, text=True, check=True)
    measured = json.loads(result.stdout)
    return {
        "first_score_ms": measured["first"] * 1000,
        "warm_ms": statistics.median(measured["warm"]) * 1000,
        "memory_mb": measured["memory"],
    }


def installed_mb() -> float:
    """Size of what the function needs beside Python: the runtime's packages and the bundle."""
    with tempfile.TemporaryDirectory() as folder:
        lock = ROOT / "image" / "requirements.txt"
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--no-deps", "--require-hashes", "--target", folder, "--requirement", lock],
            check=True,
        )  # fmt: skip
        parts = [Path(folder), ROOT / "models" / "default", ROOT / "src", FUNCTION]
        files = {file for part in parts for file in part.rglob("*") if file.is_file()}
        return sum(file.stat().st_size for file in files) / 1e6


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.0f} ({min(values):.0f}-{max(values):.0f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--tokens", type=int, default=350)
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(event_of(essay_of(options.tokens)), file)
        file.flush()
        run_once(Path(file.name))  # fills the page cache
        runs = [run_once(Path(file.name)) for _ in range(options.runs)]
    cores = len(os.sched_getaffinity(0))
    print(f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, ", end="")
    print(f"{options.runs} processes, essay of {options.tokens} tokens, median (lowest-highest)")
    for key, label in (
        ("first_score_ms", "fresh process to first score, ms"),
        ("warm_ms", "warm, ms"),
        ("memory_mb", "peak resident memory, MiB"),
    ):
        print(f"  {label:<34}{spread([run[key] for run in runs])}")
    print(f"  {'installed, without Python, MB':<34}{installed_mb():.0f}")


if __name__ == "__main__":
    main()
