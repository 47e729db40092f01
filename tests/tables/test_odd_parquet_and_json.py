"""Files that other programs wrote: values that Python has no type for, and odd JSON."""

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.essay_files import make_essays, read_csv, read_jsonl, run_batch

from essay_scorer import FileError
from essay_scorer.tables.jsonl import JsonLinesSource, json_line
from essay_scorer.tables.parquet import ParquetSource, ParquetWriter

CASES = Path(__file__).parent / "cases"
NANOSECONDS = 1_700_000_000_000_000_001


def _odd_table() -> pa.Table:
    return pa.table(
        {
            "text": pa.array(["One.", None], pa.string()),
            "moment": pa.array([NANOSECONDS, None], pa.timestamp("ns")),
            "far": pa.array([10**7, 0], pa.date32()),
            "time": pa.array([1, 2], pa.time64("ns")),
            "span": pa.array([NANOSECONDS, 1], pa.duration("ns")),
            "bytes": pa.array([b"caf\xc3\xa9", b"\xff\xfe"], pa.binary()),
            "list": pa.array([[NANOSECONDS], []], pa.list_(pa.timestamp("ns"))),
        }
    )


def test_values_without_a_python_type_are_read_and_written_as_they_were(tmp_path: Path) -> None:
    path, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    parquet.write_table(_odd_table(), path)
    with path.open("rb") as file, out.open("wb") as written:
        source = ParquetSource(file, "in")
        rows = list(source)
        writer = ParquetWriter(
            written, source.columns, added={"score": "int64"}, prefix="", schema=source.schema
        )
        for row in rows:
            writer.write(row, {"score": 3})
        writer.finish()
    assert rows[0].fields["moment"].startswith("2023-11-14 22:13:20.000000001")
    assert rows[0].fields["bytes"] == "café"
    assert rows[1].fields["bytes"] == b"\xff\xfe"
    table = parquet.read_table(out)
    assert table.drop_columns("score").equals(parquet.read_table(path))


@pytest.mark.parametrize("name", ["ns_time.parquet", "binary_text.parquet"])
@pytest.mark.parametrize("format_", ["parquet", "csv", "jsonl"])
def test_odd_files_are_scored(name: str, format_: str, tmp_path: Path) -> None:
    out = tmp_path / f"scores.{format_}"
    done = run_batch(CASES / name, out)
    assert done.returncode == 0, done.stderr
    assert "scored   6 of 6 rows" in done.stderr
    if format_ == "csv":
        assert all(row["text"] and not row["text"].startswith("b'") for row in read_csv(out))


def test_two_columns_of_a_name_are_one_sentence(tmp_path: Path) -> None:
    done = run_batch(CASES / "dup_columns.parquet", tmp_path / "scores.csv")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "has two columns score" in done.stderr


def test_nan_is_null_in_json(tmp_path: Path) -> None:
    out = tmp_path / "scores.jsonl"
    assert run_batch(CASES / "nan.jsonl", out).returncode == 3
    lines = [json.loads(line, parse_constant=pytest.fail) for line in out.read_text().splitlines()]
    assert lines[1]["text"] is None
    assert json_line({"a": [float("inf"), {"b": float("nan")}], "c": 1.5}) == (
        b'{"a": [null, {"b": null}], "c": 1.5}\n'
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [('[{"text": "One."}]', "begins with a JSON array"), ("[\n{}", "begins with a JSON array"),
     ('{\n  "text": "One."\n}', "has a JSON object on several lines")],
)  # fmt: skip
def test_other_json_is_named_with_the_way_out(content: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "essays.json"
    path.write_text(content)
    with path.open("rb") as file, pytest.raises(FileError, match=sentence) as refused:
        list(JsonLinesSource(file, "essays.json", encoding="utf-8"))
    assert "jq -c" in str(refused.value)


def test_an_array_is_refused_by_a_batch(tmp_path: Path) -> None:
    done = run_batch(CASES / "array.json", tmp_path / "scores.csv")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "begins with a JSON array" in done.stderr


def test_dates_that_python_has_stay_dates(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    parquet.write_table(pa.table({"day": [dt.date(2026, 5, 1)]}), path)
    with path.open("rb") as file:
        assert next(iter(ParquetSource(file, "in"))).fields == {"day": dt.date(2026, 5, 1)}


def test_parquet_becomes_valid_json(tmp_path: Path) -> None:
    path, out = tmp_path / "in.parquet", tmp_path / "out.jsonl"
    rows = [{**row, "share": float("nan")} for row in make_essays(2)]
    parquet.write_table(pa.Table.from_pylist(rows), path)
    assert run_batch(path, out).returncode == 0
    assert [row["share"] for row in read_jsonl(out)] == [None, None]
