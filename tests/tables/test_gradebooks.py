"""Gradebooks of Canvas and Moodle: marks go in, and every other byte stays."""

from pathlib import Path

import pytest

from essay_scorer.errors import FileError
from essay_scorer.tables.gradebook import Gradebook, StudentMark
from essay_scorer.tables.roster import Roster

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Essay 1 (901),Final Score\r\n"
    "    Points Possible,,,,,20.0,(read only)\r\n"
    '"Lee, Ann",123,=007,ann@x.example,"English 10 ""B""",,81.5\r\n'
    '"García López, José",124,,jose@x.example,English 10,,\r\n'
    '"Roe, Bob",125,,bob@x.example,English 10,17,\r\n'
)
MOODLE = (
    '\ufeffIdentifier,"Full name","Email address",Status,Grade,"Maximum Grade",'
    '"Last modified (grade)","Feedback comments"\n'
    '"Participant 12345","Ann Lee",ann@x.example,"Submitted for grading",,"20,00",-,""\n'
    '"Participant 12346","Zoë Müller",zoe@x.example,"No submission",,"20,00",-,""\n'
)


def fill(path: Path, content: bytes, *marks: StudentMark, grade: str | None = None) -> list[str]:
    path.write_bytes(content)
    return list(Gradebook(path, grade).fill(marks))


def mark(value: str, maximum: float | None = 20, **fields: str) -> StudentMark:
    return StudentMark(fields=fields, mark=value, maximum=maximum)


def test_a_canvas_gradebook_comes_out_filled(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    notes = fill(
        path,
        CANVAS.encode(),
        mark("14.5", name="leeann", identifier="123"),
        mark("12", name="garcialopezjose"),
        mark("9", name="roebob", identifier="125"),
        mark("11", name="Eve Poe"),
    )
    expected = CANVAS.replace('""B""",,81.5', '""B""",14.5,81.5').replace(
        "jose@x.example,English 10,,", "jose@x.example,English 10,12,"
    )
    assert (tmp_path / "grades-filled.csv").read_bytes() == expected.encode()
    assert path.read_bytes() == CANVAS.encode()
    assert notes[0].startswith("filled 2 of 4 marks into ")
    assert notes[1:] == ["not in the gradebook: Eve Poe", "kept 1 marks that were there"]


def test_a_moodle_worksheet_comes_out_filled_with_its_mark_and_commas(tmp_path: Path) -> None:
    path = tmp_path / "Grades.csv"
    fill(path, MOODLE.encode(), mark("14", name="Ann Lee", identifier="12345"))
    filled = MOODLE.replace('grading",,', 'grading",14,')
    assert (tmp_path / "Grades-filled.csv").read_bytes() == filled.encode()


def test_a_french_worksheet_has_decimal_commas(tmp_path: Path) -> None:
    content = "Identifiant;Nom complet;Note;Note maximale\r\nParticipant 7;Zoé Lée;;20,00\r\n"
    for encoding in ("utf-8-sig", "cp1252", "utf-16"):
        fill(tmp_path / "notes.csv", content.encode(encoding), mark("14.5", name="Zoé Lée"))
        filled = content.replace("Lée;;", "Lée;14,5;")
        assert (tmp_path / "notes-filled.csv").read_bytes() == filled.encode(encoding)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("gb18030", "王小明"), ("cp1250", "Łukasz Świątek-Dąbrowski-Żółć"), ("cp932", "山田太郎")],
)
def test_a_list_in_a_national_encoding_keeps_its_bytes(
    encoding: str, name: str, tmp_path: Path
) -> None:
    content = f"Student;Grade\r\n{name};\r\nAnn Lee;\r\n"
    fill(tmp_path / "grades.csv", content.encode(encoding), mark("14", name=name))
    filled = content.replace(f"{name};", f"{name};14")
    assert (tmp_path / "grades-filled.csv").read_bytes() == filled.encode(encoding)


def test_short_rows_get_the_fields_that_they_lack(tmp_path: Path) -> None:
    fill(tmp_path / "a.csv", b"Name,Class,Grade\nAnn\nBob,3b,", mark("B+", None, name="Ann"))
    assert (tmp_path / "a-filled.csv").read_bytes() == b"Name,Class,Grade\nAnn,,B+\nBob,3b,"


def test_marks_of_another_scale_are_refused(tmp_path: Path) -> None:
    for content in (CANVAS, MOODLE):
        with pytest.raises(FileError, match="are out of 20, but the profile's scale ends at 6"):
            fill(tmp_path / "a.csv", content.encode(), mark("4", 6, name="Ann Lee"))
        assert not (tmp_path / "a-filled.csv").exists()


def test_a_column_that_is_not_clear_must_be_named(tmp_path: Path) -> None:
    two = CANVAS.replace("Essay 1 (901),", "Essay 1 (901),Essay 2 (902),").replace(
        ",20.0", ",20.0,"
    )
    with pytest.raises(FileError, match=r"several \(Essay 1 \(901\), Essay 2 \(902\)\)"):
        fill(tmp_path / "a.csv", two.encode())
    path = tmp_path / "a.csv"
    fill(path, b"Name,One (1),Two (2)\nAnn,,\n", mark("3", name="Ann"), grade="Two")
    assert (tmp_path / "a-filled.csv").read_bytes() == b"Name,One (1),Two (2)\nAnn,,3\n"
    with pytest.raises(FileError, match="has none"):
        fill(path, b"Name,Class\nAnn,3b\n")


def test_two_students_of_one_name_are_not_mixed_up() -> None:
    roster = Roster([{"Name": "Ann Lee"}, {"Name": "Lee, Ann"}, {"Name": "Bob Roe", "ID": "7"}])
    assert roster.find({"name": "Ann Lee"}) is None
    assert roster.find({"name": "roebob"}) == 2
    assert roster.find({"name": "someone", "identifier": "7"}) == 2


def test_first_and_last_names_in_columns_of_their_own_are_a_name() -> None:
    roster = Roster([{"First name": "José", "Last name": "García López"}, {"Nom": "Petit"}])
    assert roster.find({"name": "Jose Garcia Lopez"}) == 0
    assert roster.find({"name": "García López, José"}) == 0
