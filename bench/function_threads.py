"""Measure scores with one and with two threads, with the processor time of several memory sizes.

    .venv-infra/bin/python -m bench.function_threads [--runs N]

Lambda shows a function two cores from 128 to 3,008 MB, and limits its processor time in proportion
to its memory. Containers of the deployed image get the same two cores and the same share. AWS does
not publish the period in which it limits: 20 ms are assumed. The times are added to
``docs/performance.json``.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.image_startup import IMAGES, ROOT, add_measurements, docker_with_our_image
from bench.processor import describe_processor
from bench.thread_times import THREADS
from local_aws import engine

from essay_scorer.contract import MEMORY_PER_CORE

MEMORY = (1024, 1769, 3008, 3538)  # MB
CORES = 2  # which Lambda shows with any of them but the last
PERIOD = 20_000  # microseconds
WORDS = 350  # of the essay
SCRIPT = Path(__file__).with_name("thread_times.py")
FOLDER_INSIDE = "/bench"  # of the script and the essay, in a container


def measure(docker: engine.Engine, runs: int, rounds: int) -> dict[str, Any]:
    """Return seconds by memory in MB, by kind of measurement, and by number of threads.

    The processor is added, and the load average before the first container, because they say how
    far to trust the times.

    Args:
        docker: that runs the containers.
        runs: new containers of each memory size.
        rounds: bursts in a container, with ten times as many single scores.
    """
    found: dict[str, Any] = {
        str(memory): {
            kind: {str(threads): [] for threads in THREADS} for kind in ("first", "single", "burst")
        }
        for memory in MEMORY
    }
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        _write_files(Path(folder))
        for run in range(runs):
            for memory in MEMORY:
                _add_warm(found[str(memory)], _run(docker, memory, folder, "warm", rounds))
                for threads in THREADS:
                    first = _run(docker, memory, folder, "first", threads)
                    found[str(memory)]["first"][str(threads)].append(first)
                print(f"measured: {memory} MB, run {run + 1} of {runs}", file=sys.stderr)
    return {"processor": describe_processor(), "load": load, "memory": found}


def _write_files(folder: Path) -> None:
    """Write what a container reads, where its user may read it."""
    words = (ROOT / "examples" / "strong.txt").read_text(encoding="utf-8").split(" ")[:WORDS]
    (folder / "essay.txt").write_text(" ".join(words), encoding="utf-8")
    (folder / SCRIPT.name).write_bytes(SCRIPT.read_bytes())
    folder.chmod(0o755)


def _run(docker: engine.Engine, memory: int, folder: str, command: str, number: int) -> Any:
    """Run the script in a new container and return what it prints."""
    output = docker.docker(
        "run", "--rm", f"--memory={memory}m", f"--cpuset-cpus=0-{CORES - 1}",
        f"--cpu-period={PERIOD}", f"--cpu-quota={round(PERIOD * memory / MEMORY_PER_CORE)}",
        "--env=OPENBLAS_NUM_THREADS=1", "--env=PYTHONPATH=/var/task",
        f"--volume={folder}:{FOLDER_INSIDE}:ro", "--entrypoint=python3", IMAGES["ours"],
        f"{FOLDER_INSIDE}/{SCRIPT.name}", command, f"{FOLDER_INSIDE}/essay.txt", str(number),
    )  # fmt: skip
    return json.loads(output)


def _add_warm(found: Mapping[str, Any], times: Mapping[str, Mapping[str, list[float]]]) -> None:
    for kind, by_threads in times.items():
        for threads, values in by_threads.items():
            found[kind][threads].append(statistics.median(values))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=5, help="new containers of each size")
    parser.add_argument("--rounds", type=int, default=4, help="bursts in each container")
    options = parser.parse_args()
    with docker_with_our_image(parser) as docker:
        found = measure(docker, options.runs, options.rounds)
    add_measurements("threads", found)


if __name__ == "__main__":
    main()
