"""Every format is read and written: the input's columns stay, and each row gets its score."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.essay_files import (
    COMMAND,
    make_essays,
    read_csv,
    read_jsonl,
    run_batch,
    write_csv,
    write_jsonl,
)

from essay_scorer import Scorer
from essay_scorer.batch.result_columns import COLUMN_TYPES, result_columns
from essay_scorer.cli.entry_point import main
from essay_scorer.score import Score
from essay_scorer.serving.many import score_request

ROWS = make_essays(9)


@pytest.fixture(scope="module")
def scores() -> list[Score]:
    """The score of each essay alone, on one core as in a worker."""
    scorer = Scorer.load(threads=1)
    return [score_request(scorer, {"text": row["text"]}) for row in ROWS]


def _write_rows(folder: Path, format_: str) -> Path:
    path = folder / f"essays.{format_}"
    if format_ == "jsonl":
        return write_jsonl(path, ROWS)
    if format_ == "parquet":
        parquet.write_table(pa.Table.from_pylist(ROWS), path)
        return path
    return write_csv(path, ROWS, delimiter="\t" if format_ == "tsv" else ",")


@pytest.mark.parametrize("format_", ["csv", "tsv", "jsonl", "parquet"])
def test_json_lines_get_the_answer_of_the_wire(
    format_: str, scores: list[Score], tmp_path: Path
) -> None:
    out = tmp_path / "scores.jsonl"
    done = run_batch(_write_rows(tmp_path, format_), out)
    assert (done.returncode, done.stdout) == (0, "")
    assert read_jsonl(out) == [
        {**row, **score.to_dict()} for row, score in zip(ROWS, scores, strict=True)
    ]


@pytest.mark.parametrize("format_", ["csv", "tsv"])
def test_a_table_gets_the_scores_fields_as_columns(
    format_: str, scores: list[Score], tmp_path: Path
) -> None:
    out = tmp_path / f"scores.{format_}"
    assert run_batch(_write_rows(tmp_path, "jsonl"), out).returncode == 0
    scored = read_csv(out, delimiter="\t" if format_ == "tsv" else ",")
    assert list(scored[0]) == [*ROWS[0], *COLUMN_TYPES]
    for row, found, score in zip(ROWS, scored, scores, strict=True):
        assert {name: found[name] for name in row} == row
        assert found["essay score"] == str(score.value)
        assert float(found["raw"]) == score.to_dict()["raw"]
        assert found["flags"] == ";".join(score.flags)
        assert found["review"] == str(score.review).lower()
        assert found["error"] == ""


def test_parquet_keeps_the_types_of_its_columns(scores: list[Score], tmp_path: Path) -> None:
    typed = [{**row, "year": number, "late": number % 2 == 0} for number, row in enumerate(ROWS)]
    source, out = tmp_path / "essays.parquet", tmp_path / "scores.parquet"
    parquet.write_table(pa.Table.from_pylist(typed), source)
    assert run_batch(source, out).returncode == 0
    scored = parquet.read_table(out)
    assert scored.select(list(typed[0])).to_pylist() == typed
    assert scored.schema.field("year").type == pa.int64()
    empty = dict.fromkeys(COLUMN_TYPES)
    assert scored.select(list(COLUMN_TYPES)).to_pylist() == [
        {**empty, **result_columns(score, "parquet")} for score in scores
    ]


def test_every_field_of_an_answer_has_its_column(scores: list[Score]) -> None:
    for score in scores:
        columns = result_columns(score, "csv")
        assert set(columns) <= set(COLUMN_TYPES)
        for name, value in score.to_dict().items():
            inner = (
                {f"{name}_{key}": one for key, one in value.items()}
                if isinstance(value, dict)
                else {name: value}
            )
            assert inner.items() <= columns.items()


def test_csv_goes_through_pipes(tmp_path: Path) -> None:
    source, out = _write_rows(tmp_path, "csv"), tmp_path / "scores.csv"
    run_batch(source, out)
    done = run_batch("-", "-", "--format", "csv", input=source.read_text())
    assert (done.returncode, done.stdout) == (0, out.read_text())
    assert "scored   9 of 9" in done.stderr


def test_parquet_goes_through_pipes_too(tmp_path: Path) -> None:
    content = _write_rows(tmp_path, "parquet").read_bytes()
    command = [*COMMAND, "-", "-", "--format", "parquet"]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    assert parquet.read_table(io.BytesIO(done.stdout)).num_rows == len(ROWS)


def test_a_closed_pipe_prints_no_traceback(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "essays.csv", make_essays(60))
    shell = f"{' '.join(COMMAND)} {source} - | head -n 2"
    done = subprocess.run(shell, shell=True, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 2
    assert "Traceback" not in done.stderr


def test_scored_files_can_be_scored_again_with_a_prefix(tmp_path: Path) -> None:
    once, twice = tmp_path / "once.csv", tmp_path / "twice.csv"
    run_batch(_write_rows(tmp_path, "csv"), once)
    assert run_batch(once, twice, "--prefix", "second_").returncode == 0
    for row in read_csv(twice):
        assert row["second_raw"] == row["raw"]


def test_line_breaks_in_a_text_are_kept(tmp_path: Path) -> None:
    texts = ["One.\nTwo.", "One.\r\nTwo.", "One.\rTwo.", 'He said "no", twice.', "Tab\there."]
    source = write_jsonl(tmp_path / "essays.jsonl", [{"text": text} for text in texts])
    for format_ in ("csv", "tsv"):
        out = tmp_path / f"scores.{format_}"
        assert run_batch(source, out).returncode == 0
        found = read_csv(out, delimiter="\t" if format_ == "tsv" else ",")
        assert [row["text"] for row in found] == texts


def test_a_file_without_rows_gives_one_without_rows(tmp_path: Path) -> None:
    source, out = tmp_path / "essays.csv", tmp_path / "scores.csv"
    source.write_text("text\n")
    done = run_batch(source, out)
    assert done.returncode == 0
    assert out.read_text() == ",".join(["text", *COLUMN_TYPES]) + "\n"
    assert "scored   0 of 0 rows" in done.stderr


def test_csv_needs_no_optional_dependency(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "essays.csv", ROWS[:1])
    program = (
        "import sys, json; from essay_scorer.cli import main; "
        f"main(['batch', {str(source)!r}, {str(tmp_path / 'out.csv')!r}]); "
        "print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & {"pandas", "pyarrow", "rich", "torch", "keras"}


def test_parquet_without_its_extra_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(
        "essay_scorer.extras.find_spec", lambda name: None if name == "pyarrow" else object()
    )
    source = _write_rows(tmp_path, "csv")
    assert main(["batch", str(source), str(tmp_path / "out.parquet")]) == 1
    assert "pip install 'serverless-essay-scorer[batch]'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize(("name", "separator"), [("class.xls", "\t"), ("class.tab", "\t")])
def test_a_list_may_have_the_name_that_opens_excel(
    name: str, separator: str, tmp_path: Path
) -> None:
    out = tmp_path / "scores.jsonl"
    done = run_batch(write_csv(tmp_path / name, ROWS, delimiter=separator), out)
    assert done.returncode == 0
    assert [row["text"] for row in read_jsonl(out)] == [row["text"] for row in ROWS]


@pytest.mark.parametrize(
    "content",
    [
        "<html><table><tr><td>essay</td></tr></table></html>",
        '<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    ],
)
def test_other_files_of_excel_are_named_with_the_way_out(content: str, tmp_path: Path) -> None:
    source = tmp_path / "class.xls"
    source.write_text(content)
    done = run_batch(source, tmp_path / "scores.csv")
    assert done.returncode == 1
    assert "is a spreadsheet; save a list of essays as .xlsx or CSV" in done.stderr
