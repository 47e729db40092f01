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
    page.get_by_label("One prompt for the whole class").fill("For all.")
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
