"""The two Lambda handlers that the benchmarks measure: ours, and the original's stand-in."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / "bench"
BUNDLE = ROOT / "models" / "default"
DROP_CACHES = Path("/proc/sys/vm/drop_caches")


@dataclass(frozen=True, kw_only=True)
class MeasuredHandler:
    """A handler that runs in processes of its own.

    Attributes:
        name: for the results.
        python: the interpreter of its environment.
        folder: of its module.
        module: with the function ``handler``.
        installed: folders with all files that it needs besides Python.
        variables: its environment variables.
    """

    name: str
    python: Path
    folder: Path
    module: str
    installed: tuple[Path, ...]
    variables: Mapping[str, str]

    def measure_process(self, events: Path, calls: int) -> dict[str, Any]:
        """Start a process and measure its first score, then warm calls.

        Args:
            events: a JSON file; see ``contestant.py``.
            calls: warm calls of each event.
        """
        result = subprocess.run(
            self._command("first", repr(time.time()), events, calls),
            cwd=self.folder,
            env=self._env(),
            capture_output=True,
            text=True,
            check=True,
        )
        measured: dict[str, Any] = json.loads(result.stdout)
        return measured

    def loop(self, essays: Path) -> float:
        """Return the seconds in which one process scores all essays, one after the other."""
        result = subprocess.run(
            self._command("essays", essays),
            cwd=self.folder,
            env=self._env(),
            input="go\n",
            capture_output=True,
            text=True,
            check=True,
        )
        seconds: float = json.loads(result.stdout.splitlines()[-1])["seconds"]
        return seconds

    def throughput(self, essays: Path, count: int) -> float:
        """Return essays per second with one pinned worker per core.

        Args:
            essays: a JSON file of texts, all of which every worker scores.
            count: of those texts.
        """
        cores = sorted(os.sched_getaffinity(0))
        workers = [self._start_worker(core, essays) for core in cores]
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline().strip() == "ready"
        began = time.perf_counter()
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        for worker in workers:
            worker.communicate()
        return len(cores) * count / (time.perf_counter() - began)

    def installed_size(self) -> int:
        """Return the bytes of all files that it needs besides Python."""
        return sum(path.stat().st_size for path in self._files())

    def drop_page_cache(self) -> None:
        """Drop its files from the page cache: the whole cache, if this process may."""
        if os.access(DROP_CACHES, os.W_OK):
            os.sync()
            DROP_CACHES.write_text("3\n")
            return
        for path in self._files():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def _start_worker(self, core: int, essays: Path) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            ["taskset", "--cpu-list", str(core), *self._command("essays", essays)],
            cwd=self.folder,
            env=self._env(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def _command(self, name: str, *arguments: object) -> list[str]:
        script = str(BENCH / "contestant.py")
        return [str(self.python), script, name, self.module, *map(str, arguments)]

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.variables}

    def _files(self) -> Iterator[Path]:
        for folder in self.installed:
            yield from (path for path in folder.rglob("*") if path.is_file())


def ours(folder: Path) -> MeasuredHandler:
    """Install what the image holds, as the image does, and return our handler.

    Args:
        folder: an empty one for the packages.
    """
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--no-compile", "--no-deps", "--require-hashes", "--only-binary", ":all:",
         "--target", folder, "--requirement", ROOT / "image" / "requirements.txt"],
        check=True,
    )  # fmt: skip
    shutil.copy(ROOT / "image" / "src" / "main.py", folder)
    shutil.copytree(
        ROOT / "src" / "essay_scorer",
        folder / "essay_scorer",
        ignore=shutil.ignore_patterns("lab", "__pycache__"),
    )
    subprocess.run([sys.executable, ROOT / "image" / "tidy.py", folder], check=True)
    return MeasuredHandler(
        name="ours",
        python=Path(sys.executable),
        folder=folder,
        module="main",
        installed=(folder, BUNDLE),
        # First in the path, because this environment's packages are not the image's.
        variables={"PYTHONPATH": str(folder), "ESSAY_SCORER_BUNDLE": str(BUNDLE)},
    )


def original(environment: Path) -> MeasuredHandler:
    """Return the stand-in for the original's handler.

    Args:
        environment: of its packages and models, as the Makefile installs it.
    """
    models = environment / "models"
    return MeasuredHandler(
        name="original",
        python=environment / "bin" / "python",
        folder=BENCH / "original",
        module="original_handler",
        installed=(environment / "lib", models),
        variables={
            "ORIGINAL_MODELS": str(models),
            "NLTK_DATA": str(models / "nltk_data"),
            "HF_HUB_OFFLINE": "1",
        },
    )
