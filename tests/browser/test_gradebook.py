"""Gradebooks of learning platforms: matched with the class, filled, and else left as they were."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_server import FakeServer, result
from tests.browser.gradebook_actions import attach, download, enter, score_class
from tests.browser.page_actions import OpenPage, open_table, reload_class, wait_for_status

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Essay 1 (12345),Essay 2 (12346)\n"
    "    Points Possible,,,,,20.0,20.0\n"
    '"Lovelace, Ada",101,s101,ada@school.example,"3e ""B""",,\n'
    '"Émile-Noël, Zoé",102,s102,zoe@school.example,3e A,11.5,\n'
    '"Turing, Alan",103,s103,alan@school.example,3e A,,\n'
    '"Student, Test",104,,test,3e A,,\n'
)
MOODLE = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Online text,Last modified (grade),Feedback comments\r\n"
    'Participant 4711,Ada Lovelace,ada@school.example,"Submitted for grading",,20.00,Yes,'
    '"Monday, 2 March 2026, 9:00 AM",,-,\r\n'
    "Participant 4712,Zoé Émile-Noël,zoe@school.example,No submission,,20.00,Yes,-,,-,\r\n"
)
MOODLE_FR = (
    "Identifiant;Nom complet;Statut;Note;Note maximale;La note peut être modifiée;"
    "Feedback par commentaires\r\n"
    "Participant 4711;Ada Lovelace;Remis pour évaluation;;20,00;Oui;\r\n"
)


def _attach(page: Page, content: bytes) -> None:
    attach(page, content, "grades.csv")


def _filled(page: Page) -> bytes:
    return download(page)[1]


def test_a_canvas_gradebook_comes_out_filled_and_else_as_it_was(open_page: OpenPage) -> None:
    page = open_page("#class")
    score_class(
        page, [("Ada Lovelace", "One essay."), ("zoe emile-noel", "Two."), ("Grace", "Three.")]
    )
    enter(page, "Ada Lovelace", mark="14,5", comment="No column takes this.")
    enter(page, "zoe emile-noel", mark="12")
    _attach(page, CANVAS.encode())
    report = page.locator("#gradebook-report")
    expect(report).to_contain_text("2 of 4 students in grades.csv have an essay here.")
    expect(report).to_contain_text("Not in the gradebook: Grace.")
    expect(report).to_contain_text("Without an essay here: Turing, Alan, Student, Test.")
    expect(report).to_contain_text("2 marks will be filled in")
    page.get_by_label("Column for your marks").select_option("Essay 1 (12345)")
    filled = _filled(page).decode()
    expected = CANVAS.replace('"3e ""B""",,\n', '"3e ""B""",14.5,\n').replace("11.5", "12")
    assert filled == expected


def test_the_assignment_without_marks_is_proposed_first(open_page: OpenPage) -> None:
    page = open_page("#class")
    score_class(page, [("Ada Lovelace", "One essay.")])
    _attach(page, CANVAS.encode())
    expect(page.locator("#gradebook-column option:checked")).to_have_text("Essay 2 (12346)")


def test_a_moodle_worksheet_takes_marks_and_comments(open_page: OpenPage) -> None:
    page = open_page("#class")
    score_class(page, [("Lovelace Ada", "One essay."), ("Participant 4712", "Two.")])
    enter(page, "Lovelace Ada", mark="14.5", comment='Good, "very" good.\nGo on.')
    enter(page, "Participant 4712", mark="9", comment="=1+1")
    _attach(page, MOODLE.encode())
    expect(page.locator("#gradebook-report")).to_contain_text("2 marks and 2 comments")
    filled = _filled(page).decode()
    comment = '"Good, ""very"" good.\nGo on."'
    expected = MOODLE.replace('",,20.00', '",14.5,20.00').replace(
        'AM",,-,\r', f'AM",,-,{comment}\r'
    )
    expected = expected.replace("No submission,,", "No submission,9,").replace(
        "-,,-,\r", "-,,-,'=1+1\r"
    )
    assert filled == expected


def test_a_french_worksheet_gets_decimal_commas_in_its_own_encoding(open_page: OpenPage) -> None:
    page = open_page("#class")
    score_class(page, [("Ada Lovelace", "One essay.")])
    enter(page, "Ada Lovelace", mark="14.5", comment="Très bien – continuez !")
    for encoding in ("cp1252", "utf-8", "utf-16"):
        _attach(page, MOODLE_FR.encode(encoding))
        expect(page.locator("#gradebook-report")).to_contain_text("1 mark and 1 comment")
        expected = MOODLE_FR.replace("évaluation;;", "évaluation;14,5;").replace(
            "Oui;\r", "Oui;Très bien – continuez !\r"
        )
        assert _filled(page) == expected.encode(encoding)


def test_a_class_that_came_from_a_worksheet_fills_it(open_page: OpenPage) -> None:
    page = open_page("#class")
    FakeServer.install(page, result())
    essay = '"<p>=1+1 is a formula, &amp; this is an essay.</p>"'
    content = MOODLE.replace('AM",,-', f'AM",{essay},-').encode()
    open_table(page, content, "worksheet.csv")
    page.locator("#column-text").select_option("Online text")
    page.locator("#column-form [type=submit]").click()
    expect(page.locator("#stop-class")).to_be_hidden()
    page.locator("#mark-scale").select_option("0-20")
    expect(page.locator("#gradebook-report")).to_contain_text("2 of 2 students")
    enter(page, "Ada Lovelace", mark="16")
    reload_class(page)
    filled = _filled(page)
    assert filled == content.replace(b'",,20.00', b'",16,20.00')


def test_only_cells_that_identify_nobody_are_kept_from_becoming_formulas(
    open_page: OpenPage,
) -> None:
    page = open_page("#class")
    score_class(page, [("Ada", "One essay.")])
    enter(page, "Ada", mark="4")
    _attach(page, b'name,group,mark\n=Bob,=1+1,\nAda,"=2,2",\n-5,-5,\n')
    assert _filled(page) == b"name,group,mark\n=Bob,'=1+1,\nAda,\"'=2,2\",4\n-5,-5,\n"


FILES = {
    "moodle": ("Ada Lovelace_4711_assignsubmission_file_essay 2.docx", MOODLE),
    "canvas": ("lovelaceada_101_9001_essay.docx", CANVAS),
    "late": ("lovelaceada_LATE_101_9001_essay.docx", CANVAS),
}


@pytest.mark.parametrize("platform", FILES)
def test_documents_are_matched_by_the_numbers_in_their_names(
    open_page: OpenPage, platform: str
) -> None:
    file_name, gradebook = FILES[platform]
    matched = open_page().evaluate(
        """async ([fileName, text]) => {
          const { readLayout } = await import("/static/gradebook.js");
          const { matchStudents } = await import("/static/gradebook-match.js");
          const { students } = readLayout(text);
          const { pairs } = matchStudents([{ name: "x", fileName, cells: [] }], students, []);
          return [...pairs.keys()].map((student) => student.name);
        }""",
        [file_name, gradebook],
    )
    assert [set(name.replace(",", "").split()) for name in matched] == [{"Ada", "Lovelace"}]


def test_two_students_of_one_name_are_not_confused(open_page: OpenPage) -> None:
    page = open_page("#class")
    score_class(page, [("Ada Lovelace", "One essay."), ("Bo", "Two.")])
    _attach(page, b"name,mark\nAda Lovelace,\nLovelace Ada,\nBo,\n")
    report = page.locator("#gradebook-report")
    expect(report).to_contain_text("1 of 3 students")
    expect(report).to_contain_text("Not in the gradebook: Ada Lovelace.")


def test_another_scale_than_the_gradebooks_is_pointed_out(open_page: OpenPage) -> None:
    page = open_page("#class")
    score_class(page, [("Ada Lovelace", "One essay.")], scale="0-100")
    _attach(page, CANVAS.encode())
    expect(page.locator("#gradebook-report")).to_contain_text(
        "goes up to 20, but your scale goes up to 100"
    )


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04", b"a,b\n1,2\n", b"\x00\x01"])
def test_a_file_that_is_no_gradebook_is_refused(open_page: OpenPage, content: bytes) -> None:
    page = open_page("#class")
    score_class(page, [("Ada", "One essay.")])
    _attach(page, content)
    expect(page.locator("#gradebook-error")).not_to_be_empty()
    expect(page.locator("#download-gradebook")).to_be_hidden()


def _download(page: Page) -> tuple[str, str]:
    with page.expect_download() as download:
        page.locator("#download-class").click()
    return download.value.suggested_filename, Path(download.value.path()).read_text("utf-8-sig")


@pytest.mark.parametrize(("scale", "mark"), [("0-20", "14.5"), ("A,B,C,D,F", "B"), ("1-6", "3.5")])
def test_a_downloaded_class_can_be_opened_again(open_page: OpenPage, scale: str, mark: str) -> None:
    page = open_page("#class")
    score_class(page, [("=Ada", "=1+1 is an essay."), ("Bo", "Two.")], scale=scale)
    enter(page, "=Ada", mark=mark, comment="=Good,\nvery good.")
    name, text = _download(page)
    assert "'=1+1 is an essay." in text
    other = open_page("#class", locale="fr")
    server = FakeServer.install(other, result())
    open_table(other, text.encode(), name)
    other.locator("#column-form [type=submit]").click()
    wait_for_status(other, "Terminé.")
    assert {request["text"] for request in server.requests} == {"=1+1 is an essay.", "Two."}
    expect(other.locator("#mark-scale")).to_have_value(scale)
    row = other.locator("#class-table-body tr").filter(has_text="=Ada")
    expect(row.locator(".teacher-score")).to_have_value(mark.replace(".", ","))
    expect(row.locator(".comment")).to_have_value("=Good,\nvery good.")
    other.get_by_role("button", name="English").click()
    expect(other.locator("html")).to_have_attribute("lang", "en")
    again, second = _download(other)
    assert (again, second) == (name, text)


def test_a_semicolon_table_gets_decimal_commas_in_any_language(open_page: OpenPage) -> None:
    page = open_page("#class")
    FakeServer.install(page, result())
    open_table(page, "nom;texte;note\r\nZoé;Une copie.;3,5\r\n".encode(), "6e.csv")
    page.locator("#column-form [type=submit]").click()
    wait_for_status(page)
    _, text = _download(page)
    (row,) = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    assert (row["Unrounded suggested score"], row["Your mark"]) == ("2,77", "3,5")
