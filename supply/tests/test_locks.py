"""Whatever is installed is pinned with hashes, and no lock says from where."""

import re
from pathlib import Path

import pytest

from supply.locks import ROOT, LockError, lock_files, read_lock, torch

ELSEWHERE = re.compile(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|-e |@ ")


def test_there_is_a_lock_for_everything_that_is_installed() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    locks = {path.relative_to(ROOT).as_posix() for path in lock_files()}
    installed = set(re.findall(r"(?:\$\(LOCKED\)|LOCKED\) \\)\s+(\S+\.txt)", makefile))
    assert len(installed) >= 6
    assert installed <= locks
    made = set(re.findall(r"--output-file (\S+\.txt)", makefile))
    assert made == locks


@pytest.mark.parametrize("path", lock_files(), ids=lambda path: path.name)
def test_every_package_has_one_version_and_hashes(path: Path) -> None:
    packages = list(read_lock(path))
    assert packages
    assert all(package.hashes for package in packages)


@pytest.mark.parametrize("path", lock_files(), ids=lambda path: path.name)
def test_no_lock_names_a_place(path: Path) -> None:
    assert not ELSEWHERE.search(path.read_text(encoding="utf-8"))


def test_the_package_without_hashes_has_one_version_everywhere() -> None:
    pin = f"torch=={torch().version}"
    for name in ("Makefile", "image/Dockerfile"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"torch==[0-9.]+", text)) == {pin}


@pytest.mark.parametrize(
    "line",
    [
        "numpy",
        "numpy==2.4.6",
        "numpy>=2 --hash=sha256:" + "0" * 64,
        "numpy==2.4.6 --hash=md5:" + "0" * 32,
        "numpy @ https://example.org/numpy.whl --hash=sha256:" + "0" * 64,
        "--index-url https://example.org/simple",
        "-e .",
    ],
)
def test_a_line_that_pins_nothing_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "lock.txt").write_text(f"# a comment\n{line}\n")
    with pytest.raises(LockError, match=r"lock\.txt has a line that pins nothing"):
        list(read_lock(tmp_path / "lock.txt"))
