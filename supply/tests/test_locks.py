"""Everything that is installed is pinned with hashes, and no lock says where it comes from."""

import re
from pathlib import Path

import pytest

from supply.locks import ROOT, LockError, lock_files, read_lock, torch_package

ADDRESS = re.compile(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|-e |@ ")


def test_everything_that_is_installed_has_a_lock() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    locks = {path.relative_to(ROOT).as_posix() for path in lock_files()}
    installed = set(re.findall(r"(?:\$\(LOCKED\)|LOCKED\) \\)\s+(\S+\.txt)", makefile))
    assert len(installed) >= 6
    assert installed <= locks
    written = set(re.findall(r"--output-file (\S+\.txt)", makefile))
    assert written == locks


@pytest.mark.parametrize("path", lock_files(), ids=lambda path: path.name)
def test_every_package_has_one_version_and_hashes(path: Path) -> None:
    packages = list(read_lock(path))
    assert packages
    assert all(package.hashes for package in packages)


@pytest.mark.parametrize("path", lock_files(), ids=lambda path: path.name)
def test_no_lock_contains_an_address(path: Path) -> None:
    assert not ADDRESS.search(path.read_text(encoding="utf-8"))


def test_torch_has_the_same_version_everywhere() -> None:
    pin = f"torch=={torch_package().version}"
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
def test_line_without_version_or_hashes_is_an_error(tmp_path: Path, line: str) -> None:
    (tmp_path / "lock.txt").write_text(f"# a comment\n{line}\n")
    with pytest.raises(LockError, match=r"lock\.txt has a line without a version or without hash"):
        list(read_lock(tmp_path / "lock.txt"))
