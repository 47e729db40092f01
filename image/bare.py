"""Take from an image the programs that the function does not start: who gets in finds no tools.

    python3 bare.py [ROOT]

What stays are Python, the shells that start it, and whatever the scripts name that start the
function.  No package is taken out of the system's list, so that the list still says where each
remaining file is from.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

# Where AWS's base images have programs, and which of them a container starts first.
PROGRAMS = ("var/lang/bin", "usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin")
STARTERS = ("lambda-entrypoint.sh", "var/runtime/bootstrap")
SHELLS = frozenset({"sh", "bash", "dash"})
# Programs for `python3 -m`, below Python's folders.
MODULES = ("**/site-packages/pip", "**/dist-packages/pip", "**/python3*/ensurepip")


def bare(root: Path) -> list[str]:
    """Remove the programs and return the names of those that stay.

    Args:
        root: the image's root folder.

    Raises:
        SystemExit: nothing there starts a function, so nothing says what is needed.
    """
    starters = [path for name in STARTERS if (path := root / name).is_file()]
    if not starters:
        sys.exit(f"{root} is no image of a Lambda function: it has none of {', '.join(STARTERS)}.")
    there = list(_programs(root))
    needed = set(SHELLS).union(*map(_named, starters))
    named = [path for path in there if path.name in needed or path.name.startswith("python3")]
    kept = {step for path in named for step in _links(path)}
    for path in set(there) - kept:
        path.unlink()
    for pattern in MODULES:
        for folder in list((root / "usr").glob(pattern)) + list((root / "var").glob(pattern)):
            shutil.rmtree(folder)
    return sorted({path.name for path in kept.intersection(there)})


def _programs(root: Path) -> Iterator[Path]:
    """Yield each program once, though a folder may be a link to another."""
    for folder in {(root / name).resolve() for name in PROGRAMS if (root / name).is_dir()}:
        yield from (path for path in folder.iterdir() if path.is_symlink() or path.is_file())


def _links(path: Path) -> Iterator[Path]:
    """Yield a path and, if it is a link, each file that it leads to."""
    yield path
    while path.is_symlink():
        path = path.parent / path.readlink()
        path = path.parent.resolve() / path.name
        yield path


def _named(script: Path) -> set[str]:
    """Return the words of a script that may be programs; a compiled one names none."""
    content = script.read_bytes()
    if not content.startswith(b"#!"):
        return set()
    first, *lines = content.decode("utf-8", errors="replace").splitlines()
    said = " ".join([first, *(line for line in lines if not line.lstrip().startswith("#"))])
    return set(re.findall(r"[\w.+-]+", said))


if __name__ == "__main__":
    print("programs that stay:", *bare(Path(*sys.argv[1:2] or "/")))
