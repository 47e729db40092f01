"""A teacher marks a class of thirty with the shipped model, by keyboard alone."""

import csv
import io
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import teacher_walk
from tests.browser.class_of_thirty import STUDENTS, moodle_worksheet, word_files
from tests.browser.page_actions import OpenPage, PdfPages

IDENTITY = ("Identifier", "Full name", "Email address", "Status", "Maximum Grade")


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_thirty_word_files_become_marks_sheets_and_a_worksheet(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("#class", viewport={"width": 1200, "height": 900})
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    teacher_walk.open_class(page, word_files())
    assert not any("Ms. Carter" in body for body in sent)  # headings and names stay here
    assert not any(one.name in body for body in sent for one in STUDENTS)

    teacher_walk.mark_first(page)
    suggested = page.locator(".suggested-score strong + .muted")  # the range beside it
    slipped = teacher_walk.correct_the_slip(page)
    expect(suggested).to_have_count(len(STUDENTS))
    read = teacher_walk.read_essays(page)
    left = teacher_walk.accept_suggestions(page)
    assert left == len(STUDENTS) - teacher_walk.MARKED_FIRST - teacher_walk.READ
    assert len({slipped, *read}) == 1 + teacher_walk.READ

    teacher_walk.print_sheets(page, tmp_path / "sheets.pdf")
    worksheet = moodle_worksheet()
    filled = Path(teacher_walk.fill_worksheet(page, worksheet).path()).read_bytes()
    before, after = _rows(worksheet), _rows(filled)
    assert [[row[title] for title in IDENTITY] for row in after] == [
        [row[title] for title in IDENTITY] for row in before
    ]
    marks = {row["Full name"]: float(row["Grade"]) for row in after}
    errors = [abs(marks[one.name] - one.mark) for one in STUDENTS]
    assert marks[slipped] == float(teacher_walk.MARKS[slipped])
    assert sum(error <= 1.5 for error in errors) >= 27  # what she would have given, nearly always
    comments = {row["Full name"] for row in after if row["Feedback comments"]}
    assert comments <= set(read)
    assert comments


def test_the_sheets_of_a_class_have_a_page_for_each_student(
    open_page: OpenPage, pdf_pages: PdfPages, tmp_path: Path
) -> None:
    page = open_page("#class")
    teacher_walk.open_class(page, word_files())
    teacher_walk.print_sheets(page, tmp_path / "sheets.pdf")
    titles = [" ".join(sheet.split()[:2]) for sheet in pdf_pages(tmp_path / "sheets.pdf")]
    assert sorted(set(titles) & {one.name for one in STUDENTS}) == sorted(
        one.name for one in STUDENTS
    )
