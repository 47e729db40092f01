"""The columns that are scored: named by the user, or chosen by their usual names."""

import re
from pathlib import Path

import pytest
from tests.essay_files import make_essays, read_jsonl, run_batch, write_csv, write_jsonl

from essay_scorer.tables.columns import (
    USUAL_NAMES,
    EssayColumns,
    Role,
    choose_column,
    usual_columns,
)
from essay_scorer.tables.rows import Row

STATIC = Path(__file__).parents[2] / "src/essay_scorer/serving/static"

TEXT = make_essays(9)[0]["text"]


def test_columns_can_be_named(tmp_path: Path) -> None:
    rows = [{"Nr": 1, "Aufsatz": TEXT, "Klasse": "5b"}]
    source, out = write_csv(tmp_path / "essays.csv", rows), tmp_path / "scores.jsonl"
    unnamed = run_batch(source, out)
    assert unnamed.returncode == 1
    assert "name it with --text. There are: Nr, Aufsatz, Klasse." in unnamed.stderr
    assert run_batch(source, out, "--text", "Aufsatz", "--id", "Nr").returncode == 0
    assert read_jsonl(out)[0]["Klasse"] == "5b"


def test_a_list_without_a_header_does_not_print_its_essays(tmp_path: Path) -> None:
    source = tmp_path / "essays.csv"
    source.write_text(f'1,"{TEXT}"\n2,"{TEXT}"\n')
    done = run_batch(source, tmp_path / "scores.csv")
    assert done.returncode == 1
    assert f"There are: 1, {TEXT[:59]}…." in done.stderr


def test_rows_that_cannot_be_read_are_the_reason_why_there_is_no_column(tmp_path: Path) -> None:
    source = tmp_path / "essays.jsonl"
    source.write_text('{"text": "Half\n[1]\n')
    done = run_batch(source, tmp_path / "scores.jsonl")
    assert done.returncode == 1
    assert "has no row that can be read (line 1: invalid_json)" in done.stderr


def test_a_short_value_in_a_guessed_prompt_column_is_no_prompt(tmp_path: Path) -> None:
    prompt = "Write an essay on whether the town's swimming pool should be heated in winter."
    rows = [{"text": TEXT, "prompt": value} for value in (3, prompt)]
    source, out = write_jsonl(tmp_path / "essays.jsonl", rows), tmp_path / "scores.jsonl"
    assert run_batch(source, out).returncode == 0
    assert ["off_topic" in row["flags"] for row in read_jsonl(out)] == [False, True]
    assert run_batch(source, out, "--prompt", "prompt").returncode == 3
    assert [row.get("error") for row in read_jsonl(out)] == ["prompt_not_a_string", None]


@pytest.mark.parametrize(
    ("columns", "options", "sentence"),
    [
        (("essay", "full_text"), (), "several columns that could be the text (essay, full_text)"),
        (("text",), ("--text", "essay"), "no column essay; there are: text."),
        (("text",), ("--id", "number"), "no column number; there are: text."),
        (
            ("text", "raw"),
            (),
            "The input has a column raw already; rename the added columns with --prefix.",
        ),
        (("text", "text"), (), "has two columns text; rename one."),
    ],
)
def test_ambiguous_columns_are_refused_in_one_sentence(
    columns: tuple[str, ...], options: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    source, out = tmp_path / "essays.csv", tmp_path / "scores.csv"
    source.write_text(",".join(columns) + "\n" + ",".join("x" for _ in columns) + "\n")
    done = run_batch(source, out, *options)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert sentence in done.stderr
    assert not out.exists()


@pytest.mark.parametrize("role", USUAL_NAMES)
def test_usual_names_match_in_any_case_in_order_of_preference(role: Role) -> None:
    for usual in USUAL_NAMES[role]:
        assert choose_column(role, ["other", f" {usual.title()} "], None, "file") is not None
    backward = list(reversed(USUAL_NAMES[role]))
    assert choose_column(role, backward, None, "file") == USUAL_NAMES[role][0]


def test_a_row_is_described_by_its_line_and_id() -> None:
    columns = EssayColumns.choose(["ID", "Text"], {}, where="file")
    assert columns.describe(Row(line=3, fields={"ID": "a", "Text": "x"})) == "line 3, ID a"
    assert columns.describe(Row(line=3, fields={"Text": "x"})) == "line 3"


def test_a_request_has_the_text_and_the_prompt_or_the_error_of_the_row() -> None:
    columns = EssayColumns(text="essay", prompt="task")
    assert columns.request(Row(line=2, fields={"essay": "A."})) == {"text": "A."}
    assert columns.request(Row(line=2, fields={"essay": "A.", "task": "T"})) == {
        "text": "A.",
        "prompt": "T",
    }
    assert columns.request(Row(line=2, fields={"essay": "A.", "task": ""})) == {"text": "A."}
    assert columns.request(Row(line=2, fields={})) == {}
    assert columns.request(Row(line=2, fields={}, error="too_large")) == {"error": "too_large"}


def test_the_page_knows_the_same_usual_names() -> None:
    script = (STATIC / "table-header.js").read_text(encoding="utf-8")
    roles: dict[Role, str] = {"text": "text", "prompt": "prompt", "score": "teacherScore"}
    for role, in_page in roles.items():
        block = re.search(rf"\b{in_page}: \[.*?\],\n", script, re.DOTALL)
        assert block is not None
        names = re.findall(r'"([a-z0-9]+)"', block[0])
        assert names
        assert [name for name in names if not usual_columns(role, [name])] == []


@pytest.mark.parametrize(
    "title", ["Text", " Full Text ", "essay_text", "Rédaction", "Online text", "RÉPONSE", "copie"]
)
def test_usual_names_are_found_whatever_their_case_and_accents(title: str) -> None:
    assert usual_columns("text", ["id", title, "mark"]) == [title]


def test_a_name_of_another_program_counts_only_without_a_usual_one() -> None:
    assert usual_columns("text", ["Response", "Essay"]) == ["Essay"]
