"""A table comes out as the program that wrote it expects: separators, commas, marks, rows."""

from pathlib import Path

import pytest
from tests.essay_files import SENTENCES, read_csv, run_batch

from essay_scorer.tables.delimiters import has_decimal_commas

ESSAY = " ".join(SENTENCES).replace(",", "")
CANVAS = (
    "Student,ID,SIS Login ID,Section,Essay\n"
    "    Points Possible,,,,20.0\n"
    f'"Lee, Ann",123,ann@x.example,English 10,{ESSAY}\n'
)


@pytest.mark.parametrize(
    ("lines", "separator", "commas"),
    [
        (["id;mark\n", "1;14,5\n"], ";", True),
        (["id;text\n", "1;An essay.\n"], ";", True),
        (["id;mark\n", "1;14.5\n"], ";", False),
        (["id,mark\n", '1,"14,5"\n'], ",", False),
        (["id\tmark\n", "1\t14,5\n"], "\t", True),
        (["id\tmark\n", "1\t14.5\n"], "\t", False),
    ],
)
def test_the_decimal_mark_is_that_of_the_numbers(
    lines: list[str], separator: str, commas: bool
) -> None:
    assert has_decimal_commas(lines, separator) is commas


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_french_excel_opens_what_it_gave(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(
        f"élève;essay;moyenne\r\nZoé;{ESSAY};14,5\r\n".encode(encoding)
    )
    assert run_batch("in.csv", "out.csv", cwd=tmp_path).returncode == 0
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith("\ufeffélève;essay;moyenne;essay score;raw".encode())
    (row,) = read_csv(tmp_path / "out.csv", delimiter=";")
    assert row["élève"] == "Zoé"
    assert row["moyenne"] == "14,5"
    assert "," in row["raw"]
    assert "." not in row["raw"]
    again = run_batch("out.csv", "again.csv", "--prefix", "b ", cwd=tmp_path)
    assert again.returncode == 0
    assert read_csv(tmp_path / "again.csv", delimiter=";")[0]["b raw"] == row["raw"]


def test_a_table_with_commas_has_points_and_no_mark(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"id,text\n1,{ESSAY}\n")
    assert run_batch("in.csv", "out.csv", cwd=tmp_path).returncode == 0
    assert (tmp_path / "out.csv").read_bytes().startswith(b"id,text,essay score,raw")
    assert "." in read_csv(tmp_path / "out.csv")[0]["raw"]


def test_the_points_possible_of_a_gradebook_are_no_student(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(CANVAS)
    done = run_batch("in.csv", "out.csv", cwd=tmp_path)
    assert done.returncode == 0
    assert "scored   1 of 1 rows" in done.stderr
    points, student = read_csv(tmp_path / "out.csv")
    assert points["Student"] == "    Points Possible"
    assert points["essay score"] == points["error"] == ""
    assert [student[name] for name in ("Student", "ID", "SIS Login ID", "Section")] == [
        "Lee, Ann",
        "123",
        "ann@x.example",
        "English 10",
    ]
    assert student["essay score"] != ""


def test_a_gradebook_without_essays_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(CANVAS.replace(",Essay\n", ",Essay 1 (901)\n"))
    done = run_batch("in.csv", "out.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert "no column with a usual name of the text" in done.stderr
