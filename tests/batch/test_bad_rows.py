"""A row that cannot be read or scored costs only itself."""

from pathlib import Path

import pytest
from pyarrow import parquet

from tests.essay_files import Batch, read_csv, read_jsonl

POISON = [
    b'{"id": 0, "text": "The town should keep its library."}',
    b'{"id": 1}',
    b'{"id": 2, "text": null}',
    b'{"id": 3, "text": 4}',
    b'{"id": 4, "text": " \\u0000 "}',
    b'{"id": 5, "text": "\xff\xfe"}',
    b'{"id": 6, "text": "half',
    b"[7]",
    b'{"id": 8, "text": "' + b"a " * (200 * 1024) + b'"}',
    b'{"id": 9, "text": "' + b"a" * (5 * 1024 * 1024) + b'"}',
    b"[" * 100_000,
    b'{"id": 11, "text": "Half a pair: \\ud83d stays."}',
    b'{"id": 12, "text": "Therefore the council ought to pay."}',
    b'{"id": 13, "text": "One of two essays.", "text": "The other one."}',
]
CODES = [
    None, "missing_text", "text_not_a_string", "text_not_a_string", "text_without_words",
    "invalid_encoding", "invalid_json", "not_an_object", "too_large", "too_large", "invalid_json",
    None, None, "repeated_field",
]  # fmt: skip


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
def test_a_bad_row_of_json_lines_costs_only_itself(
    format_: str, batch: Batch, tmp_path: Path
) -> None:
    source, out = tmp_path / "essays.jsonl", tmp_path / f"scores.{format_}"
    source.write_bytes(b"\n".join(POISON))
    done = batch(source, out, "--encoding", "utf-8")
    assert done.returncode == 3
    if format_ == "parquet":
        errors = parquet.read_table(out)["error"].to_pylist()
    elif format_ == "csv":
        errors = [row["error"] or None for row in read_csv(out)]
    else:
        errors = [row.get("error") for row in read_jsonl(out)]
    assert errors == CODES
    assert f"failed   {len(POISON) - CODES.count(None)}" in done.stderr


def test_a_bad_row_of_csv_costs_only_itself(batch: Batch, tmp_path: Path) -> None:
    source, out = tmp_path / "essays.csv", tmp_path / "scores.csv"
    source.write_bytes(
        b"id,text,class\n"
        b"0,The town should keep its library.,5b\n"
        b"1,The class is missing.\n"
        b"2,too many,5b,surplus\n"
        b"3,caf\xe9 society,5b\n"
        b"\n"
        b'4,"' + b"long " * 60_000 + b'",5b\n'
        b'5,"' + b"longer " * 800_000 + b'",5b\n'
        b'6,"The last one, on two\nlines.",5b\n'
    )
    assert batch(source, out, "--encoding", "utf-8").returncode == 3
    rows = read_csv(out)
    assert [row["error"] for row in rows] == [
        "", "", "wrong_fields", "invalid_encoding", "too_large", "too_large", "",
    ]  # fmt: skip
    assert rows[3]["text"] == "caf\N{REPLACEMENT CHARACTER} society"
    assert rows[6]["text"] == "The last one, on two\nlines."
