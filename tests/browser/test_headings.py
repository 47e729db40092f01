"""The heading of a paper is found, left out by default, and kept on request; a title is kept."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_server import FakeServer, result
from tests.browser.page_actions import OpenPage, csv_bytes, open_table, wait_for_status

BODY = (
    "The town wants to close the swimming pool on Mondays to save money, and I think that this is"
    " a mistake because people need it."
)
# Headings, each with how many lines it has and the student's name if that is known.
HEADINGS = [
    ("Ann Lee\nMr. Smith\nEnglish 10\n4 March 2026\n\n", 4, ""),
    ("Ann Lee\r\nMrs. Smith-Jones\r\nEnglish 10 Honors, Period 3\r\nMarch 4, 2026\r\n", 4, ""),
    ("Name: Ann Lee\nDate: 3/4/26\nPeriod 2\n", 3, ""),
    ("Name: Ann Lee   Date: March 4   Class: 8b\n", 1, ""),
    ("Ann Lee, English 10, 4 March 2026\n", 1, ""),
    ("Ann Lee\tPeriod 3\t3/4/26\n", 1, ""),
    ("Lee 1\n\nAnn Lee\nProfessor Gray\nENG 101\n04 March 2026\n", 5, "Ann Lee"),
    ("Ann Lee\n", 1, "Lee, Ann"),
    ("Ann Lee\n", 1, "leeann"),
    ("Jeanne Dupont\nMme Martin\n3eB\nle 4 mars 2026\n", 4, ""),
    ("Nom : Dupont\nPrénom : Jeanne\nClasse : 2de 4\n", 3, ""),
    ("2026-03-04\n", 1, ""),
    ("AP Language and Composition\nAnn Lee\n12/03/2025\n", 3, ""),
    ("Ann Lee | Ms. Gray | Per. 4\n", 1, ""),
    ("Wednesday, March 4\n", 1, ""),
]
NO_HEADINGS = [
    *("", "Why Pools Matter\n", "Dear Principal Smith,\n", "Dear Mr. Smith,\nI write to you.\n"),
    *("Miss out on things\n", "Mr. Smith is a good teacher\n", "The Case Against Homework\n"),
    *(
        "Coach Carter\n",
        "March 4 was a cold day\n",
        "Class Size\n",
        "History\n",
        "Period Poverty\n",
    ),
    *("Grade 12 Should Be Optional\n", "Romeo and Juliet\n", "World War II\n", "Homework Helps\n"),
    *("I have a dream.\n", "In 2020 the world changed\n", "Martin Luther King\n"),
    *("May 2020\nwas when it began. ", "Date night with my sister was fun: we ate pizza\n"),
    "Name: the thing that matters most is who you are and what you do\n",
]
FIND = (
    "async cases => { const { findHeading } = await import('/static/paper-heading.js');"
    " return cases.map(([text, name]) => findHeading(text, name)); }"
)


def test_headings_of_many_forms_are_found_and_nothing_else(open_page: OpenPage) -> None:
    page = open_page()
    texts = [[heading + BODY, name] for heading, _, name in HEADINGS]
    found = page.evaluate(FIND, texts)
    assert [one and (len(one["lines"]), one["body"]) for one in found] == [
        (lines, BODY) for _, lines, _ in HEADINGS
    ]
    assert page.evaluate(FIND, [[start + BODY, ""] for start in NO_HEADINGS]) == [None] * len(
        NO_HEADINGS
    )


def test_a_title_below_the_heading_stays(open_page: OpenPage) -> None:
    text = f"Ann Lee\nMr. Smith\nEnglish 10\n4 March 2026\nKeep Our Pool\n{BODY}"
    (found,) = open_page().evaluate(FIND, [[text, ""]])
    assert found["body"] == f"Keep Our Pool\n{BODY}"


def test_the_heading_of_an_essay_is_sent_only_on_request(open_page: OpenPage) -> None:
    page = open_page()
    server = FakeServer.install(page, result())
    choice = page.get_by_label("Leave out the heading: “Ann Lee / Mr. Smith / 4 March 2026”")
    page.locator("#essay-text").fill(f"Ann Lee\nMr. Smith\n4 March 2026\n\n{BODY}")
    expect(choice).to_be_checked()
    expect(page.locator("#word-count")).to_have_text("25 words, 1 paragraph")
    page.get_by_role("button", name="Suggest a score").click()
    expect(page.locator(".score")).to_be_visible()
    choice.uncheck()
    expect(page.locator("#word-count")).to_have_text("32 words, 4 paragraphs")
    expect(page.locator("#stale-notice")).to_be_visible()
    page.get_by_role("button", name="Suggest a score").click()
    expect(page.locator("#stale-notice")).to_be_hidden()
    assert [request["text"] for request in server.requests] == [
        BODY,
        f"Ann Lee\nMr. Smith\n4 March 2026\n\n{BODY}",
    ]


def _open_class(page: Page) -> None:
    rows = [("name", "essay"), *((name, f"{name}\n4 March 2026\n{BODY}") for name in NAMES)]
    open_table(page, csv_bytes([*rows, ("Cy Fox", BODY)]))


NAMES = ("Ann Lee", "Bob Ray")


@pytest.mark.parametrize("kept", [[], ["Bob Ray"], list(NAMES)])
def test_the_headings_of_a_class_are_chosen_together_or_one_by_one(
    open_page: OpenPage, kept: list[str]
) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, result())
    _open_class(page)
    together = page.get_by_label("Leave out the headings (name, class, date) of 2 essays.")
    expect(together).to_be_checked()
    if len(kept) == len(NAMES):
        together.uncheck()
    elif kept:
        page.get_by_label("Leave out the heading: “Bob Ray / 4 March 2026”").uncheck()
    item = page.locator("#import-list li", has_text="Ann Lee").first
    words = "30 words, 3 paragraphs" if "Ann Lee" in kept else "25 words, 1 paragraph"
    expect(item.locator(".muted")).to_have_text(words)
    page.get_by_role("button", name="Score all essays").click()
    wait_for_status(page)
    sent = sorted(request["text"] for request in server.requests)
    expected = [f"{name}\n4 March 2026\n{BODY}" if name in kept else BODY for name in NAMES]
    assert sent == sorted([*expected, BODY])
