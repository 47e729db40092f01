"""Files that cannot be read or written give one sentence; links and devices stay what they are."""

from pathlib import Path

import pytest

from tests.essay_files import Batch, make_essays, write_csv


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "essays.csv", make_essays(12))


@pytest.mark.parametrize(
    ("out", "sentence"),
    [
        ("nowhere/scores.csv", "cannot be written: No such file or directory."),
        (".", "is a folder; give a file's name."),
        ("essays.csv", "is the input; give the output another name."),
    ],
)
def test_an_output_that_cannot_be_written_is_one_sentence(
    out: str, sentence: str, source: Path, batch: Batch, tmp_path: Path
) -> None:
    before = source.read_bytes()
    done = batch(source, tmp_path / out)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert sentence in done.stderr
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("nowhere.csv", None, "cannot be read: No such file"),
        ("nowhere", None, "cannot be read: No such file"),
        ("essays.txt", b"text\nx\n", "name its --format"),
        ("essays.csv", b"", "has no header line"),
        ("essays.jsonl", b"\n", "holds no row"),
        ("essays.parquet", b"PAR1 not quite", "cannot be read as Parquet"),
    ],
)
def test_an_input_that_cannot_be_read_is_one_sentence(
    name: str, content: bytes | None, sentence: str, batch: Batch, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = batch(tmp_path / name, tmp_path / "scores.csv")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert sentence in done.stderr
    assert not (tmp_path / "scores.csv").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has the full device")
def test_a_full_disk_is_one_sentence(source: Path, batch: Batch) -> None:
    done = batch(source, "/dev/full", "--format", "csv")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "The disk is full; free some space" in done.stderr


def test_a_device_is_written_to_and_not_replaced(source: Path, batch: Batch) -> None:
    assert batch(source, "/dev/null", "--format", "csv").returncode == 0
    assert not Path("/dev/null").is_file()


def test_a_link_stays_a_link(source: Path, batch: Batch, tmp_path: Path) -> None:
    plain, real, link = (tmp_path / f"{name}.csv" for name in ("plain", "real", "link"))
    assert batch(source, plain).returncode == 0
    real.write_text("old")
    link.symlink_to(real)
    assert batch(source, link, "--overwrite").returncode == 0
    assert link.is_symlink()
    assert real.read_bytes() == plain.read_bytes()
