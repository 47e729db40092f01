"""Tables as spreadsheet programs write them: separators, encodings, titles, and open quotes."""

from contextlib import closing
from pathlib import Path

import pytest
from tests.essay_files import read_csv, run_batch

from essay_scorer.tables.delimited import DelimitedSource
from essay_scorer.tables.delimiters import declared_separator, detect_separator
from essay_scorer.tables.formats import format_of
from essay_scorer.tables.readers import open_source
from essay_scorer.tables.rows import UNCLOSED_QUOTE, WRONG_FIELDS, Row
from essay_scorer.tables.text_lines import DETECT

CASES = Path(__file__).parent / "cases"


def _read(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    name = str(path)
    with closing(open_source(name, format_of(name, None), encoding=DETECT)) as source:
        assert isinstance(source, DelimitedSource)
        return tuple(source.columns), list(source)


def _write(folder: Path, content: bytes) -> Path:
    path = folder / "essays.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "name", ["semicolon.csv", "sep_line.csv", "trailing_empty.csv", "short_rows.csv", "utf16.tsv"]
)
def test_three_rows_are_read_however_they_were_saved(name: str, tmp_path: Path) -> None:
    columns, rows = _read(CASES / name)
    assert columns[:3] == ("id", "essay", "score")
    assert [(row.error, row.fields["id"]) for row in rows] == [
        (None, "s1"),
        (None, "s2"),
        (None, "s3"),
    ]
    done = run_batch(CASES / name, tmp_path / "scores.csv")
    assert done.returncode == 0
    assert "columns  text: essay, id: id" in done.stderr
    separator = ";" if name in ("semicolon.csv", "sep_line.csv") else ","
    scores = read_csv(tmp_path / "scores.csv", delimiter=separator)
    assert [row["error"] for row in scores] == ["", "", ""]


@pytest.mark.parametrize("name", ["unclosed.csv", "unclosed_lastcol.csv"])
def test_a_quote_that_is_never_closed_costs_its_own_line(name: str) -> None:
    _, rows = _read(CASES / name)
    assert [(row.line, row.error) for row in rows] == [
        (2, None),
        (3, UNCLOSED_QUOTE),
        (4, None),
        (5, None),
        (6, None),
    ]


def test_a_quote_that_a_later_row_closes_costs_its_own_line_too(tmp_path: Path) -> None:
    path = _write(tmp_path, b'id,text\n1,"One\n2,Two.\n3,"Three, so far."\n4,Four.\n')
    _, rows = _read(path)
    assert [row.fields.get("id") for row in rows] == [None, "2", "3", "4"]
    assert [row.error for row in rows] == [UNCLOSED_QUOTE, None, None, None]


def test_an_essay_of_several_lines_is_one_row(tmp_path: Path) -> None:
    path = _write(tmp_path, b'id,text\r\n1,"One.\r\n\r\nSaid ""two""."\r\n2,Three.\r\n')
    _, rows = _read(path)
    assert [(row.line, row.fields["text"]) for row in rows] == [
        (2, 'One.\r\n\r\nSaid "two".'),
        (5, "Three."),
    ]


def test_a_row_with_more_fields_than_titles_is_an_error_unless_they_are_empty(
    tmp_path: Path,
) -> None:
    _, rows = _read(_write(tmp_path, b"id,text\n1,One.,,\n2,Two.,surplus\n"))
    assert [row.error for row in rows] == [None, WRONG_FIELDS]


def test_titles_are_trimmed_and_found_whatever_their_case(tmp_path: Path) -> None:
    path = _write(tmp_path, b" ID , Essay ,Score\ns1,The town should keep its library.,4\n")
    assert _read(path)[0] == ("ID", "Essay", "Score")
    assert run_batch(path, tmp_path / "scores.csv").returncode == 0


def test_windows_1252_is_detected_and_said(tmp_path: Path) -> None:
    path = _write(tmp_path, b"id;text\n1;The caf\xe9 isn\x92t open.\n")
    done = run_batch(path, tmp_path / "scores.csv")
    assert done.returncode == 0
    assert "1 line is not UTF-8 and was read as Windows-1252" in done.stderr
    assert read_csv(tmp_path / "scores.csv", delimiter=";")[0]["text"] == "The café isn’t open."


@pytest.mark.parametrize(
    ("header", "separator"),
    [
        ("id;essay;score", ";"),
        ("id\tessay, in full\tscore", "\t"),
        ('"a;b;c",text', ","),
        ("text", ","),
        ("id|text", "|"),
    ],
)
def test_the_most_frequent_separator_of_the_header_is_used(header: str, separator: str) -> None:
    assert detect_separator(header, ",") == separator


@pytest.mark.parametrize(
    ("line", "separator"),
    [
        ("sep=;\r\n", ";"),
        ('"sep=,"\n', ","),
        ("SEP=\t\n", "\t"),
        ("sep=;;;\n", ";"),
        ("separate\n", None),
    ],
)
def test_a_first_line_may_declare_the_separator(line: str, separator: str | None) -> None:
    assert declared_separator(line) == separator
