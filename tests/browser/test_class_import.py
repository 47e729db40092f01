"""Importing a class: which files are accepted, and which column contains what."""

import pytest
from playwright.sync_api import expect

from essay_scorer.tables.columns import USUAL_NAMES, Role
from tests.browser.fake_server import FakeServer, result
from tests.browser.page_actions import (
    OpenPage,
    class_rows,
    csv_bytes,
    open_table,
    wait_for_status,
)
from tests.browser.word_files import compound_file

REJECTED = {
    "class.xlsx": (b"PK\x03\x04", "This file can’t be read"),
    "class.xls": (compound_file("Workbook"), "This kind of spreadsheet can’t be opened."),
    "page.xls": (
        b"<html><table><tr><td>essay</td></tr></table></html>",
        "This kind of spreadsheet can’t be opened.",
    ),
    "xml.xls": (
        b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "This kind of spreadsheet can’t be opened.",
    ),
    "empty.csv": (b"", "This file doesn’t contain a table."),
    "header.csv": (b"name,essay\n", "This file doesn’t contain a table."),
}


@pytest.mark.parametrize("name", REJECTED)
def test_a_file_without_a_table_is_rejected_with_a_message(open_page: OpenPage, name: str) -> None:
    page = open_page("#class")
    content, message = REJECTED[name]
    open_table(page, content, name)
    expect(page.get_by_role("alert")).to_contain_text(message)
    expect(page.locator("#column-form")).to_be_hidden()


SELECTS = ("column-text", "column-name", "column-teacher-score", "column-prompt")
GUESSES: dict[str, list[str | None]] = {
    "name,essay,score": ["essay", "name", "score", None],
    "essay_id,full_text,holistic_score,assignment": [
        *("full_text", "essay_id", "holistic_score", "assignment"),
    ],
    "Nom;Rédaction;Note;Sujet": ["Rédaction", "Nom", "Note", "Sujet"],
    "a,b": ["b", None, None, None],
    "Student,First name,Surname,Response": ["Response", "First name + Surname", None, None],
}


@pytest.mark.parametrize("header", GUESSES)
def test_the_columns_are_guessed_and_can_be_changed(open_page: OpenPage, header: str) -> None:
    page = open_page("#class")
    separator = ";" if ";" in header else ","
    cells = {GUESSES[header][0]: "Some longer text of an essay. " * 5, GUESSES[header][3]: "Write!"}
    row = separator.join(cells.get(title, "1") for title in header.split(separator))
    open_table(page, f"{header}\n{row}\n".encode())
    for select, title in zip(SELECTS, GUESSES[header], strict=True):
        selected = page.locator(f"#{select} option:checked")
        expect(selected).to_have_text(title or "None")
    page.locator("#column-text").select_option(index=0)
    first_is_text = header.split(separator, maxsplit=1)[0] == GUESSES[header][0]
    message = "" if first_is_text else "No column has essays in it."
    expect(page.locator("#no-essays")).to_contain_text(message)


# Roles that the page shares with a batch: a batch's name of the role, the page's.
SHARED_ROLES: dict[Role, str] = {
    "text": "text",
    "id": "name",
    "prompt": "prompt",
    "score": "teacherScore",
}


@pytest.mark.parametrize("role", SHARED_ROLES)
def test_the_page_recognizes_every_usual_column_name_of_a_batch(
    open_page: OpenPage, role: Role
) -> None:
    page = open_page()
    names = list(USUAL_NAMES[role])
    columns = page.evaluate(
        "async names => { const { guessColumns } = await import('/static/column-mapping.js');"
        " return names.map(name => guessColumns(['other', name], [])); }",
        names,
    )
    recognized = [guess[SHARED_ROLES[role]] == 1 for guess in columns]
    assert dict(zip(names, recognized, strict=True)) == dict.fromkeys(names, True)


def test_the_prompt_of_a_row_takes_precedence_over_the_prompt_of_the_class(
    open_page: OpenPage,
) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, result())
    rows = [("id", "text", "prompt"), ("1", "One.", "Its own."), ("2", "Two.", "")]
    open_table(page, csv_bytes(rows))
    page.locator("#column-form summary").click()
    page.get_by_label("One assignment for the whole class").fill("For all.")
    page.get_by_role("button", name="Score all essays").click()
    wait_for_status(page)
    assert sorted(request["prompt"] for request in server.requests) == ["For all.", "Its own."]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete this class").click()
    open_table(page, csv_bytes(class_rows(2)))
    expect(page.locator("#class-prompt")).to_have_value("")  # not the deleted class's


HOSTILE = "<img src=x onerror=\"document.title='broken'\">"


def test_hostile_cells_are_shown_as_text(open_page: OpenPage) -> None:
    page = open_page("#class")
    FakeServer.install(page, result(flags=[HOSTILE]))
    essay = f"{HOSTILE} is what I wrote."
    rows = [(HOSTILE, "essay", "name"), ("x", essay, HOSTILE)]
    open_table(page, csv_bytes(rows), f"{HOSTILE[:9]}.csv")
    expect(page.locator("#essay-preview")).to_have_text(essay)
    page.get_by_role("button", name="Score all essays").click()
    wait_for_status(page)
    page.get_by_role("button", name="onerror").click()
    expect(page.locator("#essay-dialog-title")).to_have_text(HOSTILE)
    expect(page.locator("#essay-dialog-text")).to_have_text(essay)
    assert page.locator("img").count() == 0


GRADEBOOKS = {
    "Canvas": (
        "Student,ID,SIS User ID,SIS Login ID,Section,Essay 1 (4567),Current Score\n"
        "    Points Possible,,,,,20,\n"
        '"Lee, Ann",101,s1,ann.lee@school.example,English 10,17,85\n'
        '"Ray, Bob",102,s2,bob.ray@school.example,English 10,,\n'
    ),
    "marks under a usual title": "name,essay\nAnn Lee,17\nBob Ray,12\n",
    "letters under a usual title": "name,essay\nAnn Lee,B.\nBob Ray,A-\n",
    "Moodle without texts": (
        "Identifier,Full name,Email address,Status,Grade,Feedback comments\n"
        "Participant 1,Ann Lee,ann@school.example,Submitted for grading - Not marked,,\n"
    ),
    "comments": "Student,Comment\nAnn Lee,Good work but watch your commas.\nBob,Fine.\n",
}


@pytest.mark.parametrize("name", GRADEBOOKS)
def test_a_table_without_essays_says_so_and_sends_nothing(open_page: OpenPage, name: str) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, result())
    open_table(page, GRADEBOOKS[name].encode())
    expect(page.get_by_role("alert")).to_contain_text("No column has essays in it.")
    expect(page.get_by_role("button", name="Score all essays")).to_be_hidden()
    assert server.requests == []


def test_a_column_without_essays_cannot_be_chosen_for_scoring(open_page: OpenPage) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, result())
    open_table(page, csv_bytes([("login", "essay"), ("ann@school.example", "One two. " * 12)]))
    page.locator("#column-text").select_option(label="login")
    expect(page.locator("#no-essays")).to_contain_text("No column has essays in it.")
    page.get_by_role("button", name="Score all essays").click()
    expect(page.locator("#column-form")).to_be_visible()
    assert server.requests == []


WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Online text,Feedback comments\n"
    "Participant 7,Ann Lee,ann@school.example,Submitted,,20,"
    '"<p dir=""ltr"">' + "The pool is ours. " * 9 + '</p><p>It stays.</p>",\n'
)
NAMED = {
    "Moodle's worksheet": WORKSHEET,
    "first and last name": "First name,Surname,Essay\nAnn,Lee," + "It stays. " * 15 + "\n",
    "last and first name": "Nom;Prénom;Texte en ligne\nLee;Ann;" + "It stays. " * 15 + "\n",
    "a full name beside them": (
        "First name,Last name,Full name,Essay\nA.,L.,Ann Lee," + "It stays. " * 15 + "\n"
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_students_are_named_in_full(open_page: OpenPage, name: str) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, result())
    open_table(page, NAMED[name].encode())
    page.get_by_role("button", name="Score all essays").click()
    wait_for_status(page)
    expect(page.locator("#class-table-body th")).to_have_text("Ann Lee")
    (request,) = server.requests
    if name == "Moodle's worksheet":
        assert request["text"] == f"{('The pool is ours. ' * 9).strip()}\n\nIt stays."
