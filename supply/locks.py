"""The lock files, which pin every package that anything here installs, with hashes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGE_LOCK = ROOT / "image" / "requirements.txt"
_PACKAGE = re.compile(r"([A-Za-z0-9._-]+)==([^\s;\\]+)([^\\]*)")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
MAX_QUOTED_CHARACTERS = 80  # of a line, in an error message


class LockError(ValueError):
    """A lock has an invalid line; the message names it."""


@dataclass(frozen=True, order=True)
class Package:
    """A locked package.

    Attributes:
        name: as the lock spells it.
        version: the only one that may be installed.
        hashes: SHA-256 of its files, in hexadecimal.
    """

    name: str
    version: str
    hashes: tuple[str, ...] = ()


def lock_files() -> list[Path]:
    """Return all locks of this repository."""
    folders = ("requirements", "image", "bench/original")
    found = [path for folder in folders for path in sorted((ROOT / folder).glob("*.txt"))]
    return [path for path in found if not path.stem.startswith(("debian", "torch-parts"))]


def read_lock(path: Path) -> Iterator[Package]:
    """Yield the packages of a lock.

    Raises:
        LockError: a line is not a package with a version and hashes.
    """
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    for full_line in text.splitlines():
        if not (line := full_line.partition("#")[0].strip()):
            continue
        pin, *hashes = (part.strip() for part in re.split(r"\s(?=--hash)", line))
        package = _PACKAGE.fullmatch(pin)
        if package is None or not hashes or not all(map(_HASH.fullmatch, hashes)):
            quoted = line[:MAX_QUOTED_CHARACTERS]
            raise LockError(f"{path.name} has a line without a version or without hashes: {quoted}")
        digests = sorted(option.split(":")[1] for option in hashes)
        yield Package(package[1], package[2], tuple(digests))


def torch_package() -> Package:
    """Return torch, which is pinned without hashes.

    Its wheel differs between a machine with an accelerator and one without.

    Raises:
        LockError: ``requirements/lab.in`` does not pin it.
    """
    requirements = (ROOT / "requirements" / "lab.in").read_text(encoding="utf-8")
    found = re.search(r"^torch==(\S+)$", requirements, re.MULTILINE)
    if found is None:
        raise LockError("requirements/lab.in does not pin torch.")
    return Package("torch", found[1])
