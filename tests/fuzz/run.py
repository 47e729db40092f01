"""Atheris (libFuzzer) on the target: `make fuzz MINUTES=10`.

It starts from the corpus, keeps what reaches code that nothing reached before in
``build/fuzz``, and stops at the first input that finds a bug.  Then it merges: the corpus gets
those few inputs that together reach all of it.
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

with atheris.instrument_imports(include=["essay_scorer", "tests.fuzz.target"]):
    from tests.fuzz.target import CORPUS, check

ROOT = Path(__file__).resolve().parents[2]
FOUND = ROOT / "build" / "fuzz"
LONGEST = 4096  # bytes of an input
GENTLE = ("-timeout=20", "-rss_limit_mb=4096", f"-max_len={LONGEST}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    FOUND.mkdir(parents=True, exist_ok=True)
    words = Path(__file__).with_name("words.dict")
    seconds = max(1, round(options.minutes * 60))
    status = _fuzz(
        f"-max_total_time={seconds}", f"-dict={words}", f"-artifact_prefix={FOUND}/bug-",
        "-print_final_stats=1", str(_folder("new")), str(CORPUS),
    )  # fmt: skip
    if status == 0:
        _merge()
    return status


def _folder(name: str) -> Path:
    path = FOUND / name
    path.mkdir(exist_ok=True)
    return path


def _fuzz(*options: str) -> int:
    """Run libFuzzer in a process of its own, for it ends the one that it runs in."""
    command = [sys.executable, "-m", "tests.fuzz.run", *GENTLE, *options]
    environment = {**os.environ, _INSIDE: "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def _merge() -> None:
    """Make the corpus the smallest set of inputs that reaches what all of them reach."""
    with tempfile.TemporaryDirectory(dir=FOUND) as fresh:
        _fuzz("-merge=1", fresh, str(CORPUS), str(FOUND / "new"))
        kept = list(Path(fresh).iterdir())
        if not kept:
            sys.exit("the merge kept nothing; the corpus stays as it was")
        for path in CORPUS.iterdir():
            path.unlink()
        for path in kept:
            shutil.move(path, CORPUS / path.name[:16])
    sys.stderr.write(f"{len(list(CORPUS.iterdir()))} inputs in tests/fuzz/corpus\n")


def _itself() -> str:
    """Write a program that is this one, for libFuzzer starts itself again to merge."""
    path = FOUND / "fuzz"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.fuzz.run "$@"\n')
    path.chmod(0o755)
    return str(path)


_INSIDE = "ESSAY_SCORER_FUZZING"

if __name__ == "__main__":
    if _INSIDE not in os.environ:
        sys.exit(main())
    logging.disable()
    atheris.Setup([_itself(), *sys.argv[1:]], check)
    atheris.Fuzz()
