"""Tables as programs export them: lines above the titles, rows below them, HTML, guarded cells."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_server import FakeServer, result
from tests.browser.page_actions import (
    OpenPage,
    csv_bytes,
    open_table,
    wait_for_status,
)

SCORE_ALL = "Score all essays"


def _selected(page: Page, role: str) -> str:
    return page.locator(f"#column-{role} option:checked").inner_text()


def _notes(page: Page) -> list[str]:
    return page.locator("#table-notes li").all_inner_texts()


LINE = "Class 8b – essays, spring"
ROWS = "name{0}essay{0}score\r\nAda{0}A text.{0}4\r\nBob{0}Another.{0}3\r\n"
ABOVE: dict[str, tuple[bytes, int]] = {
    "unquoted, with commas": (f"{LINE}\r\n{ROWS.format(',')}".encode(), 1),
    "quoted": (f'"{LINE}",,\r\n{ROWS.format(",")}'.encode(), 1),
    "several, and an empty one": (f"{LINE}\r\nMs. Gray\r\n\r\n{ROWS.format(',')}".encode(), 2),
    "semicolons": (f"{LINE}\r\n{ROWS.format(';')}".encode(), 1),
    "tabs in UTF-16": (f"{LINE}\r\n{ROWS.format(chr(9))}".encode("utf-16"), 1),
    "Windows-1252": (f"{LINE}\r\n{ROWS.format(';')}".encode("cp1252"), 1),
    "UTF-16 without a byte order mark": (f"{LINE}\r\n{ROWS.format(',')}".encode("utf-16le"), 1),
    "below a declared separator": (f"sep=;\r\n{LINE}\r\n{ROWS.format(';')}".encode(), 1),
    "a word that is a title, too": (f"Essay\r\n{ROWS.format(',')}".encode(), 1),
    "capitals, spaces, quotes": (
        f'{LINE}\r\n" NAME ";"The  Essay";" Full Text "\r\nAda;x;A text.\r\nBob;x;No.\r\n'.encode(),
        1,
    ),
    "one usual title": (b"Class 8b\r\nabc,essay\r\nAda,A text.\r\nBob,No.\r\n", 1),
    "none": (ROWS.format("|").encode(), 0),
}


@pytest.mark.parametrize("name", ABOVE)
def test_lines_above_the_titles_are_named_and_skipped(open_page: OpenPage, name: str) -> None:
    page = open_page("#class")
    content, lines = ABOVE[name]
    open_table(page, content)
    expect(page.locator("#essay-count")).to_have_text("2 essays in class.csv.")
    expect(page.locator("#essay-preview")).to_have_text("A text.")
    notes = _notes(page)
    assert len(notes) == (lines > 0)
    assert all("above the header row" in note for note in notes)
    if name != "one usual title":
        assert _selected(page, "name").strip().lower() == "name"


REFUSED = {
    "a line that is no row of titles": (
        b"Class 8b\r\nKuerzel;Aufsatz\r\nA1;Ein Text.\r\n",
        "The first line, “Class 8b”, isn’t a header row.",
    ),
    "two titles of one name": (
        b"name,essay,score, score\r\na,One.,4,0\r\n",
        "Two columns are named “score”.",
    ),
    "no titles": (b",,\r\na,b,c\r\n", "This file doesn’t contain a table."),
    "only lines": (f'"{LINE}"\r\nname,essay\r\n'.encode(), "This file doesn’t contain a table."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_without_usable_titles_is_refused(open_page: OpenPage, name: str) -> None:
    page = open_page("#class")
    content, message = REFUSED[name]
    open_table(page, content)
    expect(page.get_by_role("alert")).to_contain_text(message)
    expect(page.locator("#column-form")).to_be_hidden()
    open_table(page, ROWS.format(",").encode())
    expect(page.locator("#class-error")).to_be_empty()


def test_columns_without_a_title_are_ignored(open_page: OpenPage) -> None:
    page = open_page("#class")
    essay = b"The pool should stay open. " * 5
    open_table(page, b",answer to all, \r\n0123456789012345678901,%b,\r\n1,Two.,\r\n" % essay)
    expect(page.locator("#column-text option")).to_have_text(["answer to all"])
    expect(page.locator("#column-name option")).to_have_text(["None", "answer to all"])


QUALTRICS = (
    ("ResponseId", "Duration", "Q4"),
    ("Response ID", "Duration (in seconds)", "Write an essay."),
    ('{"ImportId":"_recordId"}', '{"ImportId":"duration"}', '{"ImportId":"QID4_TEXT"}'),
    ("R_1", "610", "The pool should stay open." + " It is the only one." * 4),
    ("R_2", "320", 'In code, {"ImportId":"x"} is an object.' + " I like objects." * 5),
)


@pytest.mark.parametrize("rows", [QUALTRICS, (QUALTRICS[0], *QUALTRICS[2:])])
def test_the_further_titles_of_qualtrics_are_no_essays(open_page: OpenPage, rows: Any) -> None:
    page = open_page("#class")
    open_table(page, csv_bytes(rows), "survey.csv")
    expect(page.locator("#essay-count")).to_have_text("2 essays in survey.csv.")
    expect(page.locator("#essay-preview")).to_have_text(QUALTRICS[-2][-1])
    (note,) = _notes(page)
    assert "Qualtrics" in note


# Cells, and the text of each essay.
HTML = {
    '<p dir="ltr" style="text-align: left;">I think&nbsp;so &amp; more.</p><p>Yes.<br></p>': (
        "I think so & more.\n\nYes."
    ),
    "<div>One<br/>two</div>\n<div>caf&eacute;</div>": "One\ntwo\n\ncafé",
    "One.<br /><br />Two.<br />\r\nThree.": "One.\n\nTwo.\nThree.",
    "First line<div>Second <b>line</b></div><div><br></div><div>Third</div>": (
        "First line\n\nSecond line\n\nThird"
    ),
    "<ul><li>a</li><li>b</li></ul><table><tr><td>c</td><td>d</td></tr></table>": "a\n\nb\n\nc\n\nd",
    '<style>p { color: red }</style><p onclick="x()">A &lt;b&gt;</p><script>alert(1)</script>': (
        "A <b>"
    ),
    '<p><img src="https://198.51.100.7/x.png" alt="">One<!-- no --> two.</p>&nbsp;': "One two.",
    "<pre>a\n b</pre>": "a\nb",
    "Caf&eacute; noir.\n\nIt&#39;s good.": "Café noir.\n\nIt's good.",
    "Cats &amp; dogs": "Cats & dogs",
}
PROSE = [
    "I <3 my dog, and a < b. It&s fun & good; R&D;",
    "To make it bold, write <b>bold</b>.",
    "<p> begins a paragraph and </p> ends it, I learned.",
    "My page:\n<html>\n<body>\n<p>Hello</p>\n</body>\n</html>\nThat was it.",
    "Type &nbsp; for a space that does not break.",
    "x <- 3; if (a<b && b>c) y",
    "An e-mail <ada@school.example> came.",
]


def test_cells_with_html_are_plain_text_and_prose_stays_as_it_is(open_page: OpenPage) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, result())
    rows = [("id", "essay"), *((str(n), cell) for n, cell in enumerate([*HTML, *PROSE]))]
    open_table(page, csv_bytes(rows))
    expect(page.locator("#essay-preview")).to_have_text(next(iter(HTML.values())))
    assert _notes(page) == [f"{len(HTML)} essays contain HTML codes; only their text is scored."]
    page.get_by_role("button", name=SCORE_ALL).click()
    wait_for_status(page)
    texts = {request["text"] for request in server.requests}
    assert texts == {*HTML.values(), *PROSE}
    # The download has the file's own cells.
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    essays = [row["essay"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert [essay.replace("\r\n", "\n") for essay in essays] == [
        cell.replace("\r\n", "\n") for cell in [*HTML, *PROSE]
    ]


NEUTRALIZED = [
    *("=1+1", "+49 30 1234", "-I like dogs.", "@SUM(1)", "\tx", "\r=1", "  =1", "\u00a0=1"),
    *("＝1+1", "＋1", "－a", "＠x", "\n=1", "-", "'=1", "''-x", "-1.5 degrees", "-1-1"),
]
UNCHANGED = [
    *("-1.5", "+3", "-1,5", "-50%", "1e-3", "-1.5e3", "  -2", "'tis", "a=b", "", "'-5", "''"),
    *("Don't", "'", "5-3", "<b>"),
]


def _formatted(page: Page, cells: list[str]) -> tuple[list[str], list[str]]:
    """Return cells as they stand in our file, and as the page reads them back."""
    text, again = page.evaluate(
        "async cells => { const { formatCsv, parseCsv } = await import('/static/csv.js');"
        " const text = formatCsv([['id', 'essay'], ...cells.map(one => ['x', one])], ',');"
        " return [text, parseCsv(text).rows.slice(1).map(row => row[1])]; }",
        cells,
    )
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    return [row[1] for row in rows[1:]], again


def test_formulas_are_neutralized_and_read_back_as_they_were(open_page: OpenPage) -> None:
    page = open_page()
    written, again = _formatted(page, [*NEUTRALIZED, *UNCHANGED])
    assert written == [*(f"'{cell}" for cell in NEUTRALIZED), *UNCHANGED]
    assert again == [*NEUTRALIZED, *UNCHANGED]


def test_a_downloaded_class_can_be_opened_and_downloaded_again(open_page: OpenPage) -> None:
    page = open_page("#class")
    FakeServer.install(page, result())
    open_table(page, csv_bytes([("id", "essay"), ("=x", "-An essay."), ("2", "Two.")]))
    for _ in range(2):
        page.get_by_role("button", name=SCORE_ALL).click()
        wait_for_status(page)
        page.get_by_label("Your mark: 2", exact=True).fill("4")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download CSV").click()
        content = Path(download.value.path()).read_bytes()
        lines = io.StringIO(content.decode("utf-8-sig"), newline="")
        first, second = csv.DictReader(lines)
        assert (first["id"], first["essay"]) == ("'=x", "'-An essay.")
        assert (second["Your mark"], second["Suggested score"]) == ("4", "3")
        assert not any("(2)" in title for title in second)  # the added columns are recognized
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Delete this class").click()
        open_table(page, content)
        expect(page.locator("#column-form")).to_be_visible()
        expect(page.locator("#essay-preview")).to_have_text("-An essay.")
        assert _selected(page, "teacher-score") == "Your mark"
