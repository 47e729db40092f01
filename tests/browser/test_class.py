"""A class: a table of essays comes in, suggestions and the teacher's judgement go out."""

import csv
import io
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from essay_scorer import Scorer

from .conftest import Open
from .server import EXPLANATION, Server, answer, busy, error, lost

Rows = Sequence[Sequence[str]]
HEAD = ("student", "essay")
HOSTILE = "<img src=x onerror=\"document.title='broken'\">"


def _csv(rows: Rows, **options: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, **options).writerows(rows)
    return out.getvalue().encode()


def _class(size: int) -> list[tuple[str, str]]:
    return [HEAD, *((f"Student {n}", f"Essay number {n}.") for n in range(1, size + 1))]


def _drop(page: Page, content: bytes, name: str = "class.csv") -> None:
    file: Any = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.locator("#class-file").set_input_files(file)


def _score(page: Page, rows: Rows) -> None:
    _drop(page, _csv(rows))
    page.get_by_role("button", name="Score them all").click()


def _wait(page: Page, state: str = "Done.") -> None:
    expect(page.locator("#class-state")).to_have_text(state, timeout=60_000)


def _names(page: Page) -> list[str]:
    return page.locator("#lines th").all_inner_texts()


def _by_text(replies: dict[str, dict[str, Any]]) -> Callable[[Route], None]:
    """Answer each essay as the test says."""
    return lambda route: route.fulfill(
        json=replies[json.loads(route.request.post_data or "")["text"]]
    )


def _downloaded(page: Page, separator: str = ",") -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == "class-scored.csv"
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


def test_a_class_gets_the_scorers_scores_and_the_doubtful_come_first(
    visit: Open, scorer: Scorer, example: Callable[[str], str]
) -> None:
    page = visit("#class")
    essays = {name: example(name) for name in ("weak", "middling", "strong")}
    _score(page, [HEAD, *essays.items(), ("none", "1234"), ("short", "A short one."), ("", "")])
    _wait(page)
    flagged = [name for name, text in essays.items() if scorer.score(text).flags]
    rest = [name for name in essays if name not in flagged]
    assert _names(page) == ["none", *flagged, "short", *rest]
    expect(page.get_by_role("row", name="none")).to_contain_text("There is no word in this text.")
    expect(page.get_by_role("row", name="short")).to_contain_text("read yourself too short")
    for name, text in essays.items():
        score = scorer.score(text)
        shown = page.get_by_role("row", name=name).locator(".suggested")
        expect(shown).to_have_text(f"{score.value} {score.interval.low} to {score.interval.high}")
    expect(page.locator("#progress-text")).to_have_text(
        f"Scored: 4 of 5 essays. {1 + len(flagged)} to read yourself. 1 without a score."
    )


def test_two_hundred_essays_go_out_a_few_at_a_time_and_each_once(visit: Open) -> None:
    page = visit("#class")
    held: list[Route] = []
    server = Server.on(page, held.append)
    _score(page, _class(200))
    most = 0
    while len(server.requests) < 200 or held:
        page.wait_for_timeout(1)
        most = max(most, len(held))
        while held:
            held.pop().fulfill(json=answer())
    _wait(page)
    assert 1 < most <= 6
    texts = sorted(request["text"] for request in server.requests)
    assert texts == sorted(f"Essay number {n}." for n in range(1, 201))
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "200")
    expect(page.locator("#lines tr")).to_have_count(200)


def test_a_busy_server_is_asked_again_and_each_essay_gets_its_score(visit: Open) -> None:
    page = visit("#class")
    server = Server.on(page, busy, 503, busy, busy, answer())
    _score(page, _class(10))
    _wait(page)
    assert len(server.requests) == 14
    expect(page.locator(".suggested strong")).to_have_count(10)


def test_a_lost_connection_is_waited_for(visit: Open) -> None:
    page = visit("#class")
    server = Server.on(page, answer(), *[lost] * 6, answer())
    _score(page, _class(8))
    expect(page.locator("#class-state")).to_contain_text("The connection is lost.")
    page.evaluate("dispatchEvent(new Event('online'))")
    _wait(page)
    assert {request["text"] for request in server.requests} == {text for _, text in _class(8)[1:]}
    expect(page.locator(".suggested strong")).to_have_count(8)


def test_nothing_is_lost_or_sent_again_after_a_reload(visit: Open) -> None:
    page = visit("#class")
    server = Server.on(page, answer(), answer(), answer(), lambda _: None)
    _score(page, _class(9))
    expect(page.locator(".suggested strong")).to_have_count(3)
    page.get_by_label("Your score: Student 1", exact=True).fill("5")
    page.get_by_label("Your remark: Student 1", exact=True).fill("Well argued.")
    page.get_by_label("Your remark: Student 1", exact=True).press("Tab")
    server.now(answer())
    page.reload()
    expect(page.locator(".suggested strong")).to_have_count(3)
    expect(page.get_by_label("Your score: Student 1", exact=True)).to_have_value("5")
    expect(page.get_by_label("Your remark: Student 1", exact=True)).to_have_value("Well argued.")
    assert server.requests == []
    page.get_by_role("button", name="Go on").click()
    _wait(page)
    assert len(server.requests) == 6
    page.reload()
    expect(page.locator(".suggested strong")).to_have_count(9)


def test_it_stays_in_this_browser_until_it_is_cleared(visit: Open) -> None:
    page = visit("#class")
    expect(page.locator("#kept")).to_contain_text("kept in this browser only, until you clear")
    Server.on(page, answer())
    _score(page, _class(3))
    _wait(page)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Clear this class").click()
    expect(page.locator("#lines tr")).to_have_count(3)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Clear this class").click()
    expect(page.get_by_role("button", name="Open a table")).to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name="Open a table")).to_be_visible()
    expect(page.locator("#class-work")).to_be_hidden()


def test_a_browser_that_keeps_nothing_says_so(visit: Open) -> None:
    page = visit()
    page.add_init_script("delete Window.prototype.indexedDB; delete window.indexedDB")
    page.goto(page.url + "#class")
    page.reload()
    expect(page.locator("#kept")).to_contain_text("This browser keeps nothing")
    Server.on(page, answer())
    _score(page, _class(3))
    _wait(page)


def test_a_run_can_be_stopped_and_goes_on(visit: Open) -> None:
    page = visit("#class")
    server = Server.on(page, answer(), lambda _: None)
    _score(page, _class(6))
    expect(page.locator(".suggested strong")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    _wait(page, "Stopped.")
    server.now(answer())
    page.wait_for_timeout(300)
    assert server.requests == []
    page.get_by_role("button", name="Go on").click()
    _wait(page)
    assert len(server.requests) == 5


def test_another_tab_does_not_send_the_class_again(visit: Open) -> None:
    page = visit("#class")
    Server.on(page, answer(), lambda _: None)
    _score(page, _class(6))
    expect(page.locator(".suggested strong")).to_have_count(1)
    other = page.context.new_page()
    other.goto(page.url)
    server = Server.on(other, answer())
    other.get_by_role("button", name="Go on").click()
    _wait(other, "Another tab of this browser is scoring the class.")
    assert server.requests == []


def test_the_end_of_a_run_takes_no_field_from_under_the_teachers_hands(visit: Open) -> None:
    page = visit("#class")
    held: list[Route] = []
    Server.on(page, answer(), answer(), held.append)
    _score(page, _class(3))
    expect(page.locator(".suggested strong")).to_have_count(2)
    remark = page.get_by_label("Your remark: Student 2", exact=True)
    remark.fill("Half a sen")
    held[0].fulfill(json=answer(flags=["too_long"], review=True))
    _wait(page)
    expect(remark).to_be_focused()
    page.keyboard.type("tence.")
    expect(remark).to_have_value("Half a sentence.")
    assert _names(page) == ["Student 1", "Student 2", "Student 3"]
    page.get_by_role("columnheader", name="To look at").get_by_role("button").click()
    assert _names(page)[-1] == "Student 3"


def test_one_essay_that_fails_costs_only_itself(visit: Open) -> None:
    page = visit("#class")
    replies = [answer(), error(500, "internal"), error(413, "too_large"), answer()]
    server = Server.on(page, *replies)
    _score(page, _class(6))
    _wait(page, "Some essays still have no score.")
    expect(page.locator(".suggested strong")).to_have_count(4)
    server.now(answer())
    page.get_by_role("button", name="Go on").click()
    _wait(page)
    assert len(server.requests) == 1  # the one that asking again can help


def test_the_key_is_asked_for_once_for_the_whole_class(visit: Open) -> None:
    page = visit("#class")

    def locked(route: Route) -> None:
        if route.request.headers.get("x-api-key") == "right":
            route.fulfill(json=answer())
        else:
            route.fulfill(status=401, json={})

    Server.on(page, locked)
    _score(page, _class(10))
    page.locator("#key-cancel").click()
    _wait(page, "Some essays still have no score.")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("textbox", name="Key").fill("right")
    page.get_by_role("button", name="Use the key").click()
    _wait(page)
    expect(page.locator(".suggested strong")).to_have_count(10)


def _mixed(page: Page) -> None:
    replies = {
        "Plain.": answer(raw=3.2),
        "Doubtful.": answer(**{"essay score": 2, "raw": 2.1}, flags=["off_topic"], review=True),
        "Remarked.": answer(**{"essay score": 5, "raw": 5.1}, flags=["too_long"]),
        "Good.": answer(**{"essay score": 6, "raw": 5.9}),
    }
    Server.on(page, _by_text(replies))
    rows = [("Bea 10", "Plain."), ("Bea 9", "Doubtful."), ("Ada", "Remarked."), ("Cy", "Good.")]
    _score(page, [HEAD, *rows])
    _wait(page)


def test_the_table_sorts_and_says_how(visit: Open) -> None:
    page = visit("#class")
    _mixed(page)
    orders = {
        "To look at": ["Bea 9", "Ada", "Bea 10", "Cy"],
        "Name": ["Ada", "Bea 9", "Bea 10", "Cy"],
        "Suggestion": ["Bea 9", "Bea 10", "Ada", "Cy"],
    }
    assert _names(page) == orders["To look at"]
    for column in ("Name", "Suggestion"):
        head = page.get_by_role("columnheader", name=column)
        for direction, order in (("ascending", 1), ("descending", -1)):
            head.get_by_role("button").click()
            expect(head).to_have_attribute("aria-sort", direction)
            expect(head.get_by_role("button")).to_be_focused()
            assert _names(page) == orders[column][::order]


def test_the_table_filters_and_finds(visit: Open) -> None:
    page = visit("#class")
    _mixed(page)
    page.get_by_label("Show", exact=True).select_option("those to look at")
    assert _names(page) == ["Bea 9", "Ada"]
    expect(page.locator("#shown")).to_have_text("2 of 4 shown")
    page.get_by_label("Show", exact=True).select_option("all")
    page.get_by_label("Find a name or words").fill("bea")
    assert _names(page) == ["Bea 9", "Bea 10"]
    page.get_by_label("Find a name or words").fill("good.")
    assert _names(page) == ["Cy"]
    page.get_by_label("Find a name or words").fill("")
    page.get_by_label("Your score: Cy").fill("6")
    page.get_by_label("Show", exact=True).select_option("those without your score")
    assert _names(page) == ["Bea 9", "Ada", "Bea 10"]


def test_the_spread_is_drawn_with_the_teachers_scores_beside(visit: Open) -> None:
    page = visit("#class")
    _mixed(page)
    columns = page.locator(".chart li")
    said = "node => node.querySelector('.unseen').textContent"
    assert [column.evaluate(said) for column in columns.all()] == [
        "Score 1: 0 suggestions.",
        "Score 2: 1 suggestion.",
        "Score 3: 1 suggestion.",
        "Score 4: 0 suggestions.",
        "Score 5: 1 suggestion.",
        "Score 6: 1 suggestion.",
    ]
    for name, own in (("Cy", "6"), ("Ada", "4"), ("Bea 9", "5")):
        page.get_by_label(f"Your score: {name}").fill(own)
        page.keyboard.press("Tab")
    expect(columns.last).to_contain_text("1 suggestion. 1 of yours.")
    expect(page.locator("#chart")).to_contain_text(
        "3 essays have both: 1 the same, 2 within one point."
    )


def test_one_essay_opens_over_the_table_and_the_next_follows(visit: Open) -> None:
    page = visit("#class")
    _mixed(page)
    page.get_by_role("button", name="Bea 9").click()
    reader = page.get_by_role("dialog", name="Bea 9")
    expect(reader).to_contain_text("Doubtful.")
    expect(reader).to_contain_text("It does not seem to be about the assignment.")
    expect(reader.get_by_role("button", name="Previous")).to_be_disabled()
    reader.get_by_label("Your remark").fill("Off the topic indeed.")
    reader.get_by_role("button", name="Next").click()
    reader = page.get_by_role("dialog", name="Ada")
    expect(reader).to_contain_text("Remarked.")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Your remark: Bea 9")).to_have_value("Off the topic indeed.")


def test_one_essays_reasons_are_fetched_and_kept(visit: Open) -> None:
    page = visit("#class")
    server = Server.on(page, answer(), answer(), answer(explanation=EXPLANATION))
    _score(page, _class(2))
    _wait(page)
    page.get_by_role("button", name="Student 2", exact=True).click()
    page.get_by_role("button", name="Show what each sentence adds").click()
    expect(page.locator("#reader .shaded")).to_contain_text("Students sleep too little.")
    assert server.requests[2] == {"text": "Essay number 2.", "explain": True}
    page.reload()
    page.get_by_role("button", name="Student 2", exact=True).click()
    expect(page.locator("#reader .shaded")).to_be_visible()
    assert len(server.requests) == 3


def test_the_download_has_every_column_and_the_teachers_judgement(visit: Open) -> None:
    page = visit("#class")
    hard = 'A "quoted", text;\nof two lines – é'
    formula = "=HYPERLINK(1)"
    Server.on(page, error(422, "text_without_words"), answer(flags=["too_long"], review=True))
    _score(page, [(*HEAD, "note"), ("Ada", "1234", "x"), (formula, hard, "-5")])
    _wait(page)
    page.get_by_label(f"Your score: {formula}").fill("4.5")
    page.get_by_label(f"Your remark: {formula}").fill("Good, =so far")
    page.keyboard.press("Tab")
    first, second = _downloaded(page)
    assert (first["student"], first["essay"], first["Suggestion"]) == ("Ada", "1234", "")
    assert first["Problem"] == "There is no word in this text."
    assert second == {
        "student": f"'{formula}",  # no spreadsheet shall run it
        "essay": hard.replace("\n", "\r\n") if "\r\n" in second["essay"] else hard,
        "note": "-5",
        "Suggestion": "3",
        "Low end": "2",
        "High end": "4",
        "Before rounding": "2.77",
        "Remarks of the model": "It is longer than any essay the model learned from.",
        "To read yourself": "yes",
        "Problem": "",
        "Your score": "4.5",
        "Your remark": "Good, =so far",
        "Model": "essay-scorer-en 1.1.0",
    }


def test_a_french_spreadsheets_table_is_read_and_written_as_such(visit: Open) -> None:
    page = visit("#class", locale="fr")
    Server.on(page, answer())
    table = "Élève;Rédaction;Note\r\nZoé;Un “texte”, long.;3,5\r\n"
    _drop(page, table.encode("cp1252"), "6eB.csv")
    expect(page.locator("#columns-count")).to_have_text("1 rédaction dans 6eB.csv.")
    page.get_by_role("button", name="Tout noter").click()
    _wait(page, "Terminé.")
    expect(page.get_by_label("Votre note : Zoé")).to_have_value("3.5")
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger en CSV").click()
    assert download.value.suggested_filename == "6eB-notes.csv"
    (row,) = csv.DictReader(
        Path(download.value.path()).read_text("utf-8-sig").splitlines(), delimiter=";"
    )
    assert row["Rédaction"] == "Un “texte”, long."
    assert (row["Avant arrondi"], row["Votre note"]) == ("2,77", "3,5")


def test_the_assignment_is_the_rows_or_else_the_classes(visit: Open) -> None:
    page = visit("#class")
    server = Server.on(page, answer())
    _drop(page, _csv([("id", "text", "prompt"), ("1", "One.", "Its own."), ("2", "Two.", "")]))
    page.locator("#columns summary").click()
    page.get_by_label("One text for the whole class").fill("For all.")
    page.get_by_role("button", name="Score them all").click()
    _wait(page)
    assert sorted(request["prompt"] for request in server.requests) == ["For all.", "Its own."]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Clear this class").click()
    _drop(page, _csv(_class(2)))
    expect(page.locator("#class-prompt")).to_have_value("")  # that class had another one


def test_hostile_cells_are_shown_as_text(visit: Open) -> None:
    page = visit("#class")
    Server.on(page, answer(flags=[HOSTILE]))
    _drop(page, _csv([(HOSTILE, "essay", "name"), ("x", HOSTILE, HOSTILE)]), f"{HOSTILE[:9]}.csv")
    expect(page.locator("#preview")).to_have_text(HOSTILE)
    page.get_by_role("button", name="Score them all").click()
    _wait(page)
    page.get_by_role("button", name="onerror").click()
    expect(page.locator("#reader-title")).to_have_text(HOSTILE)
    expect(page.locator("#reader-text")).to_have_text(HOSTILE)
    assert page.locator("img").count() == 0


REFUSED = {
    "class.xlsx": (b"PK\x03\x04", "This is a spreadsheet's own file."),
    "empty.csv": (b"", "There is no table in this file"),
    "head.csv": (b"name,essay\n", "There is no table in this file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_with_a_sentence(visit: Open, name: str) -> None:
    page = visit("#class")
    content, sentence = REFUSED[name]
    _drop(page, content, name)
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    expect(page.locator("#columns")).to_be_hidden()


COLUMNS: dict[str, list[str | None]] = {
    "name,essay,score": ["essay", "name", "score", None],
    "essay_id,full_text,holistic_score,assignment": [
        *("full_text", "essay_id", "holistic_score", "assignment"),
    ],
    "Nom;Rédaction;Note;Sujet": ["Rédaction", "Nom", "Note", "Sujet"],
    "a,b": ["b", None, None, None],
}


@pytest.mark.parametrize("head", COLUMNS)
def test_the_columns_are_guessed_and_can_be_changed(visit: Open, head: str) -> None:
    page = visit("#class")
    separator = ";" if ";" in head else ","
    _drop(page, f"{head}\n1{separator}Some longer text{separator}3{separator}Write!\n".encode())
    for use, title in zip(("text", "name", "own", "prompt"), COLUMNS[head], strict=True):
        chosen = page.locator(f"#column-{use} option:checked")
        expect(chosen).to_have_text(title or "no column")
    page.locator("#column-text").select_option(index=0)
    expect(page.locator("#preview")).to_have_text("1")


FORMS: dict[str, dict[str, Any]] = {
    "all quoted": {"lineterminator": "\n", "quoting": csv.QUOTE_ALL},
    "quoted where need be": {"lineterminator": "\r\n"},
}


def _random_table(generator: random.Random) -> list[list[str]]:
    def cell() -> str:
        return "".join(generator.choices('ab",;\n\r\té=', k=generator.randint(0, 6)))

    width = generator.randint(1, 5)
    rows = [[cell() for _ in range(width)] for _ in range(generator.randint(1, 6))]
    return [["head"] * width, *(row for row in rows if any(row))]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("form", FORMS)
def test_tables_are_read_and_written_as_pythons_csv_does(
    visit: Open, separator: str, form: str
) -> None:
    page = visit()
    generator = random.Random(7)
    tables = [_random_table(generator) for _ in range(100)]
    tables = [table for table in tables if len(table[0]) > 1]  # else nothing tells the separator
    texts = [_csv(table, delimiter=separator, **FORMS[form]).decode() for table in tables]
    read = page.evaluate(
        "async texts => { const { parse } = await import('/static/csv.js');"
        " return texts.map(text => parse(text).rows); }",
        texts,
    )
    assert read == tables
    written = page.evaluate(
        "async ([tables, separator]) => { const { serialise } = await import('/static/csv.js');"
        " return tables.map(rows => serialise(rows, separator)); }",
        [tables, separator],
    )
    for text, table in zip(written, tables, strict=True):
        lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
        back = [
            [cell.removeprefix("'") for cell in row]
            for row in csv.reader(lines, delimiter=separator)
        ]
        assert back == table
