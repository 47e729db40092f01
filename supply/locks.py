"""The locks: every package that anything here installs, with its version and its hashes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGE = ROOT / "image" / "requirements.txt"
_PACKAGE = re.compile(r"([A-Za-z0-9._-]+)==([^\s;\\]+)([^\\]*)")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


class LockError(ValueError):
    """A lock holds something that does not belong there; the message names it."""


@dataclass(frozen=True, order=True)
class Package:
    """A package as a lock has it."""

    name: str
    version: str
    hashes: tuple[str, ...] = ()


def lock_files() -> list[Path]:
    """Return every lock of this repository."""
    folders = ("requirements", "image", "bench/original")
    found = [path for folder in folders for path in sorted((ROOT / folder).glob("*.txt"))]
    return [path for path in found if not path.stem.startswith(("debian", "torch-parts"))]


def read_lock(path: Path) -> Iterator[Package]:
    """Yield what a lock pins.

    Raises:
        LockError: a line is not a package with a version and hashes.
    """
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if not (said := line.partition("#")[0].strip()):
            continue
        pinned, *hashes = (part.strip() for part in re.split(r"\s(?=--hash)", said))
        found = _PACKAGE.fullmatch(pinned)
        if found is None or not hashes or not all(map(_HASH.fullmatch, hashes)):
            raise LockError(f"{path.name} has a line that pins nothing with hashes: {said[:80]}")
        yield Package(found[1], found[2], tuple(sorted(one.split(":")[1] for one in hashes)))


def torch() -> Package:
    """Return the one package that is pinned without hashes.

    Its file differs between a machine with an accelerator and one without.
    """
    wanted = (ROOT / "requirements" / "lab.in").read_text(encoding="utf-8")
    found = re.search(r"^torch==(\S+)$", wanted, re.MULTILINE)
    if found is None:
        raise LockError("requirements/lab.in does not pin torch.")
    return Package("torch", found[1])
