"""CSV: tables of all common dialects are read, and the class is downloaded as one."""

import csv
import io
import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_server import FakeServer, error, result
from tests.browser.page_actions import (
    HEADER,
    OpenPage,
    csv_bytes,
    open_table,
    score_table,
    wait_for_status,
)


def _download(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename == "class-scored.csv"
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_download_has_every_column_and_the_teachers_entries(open_page: OpenPage) -> None:
    page = open_page("#class")
    text = 'A "quoted", text;\nof two lines – é.'
    formula = "=HYPERLINK(1)"
    flagged = result(flags=["too_long"], review=True)
    FakeServer.install(page, error(422, "text_without_words"), flagged)
    score_table(page, [(*HEADER, "note"), ("Ada", "1234", "x"), (formula, text, "-5")])
    wait_for_status(page)
    page.get_by_label(f"Your mark: {formula}").fill("4.5")
    page.get_by_label(f"Your comment: {formula}").fill("Good, =so far")
    page.keyboard.press("Tab")
    first, second = _download(page)
    assert (first["student"], first["essay"], first["Suggested score"]) == ("Ada", "1234", "")
    assert first["Error"] == "This text contains no words."
    assert second == {
        "student": f"'{formula}",  # so that no spreadsheet program evaluates it
        "essay": text.replace("\n", "\r\n") if "\r\n" in second["essay"] else text,
        "note": "-5",
        "Suggested score": "3",
        "Lowest likely score": "2",
        "Highest likely score": "4",
        "Unrounded suggested score": "2.77",
        "Flags": "The essay is longer than any that the model learned from.",
        "Needs your reading": "yes",
        "Error": "",
        "Your mark": "4.5",
        "Your comment": "Good, =so far",
        "Your scale": "1 to 6",
        "Model": "essay-scorer-en 1.1.0",
    }


def test_a_french_table_is_read_and_written_in_french_format(open_page: OpenPage) -> None:
    page = open_page("#class", locale="fr")
    FakeServer.install(page, result())
    table = "Élève;Rédaction;Note\r\nZoé;Un “texte”, long.;3,5\r\n"
    open_table(page, table.encode("cp1252"), "6eB.csv")
    expect(page.locator("#essay-count")).to_have_text("1 copie dans 6eB.csv.")
    page.get_by_role("button", name="Proposer une note pour chaque copie").click()
    wait_for_status(page, "Terminé.")
    expect(page.get_by_label("Votre note : Zoé")).to_have_value("3,5")
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger le CSV").click()
    assert download.value.suggested_filename == "6eB-notes.csv"
    lines = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    (row,) = csv.DictReader(lines, delimiter=";")
    assert row["Rédaction"] == "Un “texte”, long."
    assert (row["Note proposée non arrondie"], row["Votre note"]) == ("2,77", "3,5")


DIALECTS: dict[str, dict[str, Any]] = {
    "all cells quoted": {"lineterminator": "\n", "quoting": csv.QUOTE_ALL},
    "minimal quoting": {"lineterminator": "\r\n"},
}


def _random_table(generator: random.Random) -> list[list[str]]:
    def cell() -> str:
        return "".join(generator.choices('ab",;\n\r\té=', k=generator.randint(0, 6)))

    width = generator.randint(1, 5)
    rows = [[cell() for _ in range(width)] for _ in range(generator.randint(1, 6))]
    return [["head"] * width, *(row for row in rows if any(row))]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_csv_is_read_and_written_as_by_python(
    open_page: OpenPage, separator: str, dialect: str
) -> None:
    page = open_page()
    generator = random.Random(7)
    tables = [_random_table(generator) for _ in range(100)]
    tables = [table for table in tables if len(table[0]) > 1]  # one column has no separator
    texts = [
        csv_bytes(table, delimiter=separator, **DIALECTS[dialect]).decode() for table in tables
    ]
    parsed = page.evaluate(
        "async texts => { const { parseCsv } = await import('/static/csv.js');"
        " return texts.map(text => parseCsv(text).rows); }",
        texts,
    )
    assert parsed == tables
    formatted = page.evaluate(
        "async ([tables, separator]) => { const { formatCsv } = await import('/static/csv.js');"
        " return tables.map(rows => formatCsv(rows, separator)); }",
        [tables, separator],
    )
    for text, table in zip(formatted, tables, strict=True):
        assert _parse(text, separator) == table


def _parse(text: str, separator: str) -> list[list[str]]:
    """Parse the page's CSV with Python, without the apostrophes that neutralize formulas."""
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    return [
        [cell.removeprefix("'") for cell in row] for row in csv.reader(lines, delimiter=separator)
    ]


def test_a_line_that_declares_the_separator_is_no_header(open_page: OpenPage) -> None:
    page = open_page("#class")
    table = "sep=;\r\nid;essay;score\r\ns1;A text, with a comma.;4\r\ns2;Another.;3\r\n"
    open_table(page, table.encode("utf-16"))
    expect(page.locator("#essay-count")).to_have_text("2 essays in class.csv.")
    expect(page.locator("#column-text")).to_have_value("1")


def test_a_quote_that_is_never_closed_is_named_with_its_line(open_page: OpenPage) -> None:
    page = open_page("#class")
    open_table(page, b'id,essay\n1,"Two\nlines."\n2,"Never closed\n3,Swallowed.\n')
    expect(page.locator("#class-error")).to_contain_text("opens on line 4 is never closed")
    open_table(page, b'id,essay\n1,"Never closed\n2,Swallowed.\n3,"Closed."\n')
    expect(page.locator("#class-error")).to_contain_text("opens on line 2 is never closed")
