"""Text files in any encoding: named by the user, or detected line by line."""

import codecs
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from tests.documents.national_texts import CHINESE, CZECH, FRENCH, GREEK
from tests.essay_files import read_jsonl, run_batch

from essay_scorer.tables.readers import open_source
from essay_scorer.tables.rows import INVALID_ENCODING
from essay_scorer.tables.text_lines import DETECT


def test_a_windows_file_is_read_with_its_encoding(tmp_path: Path) -> None:
    source, out = tmp_path / "essays.csv", tmp_path / "scores.jsonl"
    source.write_bytes(b"text\r\nThe caf\xe9 isn\x92t open\r\n")
    assert run_batch(source, out, "--encoding", "windows-1252").returncode == 0
    assert read_jsonl(out)[0]["text"] == "The café isn’t open"


def test_a_byte_order_mark_belongs_to_no_column(tmp_path: Path) -> None:
    source, out = tmp_path / "essays.csv", tmp_path / "scores.jsonl"
    source.write_bytes(b"\xef\xbb\xbftext\nA town and its library.\n")
    assert run_batch(source, out).returncode == 0
    assert next(iter(read_jsonl(out)[0])) == "text"


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        ("csv", b'text\ncaf\xc3\xa9\nna\xefve \x81\n"plain"\n'),
        ("jsonl", b'{"text": "caf\xc3\xa9"}\n{"text": "na\xefve \x81"}\n{"text": "plain"}\n'),
    ],
)
def test_utf_8_and_windows_1252_are_told_apart_by_line(
    suffix: str, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / f"essays.{suffix}"
    path.write_bytes(b"\xef\xbb\xbf" + content)
    with closing(open_source(str(path), suffix, encoding=DETECT)) as source:
        rows = list(source)
        assert source.encodings == {"utf-8": 1, "windows-1252": 1}
    assert [row.fields["text"] for row in rows] == ["café", "naïve \ufffd", "plain"]
    assert {row.error for row in rows} == {None}


@pytest.mark.parametrize(
    ("encoding", "text", "line_end", "name"),
    [
        ("mac_roman", FRENCH, "\r", "Mac Roman"),  # Excel for Mac
        ("cp1250", CZECH, "\r\n", "Windows-1250"),
        ("gb18030", CHINESE, "\r\n", "GB 18030"),
    ],
)
def test_a_national_encoding_is_detected_and_said(
    encoding: str, text: str, line_end: str, name: str, tmp_path: Path
) -> None:
    source, out = tmp_path / "essays.csv", tmp_path / "scores.csv"
    lines = ["id;essay", f"1;{text}", "2;A town and its library.", f"3;{text}", ""]
    source.write_bytes(line_end.join(lines).encode(encoding))
    done = run_batch(source, out)
    assert done.returncode == 0
    assert f"2 lines are not UTF-8 and were read as {name}" in done.stderr
    written = out.read_bytes()
    assert written.startswith(codecs.BOM_UTF8)  # so that Excel reads it
    assert written.decode().count(text) == 2


def test_no_row_of_a_long_file_is_lost_by_detection(tmp_path: Path) -> None:
    path = tmp_path / "essays.csv"  # longer than what the detector looks at
    rows = [f"{number};{FRENCH * 4}" for number in range(2000)]
    path.write_bytes("\n".join(["id;essay", *rows, ""]).encode("cp1252"))
    with closing(open_source(str(path), "csv", encoding=DETECT)) as source:
        assert [row.fields["id"] for row in source] == [str(number) for number in range(2000)]


def test_a_national_encoding_is_detected_in_a_pipe() -> None:
    content = f'text\n"{GREEK}"\n'.encode("windows-1253")
    command = [sys.executable, "-m", "essay_scorer.cli", "batch", "-", "-", "--format", "csv"]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    assert GREEK in done.stdout.decode()


def test_a_named_pipe_is_read_once(tmp_path: Path) -> None:
    pipe, out = tmp_path / "essays.csv", tmp_path / "scores.jsonl"
    os.mkfifo(pipe)
    content = f'text\n"{GREEK}"\n'.encode("windows-1253")
    with ThreadPoolExecutor(1) as writer:
        writer.submit(pipe.write_bytes, content)
        assert run_batch(pipe, out).returncode == 0
    assert read_jsonl(out)[0]["text"] == GREEK


def test_without_detection_other_bytes_are_an_error_of_their_row(tmp_path: Path) -> None:
    path = tmp_path / "essays.csv"
    path.write_bytes(b"text\ncaf\xc3\xa9\nna\xefve\n")
    with closing(open_source(str(path), "csv", encoding="utf-8")) as source:
        rows = list(source)
        assert source.encodings == {}
    assert [row.error for row in rows] == [None, INVALID_ENCODING]
    assert rows[1].fields["text"] == "na\ufffdve"


def test_an_ascii_file_counts_all_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "essays.csv"
    path.write_bytes(b"text\nA town.\n")
    with closing(open_source(str(path), "csv", encoding=DETECT)) as source:
        assert len(list(source)) == 1
        assert source.encodings == {"ascii": 2}
