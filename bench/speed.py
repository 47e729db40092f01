"""Measure the Lambda handler beside a stand-in for the first system's, in alternating runs.

    .venv/bin/python -m bench.speed [--runs N] [--calls N] [--cold N] [--essays N]

Both are ``main.py`` files called as Lambda calls them, in environments of their own, with
the same essays and the same cores.  Every run is a fresh process.  The measurements go to
``docs/performance.json``, from where ``performance.py`` writes the page and its charts and
``essay-scorer cost`` takes the times.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from essay_scorer.aws.costs import MEASURED

from . import limits, performance

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / "bench"
BUNDLE = ROOT / "models" / "default"
RESULT = ROOT / "docs" / "performance.json"
LENGTHS = (350, 100, 512, 1500)  # tokens; the first is the essay of a first score
DROP = Path("/proc/sys/vm/drop_caches")


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """A handler with what it needs."""

    name: str
    python: Path
    handler: Path  # the folder of its main.py
    files: tuple[Path, ...]  # what is installed for it
    environment: Mapping[str, str]

    def command(self, *words: object) -> list[str]:
        return [str(self.python), str(BENCH / "contestant.py"), *map(str, words)]

    def run(self, events: Path, calls: int) -> dict[str, Any]:
        """Start a fresh process, take its first score and the warm ones behind it."""
        command = self.command("first", repr(time.time()), events, calls)
        result = subprocess.run(
            command, cwd=self.handler, env=self._env(), capture_output=True, text=True, check=True
        )
        measured: dict[str, Any] = json.loads(result.stdout)
        return measured

    def loop(self, essays: Path) -> float:
        """Return the seconds in which one process scores all essays, one after the other."""
        result = subprocess.run(
            self.command("essays", essays),
            cwd=self.handler,
            env=self._env(),
            input="go\n",
            capture_output=True,
            text=True,
            check=True,
        )
        seconds: float = json.loads(result.stdout.splitlines()[-1])["seconds"]
        return seconds

    def rate(self, essays: Path, count: int) -> float:
        """Return essays a second with one worker on each core, all scoring the same essays."""
        cores = sorted(os.sched_getaffinity(0))
        workers = [self._worker(core, essays) for core in cores]
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline().strip() == "ready"
        begun = time.perf_counter()
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        for worker in workers:
            worker.communicate()
        return len(cores) * count / (time.perf_counter() - begun)

    def _worker(self, core: int, essays: Path) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            ["taskset", "--cpu-list", str(core), *self.command("essays", essays)],
            cwd=self.handler,
            env=self._env(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    def installed(self) -> int:
        """Return the bytes of all files that it needs beside Python."""
        return sum(path.stat().st_size for path in self._paths())

    def forget(self) -> None:
        """Drop its files from the page cache."""
        if os.access(DROP, os.W_OK):
            os.sync()
            DROP.write_text("3\n")
            return
        for path in self._paths():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def _paths(self) -> Iterator[Path]:
        for place in self.files:
            yield from (path for path in place.rglob("*") if path.is_file())


def essay_of(tokens: int) -> str:
    """Return an essay of about so many tokens, from the examples."""
    text = (ROOT / "examples" / "strong.txt").read_text(encoding="utf-8")
    tokenizer = Tokenizer.from_file(str(BUNDLE / "tokenizer.json"))
    tokenizer.no_truncation()
    words = text.split(" ")
    per_word = len(tokenizer.encode(text).ids) / len(words)
    return " ".join((words * (1 + int(tokens / len(words))))[: round(tokens / per_word)])


def essays_of(count: int) -> list[str]:
    """Return as many essays, from 100 to 650 tokens long, about 350 on average."""
    return [essay_of(100 + 550 * (number * 7 % count) // count) for number in range(count)]


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


@contextmanager
def written(value: object) -> Iterator[Path]:
    """Yield a file that holds the value as JSON."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(value, file)
        file.flush()
        yield Path(file.name)


def ours(packages: Path) -> Contestant:
    """Install what the image holds, as the image does, and return our handler on it."""
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--no-compile", "--no-deps", "--require-hashes", "--only-binary", ":all:",
         "--target", packages, "--requirement", ROOT / "image" / "requirements.txt"],
        check=True,
    )  # fmt: skip
    shutil.copy(ROOT / "image" / "src" / "main.py", packages)
    shutil.copytree(
        ROOT / "src" / "essay_scorer",
        packages / "essay_scorer",
        ignore=shutil.ignore_patterns("lab", "__pycache__"),
    )
    subprocess.run([sys.executable, ROOT / "image" / "tidy.py", packages], check=True)
    return Contestant(
        name="ours",
        python=Path(sys.executable),
        handler=packages,
        files=(packages, BUNDLE),
        # Isolated from the packages of this environment, which are not the image's.
        environment={"PYTHONPATH": str(packages), "ESSAY_SCORER_BUNDLE": str(BUNDLE)},
    )


def original(environment: Path) -> Contestant:
    """Return the stand-in, in its own environment with its models."""
    models = environment / "models"
    return Contestant(
        name="original",
        python=environment / "bin" / "python",
        handler=BENCH / "original",
        files=(environment / "lib", models),
        environment={
            "ORIGINAL_MODELS": str(models),
            "NLTK_DATA": str(models / "nltk_data"),
            "HF_HUB_OFFLINE": "1",
        },
    )


def measure(contestants: list[Contestant], options: argparse.Namespace) -> dict[str, Any]:
    """Measure all, one after the other in every round."""
    found: dict[str, Any] = {
        one.name: {"first": [], "cold": [], "memory": [], "warm": {str(n): [] for n in LENGTHS}}
        for one in contestants
    }
    with written({str(length): event_of(essay_of(length)) for length in LENGTHS}) as events:
        for one in contestants:
            one.run(events, 1)  # fills the page cache
        for round_ in range(options.runs):
            for one in contestants:
                _add(found[one.name], one.run(events, options.calls))
            _say(f"round {round_ + 1} of {options.runs}")
    with written({str(LENGTHS[0]): event_of(essay_of(LENGTHS[0]))}) as events:
        for _ in range(options.cold):
            for one in contestants:
                one.forget()
                found[one.name]["cold"].append(one.run(events, 0)["first"])
        _say("with a dropped page cache")
    with written(essays_of(options.essays)) as essays:
        for one in contestants:
            found[one.name]["rate"] = rate = one.rate(essays, options.essays)
            found[one.name]["core_rate"] = rate / len(os.sched_getaffinity(0))
            found[one.name]["installed"] = one.installed()
        _say("in bulk")
    return found


def _add(found: dict[str, Any], run: dict[str, Any]) -> None:
    found["first"].append(run["first"])
    found["memory"].append(run["memory"])
    for length, times in run["warm"].items():
        found["warm"][length] += times


def _times(result: dict[str, Any]) -> dict[str, Any]:
    """Return what a month is priced by."""
    times = {
        name: {
            "first": round(statistics.median(result[name]["first"]), 4),
            "warm": round(statistics.median(result[name]["warm"][str(LENGTHS[0])]), 4),
        }
        for name in ("ours", "original")
    }
    return {"date": result["date"], "machine": result["machine"], **times}


def _say(done: str) -> None:
    print(f"measured: {done}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=7, help="fresh processes of each")
    parser.add_argument("--calls", type=int, default=10, help="warm calls a length and run")
    parser.add_argument("--cold", type=int, default=3, help="runs with a dropped page cache")
    parser.add_argument("--essays", type=int, default=250, help="of each worker, one a core")
    parser.add_argument("--original", type=Path, default=ROOT / ".venv-original")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        contestants = [ours(Path(place)), original(options.original.absolute())]
        measured = measure(contestants, options)
    result = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": {
            "processor": limits.processor(),
            "cores": len(os.sched_getaffinity(0)),
            "python": platform.python_version(),
        },
        "lengths": sorted(LENGTHS),
        "limits": limits.measure(BUNDLE, LENGTHS[0]),
        **measured,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    MEASURED.write_text(json.dumps(_times(result), indent=1) + "\n", encoding="utf-8")
    performance.write(result, ROOT / "docs")


if __name__ == "__main__":
    main()
