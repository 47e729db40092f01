"""The header of a table is found below a title, and above the further heads of survey tools."""

from contextlib import closing
from pathlib import Path

import pytest
from tests.essay_files import read_csv, run_batch

from essay_scorer.tables.formats import format_of
from essay_scorer.tables.head_lines import find_head
from essay_scorer.tables.readers import open_source
from essay_scorer.tables.rows import Row
from essay_scorer.tables.text_lines import DETECT

CASES = Path(__file__).parent / "cases"
QUALTRICS = (
    'ResponseId,Q1\r\nResponse ID,"Write an essay\r\nabout your town, please."\r\n'
    '"{""ImportId"":""_recordId""}","{""ImportId"":""QID1_TEXT""}"\r\nR_1,One.\r\nR_2,"Two,\r\nthree."'
)


def _read(path: Path) -> tuple[tuple[str, ...], list[Row], tuple[str, ...]]:
    name = str(path)
    with closing(open_source(name, format_of(name, None), encoding=DETECT)) as source:
        return tuple(source.columns or ()), list(source), source.notes


def _write(folder: Path, content: str) -> Path:
    path = folder / "essays.csv"
    path.write_text(content, newline="")
    return path


@pytest.mark.parametrize(
    "title",
    [
        "Class 8b, spring\n",
        '"Class 8b, spring";;\n',
        "Class 8b;;\n;;\n",
        "Class 8b\n\nMr. Smith\n\n",
        "\ufeffClass 8b\n",
    ],
)
def test_the_header_is_found_below_a_title(title: str, tmp_path: Path) -> None:
    columns, rows, notes = _read(
        _write(tmp_path, f"{title}name;essay;mark\nAnn;One.;4\nBob;Two.;5\n")
    )
    assert columns == ("name", "essay", "mark")
    lines = title.count("\n")
    assert [(row.line, row.fields["essay"]) for row in rows] == [
        (lines + 2, "One."),
        (lines + 3, "Two."),
    ]
    counted = "1 line" if lines == 1 else f"{lines} lines"
    assert notes == (f"skipped {counted} above the header, line {lines + 1}",)


def test_a_header_without_usual_names_is_found_by_its_width(tmp_path: Path) -> None:
    columns, rows, _ = _read(_write(tmp_path, "Klasse 8b\nName,Aufsatz\nAnn,Eins.\nBob,Zwei.\n"))
    assert columns == ("Name", "Aufsatz")
    assert len(rows) == 2


@pytest.mark.parametrize(
    "content",
    [
        'essay\n"One, two."\n"Three, four."\n',
        "essay\nOne.\nTwo.\n",
        'Aufsatz\n"One, two."\n',
        "id,text\n1,One.\n2,Two.\n",
        'text\n"One\n\nessay, text"\n',
    ],
)
def test_the_first_line_is_the_header_otherwise(content: str, tmp_path: Path) -> None:
    columns, _, notes = _read(_write(tmp_path, content))
    assert list(columns) == content.split("\n", maxsplit=1)[0].split(",")
    assert notes == ()


def test_further_heads_of_qualtrics_are_skipped(tmp_path: Path) -> None:
    columns, rows, notes = _read(_write(tmp_path, QUALTRICS))
    assert columns == ("ResponseId", "Q1")
    assert [row.fields["Q1"] for row in rows] == ["One.", "Two,\r\nthree."]
    assert notes == ("skipped 2 further header lines of Qualtrics",)


def test_the_second_head_of_survey_monkey_is_skipped(tmp_path: Path) -> None:
    content = "Respondent ID,Essay\n,Open-Ended Response\n1,One.\n2,Two.\n"
    _, rows, notes = _read(_write(tmp_path, content))
    assert [row.fields["Essay"] for row in rows] == ["One.", "Two."]
    assert notes == ("skipped 1 further header line of SurveyMonkey",)


def test_a_batch_says_what_it_skipped(tmp_path: Path) -> None:
    done = run_batch(CASES / "qualtrics.csv", tmp_path / "scores.csv")
    assert done.returncode == 0
    assert "note     skipped 2 further header lines of Qualtrics" in done.stderr
    assert [row["ResponseId"] for row in read_csv(tmp_path / "scores.csv")] == ["R_1", "R_2"]


def test_an_empty_file_has_no_head() -> None:
    assert find_head([], ",").start == 0
