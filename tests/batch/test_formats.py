"""Every format in and out: what was there stays, and each row gets the scorer's own answer."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from essay_scorer import Scorer
from essay_scorer.serving.app import score_request
from essay_scorer.tables.writers import ADDED, flat
from essay_scorer.cli.entry_point import main

from .conftest import COMMAND, Batch, essays, read_csv, read_jsonl, write_csv, write_jsonl

ROWS = essays(9)


@pytest.fixture(scope="module")
def single(scorer: Scorer) -> list[dict[str, object]]:
    """What each essay gets alone, on one core as in a worker."""
    alone = Scorer.load(threads=1)
    return [score_request(alone, {"text": row["text"]}) for row in ROWS]


def _source(folder: Path, kind: str) -> Path:
    path = folder / f"essays.{kind}"
    if kind == "jsonl":
        return write_jsonl(path, ROWS)
    if kind == "parquet":
        parquet.write_table(pa.Table.from_pylist(ROWS), path)
        return path
    return write_csv(path, ROWS, delimiter="\t" if kind == "tsv" else ",")


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_json_lines_hold_what_goes_over_the_wire(
    kind: str, batch: Batch, single: list[dict[str, object]], tmp_path: Path
) -> None:
    out = tmp_path / "scores.jsonl"
    done = batch(_source(tmp_path, kind), out)
    assert (done.returncode, done.stdout) == (0, "")
    assert read_jsonl(out) == [{**row, **said} for row, said in zip(ROWS, single, strict=True)]


@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_a_table_gets_the_answers_fields_as_columns(
    kind: str, batch: Batch, single: list[dict[str, object]], tmp_path: Path
) -> None:
    out = tmp_path / f"scores.{kind}"
    assert batch(_source(tmp_path, "jsonl"), out).returncode == 0
    scored = read_csv(out, delimiter="\t" if kind == "tsv" else ",")
    assert list(scored[0]) == [*ROWS[0], *ADDED]
    for row, found, said in zip(ROWS, scored, single, strict=True):
        assert {name: found[name] for name in row} == row
        assert found["essay score"] == str(said["essay score"])
        assert float(found["raw"]) == said["raw"]
        assert found["flags"] == ";".join(flat(said)["flags"])
        assert found["review"] == str(said["review"]).lower()
        assert found["error"] == ""


def test_parquet_keeps_the_types_of_its_columns(
    batch: Batch, single: list[dict[str, object]], tmp_path: Path
) -> None:
    typed = [{**row, "year": number, "late": number % 2 == 0} for number, row in enumerate(ROWS)]
    source, out = tmp_path / "essays.parquet", tmp_path / "scores.parquet"
    parquet.write_table(pa.Table.from_pylist(typed), source)
    assert batch(source, out).returncode == 0
    scored = parquet.read_table(out)
    assert scored.select(list(typed[0])).to_pylist() == typed
    assert scored.schema.field("year").type == pa.int64()
    assert scored.select(list(ADDED)).to_pylist() == [flat(said) for said in single]


def test_every_field_of_an_answer_has_its_column(single: list[dict[str, object]]) -> None:
    for said in single:
        for name, value in said.items():
            inner = [f"{name}_{key}" for key in value] if isinstance(value, dict) else [name]
            assert set(inner) <= set(ADDED)


def test_pipes_go_in_and_out(batch: Batch, tmp_path: Path) -> None:
    source, out = _source(tmp_path, "csv"), tmp_path / "scores.csv"
    batch(source, out)
    done = batch("-", "-", "--format", "csv", input=source.read_text())
    assert (done.returncode, done.stdout) == (0, out.read_text())
    assert "scored   9 of 9" in done.stderr


def test_parquet_goes_through_pipes_too(tmp_path: Path) -> None:
    given = _source(tmp_path, "parquet").read_bytes()
    command = [*COMMAND, "-", "-", "--format", "parquet"]
    done = subprocess.run(command, input=given, capture_output=True, check=True)
    assert parquet.read_table(io.BytesIO(done.stdout)).num_rows == len(ROWS)


def test_a_pipe_that_closes_is_no_accident(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "essays.csv", essays(60))
    shell = f"{' '.join(COMMAND)} {source} - | head -n 2"
    done = subprocess.run(shell, shell=True, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 2
    assert "Traceback" not in done.stderr


def test_the_columns_may_be_named(batch: Batch, tmp_path: Path) -> None:
    rows = [{"Nr": 1, "Aufsatz": ROWS[0]["text"], "Klasse": "5b"}]
    source, out = write_csv(tmp_path / "essays.csv", rows), tmp_path / "scores.jsonl"
    unnamed = batch(source, out)
    assert unnamed.returncode == 1
    assert "name it with --text. There are: Nr, Aufsatz, Klasse." in unnamed.stderr
    assert batch(source, out, "--text", "Aufsatz", "--id", "Nr").returncode == 0
    assert read_jsonl(out)[0]["Klasse"] == "5b"


def test_a_guessed_prompt_that_only_names_the_assignment_is_no_assignment(
    batch: Batch, tmp_path: Path
) -> None:
    assignment = "Write an essay on whether the town's swimming pool should be heated in winter."
    rows = [{"text": ROWS[0]["text"], "prompt": prompt} for prompt in (3, assignment)]
    source, out = write_jsonl(tmp_path / "essays.jsonl", rows), tmp_path / "scores.jsonl"
    assert batch(source, out).returncode == 0
    assert ["off_topic" in row["flags"] for row in read_jsonl(out)] == [False, True]
    assert batch(source, out, "--prompt", "prompt").returncode == 3
    assert [row.get("error") for row in read_jsonl(out)] == ["prompt_not_a_string", None]


@pytest.mark.parametrize(
    ("columns", "options", "sentence"),
    [
        (("essay", "full_text"), (), "several columns that could be the text (essay, full_text)"),
        (("text",), ("--text", "essay"), "no column essay; there are: text."),
        (("text",), ("--id", "number"), "no column number; there are: text."),
        (("text", "raw"), (), "There is a column raw already, which scoring adds"),
        (("text", "text"), (), "has two columns text; rename one."),
    ],
)
def test_columns_that_are_not_clear_are_one_sentence(
    columns: tuple[str, ...],
    options: tuple[str, ...],
    sentence: str,
    batch: Batch,
    tmp_path: Path,
) -> None:
    source, out = tmp_path / "essays.csv", tmp_path / "scores.csv"
    source.write_text(",".join(columns) + "\n" + ",".join("x" for _ in columns) + "\n")
    done = batch(source, out, *options)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert sentence in done.stderr
    assert not out.exists()


def test_scored_files_can_be_scored_again_with_a_prefix(batch: Batch, tmp_path: Path) -> None:
    once, twice = tmp_path / "once.csv", tmp_path / "twice.csv"
    batch(_source(tmp_path, "csv"), once)
    assert batch(once, twice, "--prefix", "second_").returncode == 0
    for row in read_csv(twice):
        assert row["second_raw"] == row["raw"]


def test_a_windows_file_is_read_when_its_encoding_is_named(batch: Batch, tmp_path: Path) -> None:
    source, out = tmp_path / "essays.csv", tmp_path / "scores.jsonl"
    source.write_bytes(b"text\r\nThe caf\xe9 isn\x92t open\r\n")
    assert batch(source, out, "--encoding", "windows-1252").returncode == 0
    assert read_jsonl(out)[0]["text"] == "The café isn’t open"


def test_a_byte_order_mark_belongs_to_no_column(batch: Batch, tmp_path: Path) -> None:
    source, out = tmp_path / "essays.csv", tmp_path / "scores.jsonl"
    source.write_bytes(b"\xef\xbb\xbftext\nA town and its library.\n")
    assert batch(source, out).returncode == 0
    assert next(iter(read_jsonl(out)[0])) == "text"


def test_line_ends_inside_a_text_survive(batch: Batch, tmp_path: Path) -> None:
    texts = ["One.\nTwo.", "One.\r\nTwo.", "One.\rTwo.", 'He said "no", twice.', "Tab\there."]
    source = write_jsonl(tmp_path / "essays.jsonl", [{"text": text} for text in texts])
    for kind in ("csv", "tsv"):
        out = tmp_path / f"scores.{kind}"
        assert batch(source, out).returncode == 0
        found = read_csv(out, delimiter="\t" if kind == "tsv" else ",")
        assert [row["text"] for row in found] == texts


def test_a_file_without_rows_gives_one(batch: Batch, tmp_path: Path) -> None:
    source, out = tmp_path / "essays.csv", tmp_path / "scores.csv"
    source.write_text("text\n")
    done = batch(source, out)
    assert done.returncode == 0
    assert out.read_text() == ",".join(["text", *ADDED]) + "\n"
    assert "scored   0 of 0 rows" in done.stderr


def test_the_summary_counts(batch: Batch, tmp_path: Path) -> None:
    rows = [{"id": "a", "text": "Too short."}, {"id": "b", "text": "12"}, {"id": "c", "text": ""}]
    done = batch(write_csv(tmp_path / "essays.csv", rows), tmp_path / "scores.csv")
    assert done.returncode == 3
    assert "scored   1 of 3 rows" in done.stderr
    assert "failed   2 (text_without_words: 2)" in done.stderr
    assert "too_short: 1" in done.stderr
    assert "scores   1: 1" in done.stderr
    assert "line 3, id b: text_without_words" in done.stderr


def test_it_loads_nothing_heavy(tmp_path: Path) -> None:
    """The base installation has neither pandas nor pyarrow nor rich."""
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


def test_parquet_without_its_extra_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(
        "essay_scorer.extras.find_spec", lambda name: None if name == "pyarrow" else object()
    )
    source = _source(tmp_path, "csv")
    assert main(["batch", str(source), str(tmp_path / "out.parquet")]) == 1
    assert "pip install 'essay-scorer[batch]'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [source]
