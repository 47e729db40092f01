"""Files and folders appear when they are complete, or not at all."""

import errno
from contextlib import suppress
from pathlib import Path

import pytest

from essay_scorer import FileError
from essay_scorer.tables.atomic import (
    atomic_file,
    atomic_folder,
    is_regular_target,
    write_errors,
)


def test_a_file_is_replaced_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    with atomic_file(str(path)) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_after_an_error_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    with suppress(KeyboardInterrupt), atomic_file(str(path)) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    with atomic_file(str(link)) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_file_in_a_missing_folder_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be written: No such file"):
        atomic_file(str(tmp_path / "no" / "out.csv")).__enter__()


def test_only_regular_and_new_files_are_regular_targets(tmp_path: Path) -> None:
    assert is_regular_target(str(tmp_path / "new"))
    assert not is_regular_target("-")
    assert not is_regular_target("/dev/null")
    assert not is_regular_target(str(tmp_path))


def test_a_folder_is_replaced_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    for content in ("first", "second"):
        with atomic_folder(path) as part:
            part.mkdir()
            (part / "file").write_text(content)
        assert (path / "file").read_text() == content
    assert list(tmp_path.iterdir()) == [path]


def test_after_an_error_the_old_folder_stays(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    path.mkdir()
    with suppress(ZeroDivisionError), atomic_folder(path) as part:
        part.mkdir()
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == [path]


def test_write_errors_of_libraries_become_file_errors() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(OSError, match="No space") as raised, write_errors("out"):
        raise full
    assert raised.value is full
    for error in (full, RuntimeError("write failed")):
        with (
            pytest.raises(FileError, match="out cannot be written; is the disk full"),
            write_errors("out", RuntimeError),
        ):
            raise error
