"""Decompression bombs and huge rows cost one row or end in one sentence; memory is bounded."""

import gzip
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.essay_files import read_jsonl
from tests.hang import HANG_SECONDS

GIGABYTE = 1024**3
MEMORY_LIMIT = GIGABYTE  # of a command; a bomb would need many

Run = Callable[..., subprocess.CompletedProcess[str]]


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs a command of the package within the memory limit."""

    def command(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "essay_scorer.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=HANG_SECONDS,
            cwd=tmp_path,
            preexec_fn=_limit_memory,
        )

    return command


def _sparse(path: Path, head: bytes, hole: int, tail: bytes = b"") -> Path:
    """Write a sparse file: zeros between head and tail, which take no space on the disk."""
    with path.open("wb") as file:
        file.write(head)
        file.seek(hole, 1)
        file.write(tail)
    return path


def _parquet_bomb(path: Path, *, rows: int, size: int) -> Path:
    """Write Parquet in which every row is the same long text, stored once in a dictionary."""
    text = pa.DictionaryArray.from_arrays(
        pa.array([0] * rows, pa.int32()), pa.array(["no " * (size // 3)])
    )
    score = pa.array([1] * rows)
    table = pa.table({"text": text, "score": score})
    parquet.write_table(table, path, compression="zstd", dictionary_pagesize_limit=GIGABYTE)
    return path


@pytest.mark.parametrize("format_", ["csv", "tsv"])
def test_a_field_of_a_gigabyte_costs_only_its_row(format_: str, run: Run, tmp_path: Path) -> None:
    delimiter = "," if format_ == "csv" else "\t"
    bomb = _sparse(
        tmp_path / f"bomb.{format_}",
        f"id{delimiter}text\n1{delimiter}A town.\n2{delimiter}".encode(),
        GIGABYTE,
        f"\n3{delimiter}A library.\n".encode(),
    )
    done = run("batch", bomb, tmp_path / "out.jsonl", "--workers", 1)
    assert done.returncode == 3
    rows = read_jsonl(tmp_path / "out.jsonl")
    assert [row.get("error") for row in rows] == [None, "too_large", None]


def test_a_line_of_a_gigabyte_costs_only_its_row(run: Run, tmp_path: Path) -> None:
    good = b'{"text": "A town."}\n'
    bomb = _sparse(tmp_path / "bomb.jsonl", good + b'{"text": "', GIGABYTE, b'"}\n' + good)
    done = run("batch", bomb, tmp_path / "out.jsonl", "--workers", 1)
    assert done.returncode == 3
    rows = read_jsonl(tmp_path / "out.jsonl")
    assert [row.get("error") for row in rows] == [None, "too_large", None]


@pytest.mark.parametrize("content", ["[" * 1_000_000, '{"a":' * 500_000, "9" * 100_000])
def test_a_line_that_breaks_parsers_costs_only_its_row(
    content: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "bomb.jsonl").write_text(f'{content}\n{{"text": "A town."}}\n')
    done = run("batch", "bomb.jsonl", "out.jsonl", "--workers", 1)
    assert done.returncode == 3
    rows = read_jsonl(tmp_path / "out.jsonl")
    assert [row.get("error") for row in rows] == ["invalid_json", None]


def test_a_table_of_too_many_columns_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bomb.csv").write_text(",".join(f"c{n}" for n in range(400_000)) + "\n")
    done = run("batch", "bomb.csv", "out.csv")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "essay-scorer: bomb.csv has over 5,000 columns; is it a table?\n"


@pytest.mark.parametrize("arguments", [["batch", "bomb.parquet", "out.jsonl"], ["data", "check"]])
def test_parquet_of_twenty_gigabytes_is_refused(
    arguments: list[str], run: Run, tmp_path: Path
) -> None:
    bomb = _parquet_bomb(tmp_path / "bomb.parquet", rows=1000, size=20_000_000)
    assert bomb.stat().st_size < 10_000
    done = run(*arguments, *([bomb] if "data" in arguments else []))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("MiB of memory that a file may use; split it.\n")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.jsonl").exists()


def _write_gigabyte(archive: ZipFile, name: str) -> None:
    with archive.open(name, "w", force_zip64=True) as part:
        for _ in range(GIGABYTE // 2**22):
            part.write(bytes(2**22))


def test_bombs_in_a_class_cost_only_their_rows(run: Run, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "bomb.docx", "w", ZIP_DEFLATED) as archive:
        _write_gigabyte(archive, "word/document.xml")
    with ZipFile(tmp_path / "class.zip", "w", ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "bomb.docx", "bomb.docx")
        archive.writestr("good.txt", "A town.")
        _write_gigabyte(archive, "huge.txt")
    done = run("batch", "class.zip", "out.jsonl", "--workers", 1)
    assert done.returncode == 3, done.stderr
    codes = {row["file"]: row.get("error") for row in read_jsonl(tmp_path / "out.jsonl")}
    assert codes == {
        "bomb.docx": "document_too_large",
        "good.txt": None,
        "huge.txt": "document_too_large",
    }
    done = run("score", "bomb.docx")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "essay-scorer: bomb.docx is far larger than one essay; split it.\n"


def test_a_workbook_of_more_than_there_is_memory_is_refused(run: Run, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "bomb.xlsx", "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        _write_gigabyte(archive, "xl/sharedStrings.xml")
    for arguments in (["batch", "bomb.xlsx", "out.csv"], ["data", "check", "bomb.xlsx"]):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert (
            done.stderr == "essay-scorer: bomb.xlsx decompresses to more than 512 MiB; split it.\n"
        )


ARCHIVES = {"bomb.xlsx": "cannot be read as a workbook", "bomb.csv.gz": "is an archive"}


@pytest.mark.parametrize("command", ["batch", "data"])
def test_an_archive_is_not_decompressed(command: str, run: Run, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "bomb.xlsx", "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(20_000_000))
    with gzip.open(tmp_path / "bomb.csv.gz", "wb") as file:
        file.write(bytes(20_000_000))
    for name, said in ARCHIVES.items():
        arguments = ["batch", name, "out.csv"] if command == "batch" else ["data", "check", name]
        for options in ([], ["--format", "csv"]):
            done = run(*arguments, *options)
            assert (done.returncode, done.stdout) == (1, "")
            assert f"{name} {said}" in done.stderr
            assert done.stderr.count("\n") == 1
