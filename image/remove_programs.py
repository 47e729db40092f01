"""Remove the programs of a Lambda base image that the function does not run.

    python3 remove_programs.py [ROOT]

An attacker who can run code in the function then finds no package manager, no curl, no pip. AWS
publishes no slim variant of its Lambda base image for Python, so the programs are removed here.
Kept are Python, the shells, and every program that the start scripts of the image name. The
package database is not changed, so a bill of materials still shows where each remaining file is
from.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

# Folders of programs in AWS's base images, and the scripts that a container starts with.
PROGRAM_FOLDERS = (
    "var/lang/bin",
    "usr/local/sbin",
    "usr/local/bin",
    "usr/sbin",
    "usr/bin",
    "sbin",
    "bin",
)
START_SCRIPTS = ("lambda-entrypoint.sh", "var/runtime/bootstrap")
SHELLS = frozenset({"sh", "bash", "dash"})
# Packages that can be run with `python3 -m`, relative to /usr and /var.
MODULES = ("**/site-packages/pip", "**/dist-packages/pip", "**/python3*/ensurepip")


def remove_programs(root: Path) -> list[str]:
    """Remove the programs that are not needed.

    Args:
        root: the root folder of the image.

    Returns:
        The names of the programs that remain.

    Raises:
        SystemExit: there is no start script, so nothing says which programs are needed.
    """
    scripts = [path for name in START_SCRIPTS if (path := root / name).is_file()]
    if not scripts:
        sys.exit(f"{root} is not a Lambda image: it has none of {', '.join(START_SCRIPTS)}.")
    programs = set(_find_programs(root))
    needed = SHELLS.union(*map(_words, scripts))
    named = [path for path in programs if path.name in needed or path.name.startswith("python3")]
    kept = programs.intersection(step for path in named for step in _follow_links(path))
    for path in programs - kept:
        path.unlink()
    for pattern in MODULES:
        for folder in [*(root / "usr").glob(pattern), *(root / "var").glob(pattern)]:
            shutil.rmtree(folder)
    return sorted({path.name for path in kept})


def _find_programs(root: Path) -> Iterator[Path]:
    """Yield each program once, even if a folder is a link to another."""
    folders = {(root / name).resolve() for name in PROGRAM_FOLDERS if (root / name).is_dir()}
    for folder in folders:
        yield from (path for path in folder.iterdir() if path.is_symlink() or path.is_file())


def _follow_links(path: Path) -> Iterator[Path]:
    """Yield a path and, if it is a link, every path on the way to its target."""
    yield path
    while path.is_symlink():
        path = path.parent / path.readlink()
        path = path.parent.resolve() / path.name
        yield path


def _words(script: Path) -> set[str]:
    """Return the words of a script, which may be names of programs; none for a binary."""
    content = script.read_bytes()
    if not content.startswith(b"#!"):
        return set()
    first, *lines = content.decode("utf-8", errors="replace").splitlines()
    code = " ".join([first, *(line for line in lines if not line.lstrip().startswith("#"))])
    return set(re.findall(r"[\w.+-]+", code))


if __name__ == "__main__":
    print("remaining programs:", *remove_programs(Path(*sys.argv[1:2] or "/")))
