"""The paragraphs and words that the page counts are those that the server finds."""

import csv
import html
import itertools
import random
import textwrap
from collections.abc import Callable
from html.entities import html5
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from essay_scorer.text.markup import remove_markup
from essay_scorer.text.normalize import PARAGRAPH_BREAK, Text
from essay_scorer.text.paragraphs import find_paragraphs
from tests.browser.page_actions import OpenPage
from tests.browser.test_table_shapes import HTML, PROSE

FIND = (
    "async texts => { const { findParagraphs } = await import('/static/paragraphs.js');"
    " return texts.map(findParagraphs); }"
)
SEPARATORS = [
    "\n",
    "\r\n",
    "\r",
    "\u2029",
    "\n\n",
    "\r\n\r\n",
    "\n \t\n",
    "\n\n\n\n",
    "\n\t",
    "\x85",
]
LAYOUTS = [
    "<p>{}</p><p>{}</p>",
    "<p>{}<br></p>\n<p>{}</p>",
    "{}<br /><br />\n{}",
    "<div>{}</div><div><br></div><div>{}</div>",
    "<html><head><title>Not the essay</title></head><body>\n<p>{}\n<p>{}\n</body></html>",
    "<!--[if gte mso 9]><xml>x</xml><![endif]--><p>{}<o:p></o:p></p><p class='a>b'>{}</p>",
    "<table><tr><td>{}</td><td>{}</td></tr></table>",
    "Look: {} &amp; <b>bold</b> a < b {} R&D; <3",
]
PIECES = [
    *(
        "<p>",
        "</p>",
        "<br>",
        "<div class='a>b'>",
        '<a href="x',
        "<!-- a",
        "-->",
        "<",
        ">",
        "&",
        ";",
    ),
    *("&amp;", "&#233;", "&#x0;", "&#150;", "&#12 34;", "&notit;", "&nbsp;", "&semi;", "<o:p>"),
    *("</O:P>", "<script>", "</script>", "<title>", "</title>", '"', "'", "=", "word ", "Word-"),
    *("\n", "\n\n", "é", "\x93", "\x81", "\xad", "\u200b", "\x1c", "\u2028", "\t", "😀 ", "ª"),
    *("Lorem ipsum dolor sit ", "amet, consectetur adipiscing elit sed do eiusmod"),
    *("<td>", "</td>", "<li>", "?", "<P\n>", "</"),
]


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


def expected(text: str) -> list[str]:
    if not any(map(str.isalpha, text)):
        return []
    return Text.parse(text).clean.split(PARAGRAPH_BREAK)


def check(page: Page, texts: list[str]) -> None:
    found = page.evaluate(FIND, texts)
    differ = [
        (text, there, here)
        for text, there in zip(texts, found, strict=True)
        if there != (here := expected(text))
    ]
    assert differ == []


def test_essays_in_every_form_have_the_servers_paragraphs(
    page: Page, example: Callable[[str], str]
) -> None:
    texts = []
    for name in ("weak", "middling", "strong"):
        paragraphs = expected(example(name))
        texts += [separator.join(paragraphs) for separator in SEPARATORS]
        for width, separator in itertools.product((45, 60, 72, 100, 130), ("\n", "\n\n")):
            texts.append(separator.join(textwrap.fill(one, width) for one in paragraphs))
        for layout in LAYOUTS:
            texts.append(layout.format(paragraphs[0], html.escape(paragraphs[-1])))
    moodle = Path(__file__).parents[1] / "text" / "moodle_html.csv"
    with moodle.open() as file:
        texts += [row["essay"] for row in csv.DictReader(file)]
    check(page, [*texts, *HTML, *PROSE])


def test_text_of_any_kind_has_the_servers_paragraphs(page: Page) -> None:
    random_ = random.Random(5)
    texts = ["x" + "".join(random_.choices(PIECES, k=random_.randint(1, 30))) for _ in range(4000)]
    check(page, [text for text in texts if any(map(str.isalpha, expected_plain(text)))])


def test_every_entity_is_the_servers(page: Page) -> None:
    entities = [f"&{name}" for name in html5 if name.endswith(";")]
    numbers = [f"&#{code};" for code in [*range(300), 0xD800, 0xFDD0, 0xFFFF, 0x1F600, 0x110000]]
    check(page, [f"a{entity}b" for entity in [*entities, *numbers]])


def expected_plain(text: str) -> str:
    plain = "".join(piece.text for piece in remove_markup(text))
    return "".join(find_paragraphs(plain.splitlines()))


def test_the_counts_are_shown_before_an_essay_is_sent(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#essay-text").fill(" ".join(["Word"] * 50) + "\n" + " ".join(["Other"] * 50))
    assert page.locator("#word-count").inner_text() == "100 words, 2 paragraphs"
    page.get_by_role("button", name="Français").click()
    expect(page.locator("#word-count")).to_have_text("100 mots, 2 paragraphes")
