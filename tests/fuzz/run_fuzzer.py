"""Run Atheris (libFuzzer) on the fuzz target: `make fuzz MINUTES=10`.

It starts from the corpus, writes inputs with new coverage to ``build/fuzz``, and stops at the
first input that finds a bug. Then it minimizes the corpus: the fewest inputs that keep the
coverage.
"""

import argparse
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["essay_scorer", "tests.fuzz.fuzz_target"]):
    from tests.fuzz.fuzz_target import CORPUS, check

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "build" / "fuzz"
MAX_INPUT_BYTES = 4096
LIMITS = ("-timeout=20", "-rss_limit_mb=4096", f"-max_len={MAX_INPUT_BYTES}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    dictionary = Path(__file__).with_name("words.dict")
    seconds = max(1, round(options.minutes * 60))
    status = _fuzz(
        f"-max_total_time={seconds}", f"-dict={dictionary}", f"-artifact_prefix={OUTPUT}/bug-",
        "-print_final_stats=1", str(_folder("new")), str(CORPUS),
    )  # fmt: skip
    if status == 0:
        _merge()
    return status


def _folder(name: str) -> Path:
    path = OUTPUT / name
    path.mkdir(exist_ok=True)
    return path


def _fuzz(*options: str) -> int:
    """Run libFuzzer in a child process, because it exits the process that it runs in."""
    command = [sys.executable, "-m", "tests.fuzz.run_fuzzer", *LIMITS, *options]
    environment = {**os.environ, _CHILD_VARIABLE: "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def _merge() -> None:
    """Reduce the corpus to the fewest inputs that keep the coverage."""
    with tempfile.TemporaryDirectory(dir=OUTPUT) as merged:
        _fuzz("-merge=1", merged, str(CORPUS), str(OUTPUT / "new"))
        kept = list(Path(merged).iterdir())
        if not kept:
            sys.exit("the merge is empty; the corpus is unchanged")
        for path in CORPUS.iterdir():
            path.unlink()
        for path in kept:
            shutil.move(path, CORPUS / path.name[:16])
    sys.stderr.write(f"{len(list(CORPUS.iterdir()))} inputs in tests/fuzz/corpus\n")


def _launcher() -> str:
    """Write a program that runs this one; libFuzzer restarts itself to merge."""
    path = OUTPUT / "fuzz"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.fuzz.run_fuzzer "$@"\n')
    path.chmod(0o755)
    return str(path)


_CHILD_VARIABLE = "ESSAY_SCORER_FUZZING"

if __name__ == "__main__":
    if _CHILD_VARIABLE not in os.environ:
        sys.exit(main())
    logging.disable()
    atheris.Setup([_launcher(), *sys.argv[1:]], check)
    atheris.Fuzz()
