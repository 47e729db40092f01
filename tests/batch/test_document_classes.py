"""A class as teachers have it: a ZIP file of documents, scored, adapted to, and graded."""

import csv
import zipfile
from pathlib import Path

import openpyxl
import pytest

from essay_scorer.cli.entry_point import main
from tests.browser.word_bodies import paragraph, run
from tests.browser.word_files import word_file
from tests.essay_files import read_csv, run_batch

STUDENTS = [f"{first} {last}" for first in ("Ann", "Zoë", "José") for last in ("Lee", "Roe", "Poe")]
EXAMPLES = Path(__file__).parents[2] / "examples"
ESSAY = "\n\n".join(
    (EXAMPLES / f"{name}.txt").read_text(encoding="utf-8").strip()
    for name in ("strong", "middling")
)
IDENTIFIER = 12340  # of the first student


def _text(number: int) -> str:
    """Return the first paragraphs of an essay that grows with the number."""
    words = [paragraph.split() for paragraph in ESSAY.split("\n\n")]
    kept, left = [], 300 + 60 * number
    for paragraph_words in words:
        kept.append(" ".join(paragraph_words[: max(left, 0)]))
        left -= len(paragraph_words)
    return "\n\n".join(filter(None, kept))


def _essay(number: int, student: str) -> bytes:
    lines = [student, "Mr. Smith", "English 10", "5 May 2026", *_text(number).split("\n\n")]
    return word_file("".join(paragraph(run(line)) for line in lines))


def _workbook(path: Path) -> Path:
    """Return the worksheet's class as a list in Excel, with names in two columns."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Nom", "Prénom", "Note"])
    for number, student in enumerate(STUDENTS):
        first, last = student.split()
        book.active.append([last, first, 6 + number if number < 6 else None])
    book.save(path)
    return path


@pytest.fixture(scope="module")
def moodle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a class as Moodle's ZIP file."""
    path = tmp_path_factory.mktemp("moodle") / "submissions.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, student in enumerate(STUDENTS):
            folder = f"{student}_{IDENTIFIER + number}_assignsubmission_file_"
            archive.writestr(f"{folder}/essay.docx", _essay(number, student))
        archive.writestr("__MACOSX/._essay.docx", b"x")
        archive.writestr("Eve Poe_99_assignsubmission_file_/scan.docx", b"\x89PNG\r\n\x1a\n\0")
    return path


def _worksheet(path: Path, *, maximum: int = 20) -> Path:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments"])
        for number, student in enumerate(STUDENTS):
            mark = str(6 + number) if number < 6 else ""
            writer.writerow(
                [f"Participant {IDENTIFIER + number}", student, mark, f"{maximum}.00", ""]
            )
    return path


def test_a_class_in_a_zip_file_has_a_row_for_each_document(moodle: Path, tmp_path: Path) -> None:
    done = run_batch(moodle, tmp_path / "scores.csv")
    assert done.returncode == 3
    assert "skipped 1 file that is no essay: ._essay.docx" in done.stderr
    rows = {row["name"]: row for row in read_csv(tmp_path / "scores.csv")}
    assert set(rows) == {*STUDENTS, "Eve Poe"}
    assert rows["Eve Poe"]["error"] == "picture"
    for number, student in enumerate(STUDENTS):
        assert rows[student]["identifier"] == str(IDENTIFIER + number)
        assert rows[student]["text"].endswith(_text(number))
        assert rows[student]["essay score"] != ""


def test_headings_are_left_out_when_asked_and_shown(moodle: Path, tmp_path: Path) -> None:
    done = run_batch(moodle, tmp_path / "scores.xlsx", "--without-heading")
    assert "left out 9 headings of 9; see column heading" in done.stderr
    header, *rows = openpyxl.load_workbook(tmp_path / "scores.xlsx").active.values
    found = {row[1]: dict(zip(header, row, strict=True)) for row in rows}
    assert found["Zoë Roe"]["text"] == _text(STUDENTS.index("Zoë Roe"))
    assert found["Zoë Roe"]["heading"] == "Zoë Roe / Mr. Smith / English 10 / 5 May 2026"


def test_a_folder_may_get_its_own_scores_and_is_scored_again_without_them(
    moodle: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(moodle) as archive:
        archive.extractall(tmp_path)
    for _ in range(2):
        done = run_batch(tmp_path, tmp_path / "scores.csv")
        assert "scored   9 of 10 rows" in done.stderr
        assert len(read_csv(tmp_path / "scores.csv")) == 10


def test_one_document_is_a_class_of_one(tmp_path: Path) -> None:
    (tmp_path / "Ann Lee.docx").write_bytes(_essay(3, "Ann Lee"))
    assert run_batch(tmp_path / "Ann Lee.docx", tmp_path / "scores.csv").returncode == 0
    assert read_csv(tmp_path / "scores.csv")[0]["name"] == "Ann Lee"


def test_marks_are_learned_from_a_worksheet_and_the_rest_of_it_is_filled(
    moodle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet, profile = _worksheet(tmp_path / "Grades.csv"), tmp_path / "profile.json"
    learn = ["adapt", str(moodle), "--marks", str(sheet), "--scale", "0-20", "--out", str(profile)]
    assert main(learn) == 0
    err = capsys.readouterr().err
    assert "mark: Grade" in err
    assert "left out Eve Poe_99_assignsubmission_file_/scan.docx is a picture" in err
    done = run_batch(
        moodle, tmp_path / "scores.csv", "--profile", profile, "--into", sheet, "--without-heading"
    )
    assert f"filled 3 of 10 marks into {tmp_path / 'Grades-filled.csv'}" in done.stderr
    assert "kept 6 marks that were there" in done.stderr
    assert "not in the gradebook: Eve Poe" in done.stderr
    before, after = (read_csv(tmp_path / name) for name in ("Grades.csv", "Grades-filled.csv"))
    scores = {row["name"]: row for row in read_csv(tmp_path / "scores.csv")}
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        own = old["Grade"] or f"{float(scores[old['Full name']]['essay score']):g}"
        assert new == {**old, "Grade": own}, number
    book = _workbook(tmp_path / "list.xlsx")
    done = run_batch(
        moodle, tmp_path / "again.csv", "--profile", profile, "--into", book, "--without-heading"
    )
    assert f"filled 3 of 10 marks into {tmp_path / 'list-filled.xlsx'}" in done.stderr
    filled = openpyxl.load_workbook(tmp_path / "list-filled.xlsx").active
    assert filled is not None
    assert [cell.value for cell in filled["C"][1:]] == [float(row["Grade"]) for row in after]


def test_headings_are_left_out_of_what_is_learned_from(
    moodle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = _worksheet(tmp_path / "Grades.csv")
    learn = ["adapt", str(moodle), "--marks", str(sheet), "--scale", "0-20", "--overwrite"]
    profiles = {}
    for further in ((), ("--without-heading",)):
        out = tmp_path / "profile.json"
        assert main([*learn, *further, "--out", str(out)]) == 0
        profiles[further] = out.read_bytes()
    assert "note     left out 9 headings of 9\n" in capsys.readouterr().err
    assert len(set(profiles.values())) == len(profiles)


def test_a_gradebook_needs_a_profile_of_its_scale(moodle: Path, tmp_path: Path) -> None:
    sheet = _worksheet(tmp_path / "Grades.csv")
    done = run_batch(moodle, tmp_path / "scores.csv", "--into", sheet)
    assert done.returncode == 1
    assert "name your --profile, too" in done.stderr
    assert not (tmp_path / "scores.csv").exists()
