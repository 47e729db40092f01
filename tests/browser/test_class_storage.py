"""The class is saved in the browser: across reloads, until it is deleted."""

from playwright.sync_api import Page, expect

from tests.browser.fake_server import EXPLANATION, FakeServer, no_reply, result
from tests.browser.page_actions import OpenPage, class_rows, score_table, wait_for_status

# A class as the first version of the page saved it.
SAVED_HEADER = {"file": "class.csv", "separator": ",", "titles": ["student", "essay"], "prompt": ""}
SAVED_ROW = {
    "place": 0,
    "cells": ["Student 1", "Essay number 1."],
    "name": "Student 1",
    "text": "Essay number 1.",
    "prompt": "",
    "answer": result(),
    "problem": None,
    "own": "5",
    "remark": "Well argued.",
}

_SAVE = """
([header, row]) => new Promise((resolve, reject) => {
  const request = indexedDB.open('essay-scorer', 1);
  request.onerror = reject;
  request.onupgradeneeded = () => {
    request.result.createObjectStore('head').put(header, 'head');
    request.result.createObjectStore('rows', { keyPath: 'place' }).put(row);
  };
  request.onsuccess = () => { request.result.close(); resolve(); };
})
"""
_LOAD = """
() => new Promise((resolve, reject) => {
  const request = indexedDB.open('essay-scorer', 1);
  request.onerror = reject;
  request.onsuccess = () => {
    const transaction = request.result.transaction(['head', 'rows']);
    const header = transaction.objectStore('head').get('head');
    const rows = transaction.objectStore('rows').getAll();
    transaction.oncomplete = () => resolve([header.result, rows.result]);
  };
})
"""


def _expect_entries(page: Page, *, score: str, comment: str) -> None:
    """Check what the teacher entered for the first student."""
    expect(page.get_by_label("Your score: Student 1", exact=True)).to_have_value(score)
    expect(page.get_by_label("Your comment: Student 1", exact=True)).to_have_value(comment)


def test_nothing_is_lost_or_sent_again_after_a_reload(open_page: OpenPage) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, result(), result(), result(), no_reply)
    score_table(page, class_rows(9))
    expect(page.locator(".suggested-score strong")).to_have_count(3)
    page.get_by_label("Your score: Student 1", exact=True).fill("5")
    comment = page.get_by_label("Your comment: Student 1", exact=True)
    comment.fill("Well argued.")
    comment.press("Tab")
    server.reset(result())
    page.reload()
    expect(page.locator(".suggested-score strong")).to_have_count(3)
    _expect_entries(page, score="5", comment="Well argued.")
    assert server.requests == []
    page.get_by_role("button", name="Resume").click()
    wait_for_status(page)
    assert len(server.requests) == 6
    page.reload()
    expect(page.locator(".suggested-score strong")).to_have_count(9)


def test_a_class_saved_by_an_earlier_version_opens(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate(_SAVE, [SAVED_HEADER, SAVED_ROW])
    page.get_by_role("link", name="Whole class").click()
    expect(page.locator("#class-file-name")).to_have_text("class.csv")
    expect(page.locator(".suggested-score strong")).to_have_text("3")
    _expect_entries(page, score="5", comment="Well argued.")


def test_a_class_is_saved_as_earlier_versions_read_it(open_page: OpenPage) -> None:
    page = open_page("#class")
    FakeServer.install(page, result())
    score_table(page, class_rows(1))
    wait_for_status(page)
    page.get_by_label("Your score: Student 1", exact=True).fill("5")
    page.get_by_label("Your comment: Student 1", exact=True).fill("Well argued.")
    assert page.evaluate(_LOAD) == [SAVED_HEADER, [SAVED_ROW]]


def test_a_class_stays_in_the_browser_until_it_is_deleted(open_page: OpenPage) -> None:
    page = open_page("#class")
    expect(page.locator("#storage-notice")).to_contain_text(
        "saved in this browser only, until you delete"
    )
    FakeServer.install(page, result())
    score_table(page, class_rows(3))
    wait_for_status(page)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Delete this class").click()
    expect(page.locator("#class-table-body tr")).to_have_count(3)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete this class").click()
    expect(page.get_by_role("button", name="Choose files")).to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    expect(page.locator("#class-results")).to_be_hidden()


def test_a_browser_without_storage_says_so(open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script("delete Window.prototype.indexedDB; delete window.indexedDB")
    page.goto(page.url + "#class")
    page.reload()
    expect(page.locator("#storage-notice")).to_contain_text("This browser can’t save your work")
    FakeServer.install(page, result())
    score_table(page, class_rows(3))
    wait_for_status(page)


def test_the_explanation_of_an_essay_is_requested_and_saved(open_page: OpenPage) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, result(), result(), result(explanation=EXPLANATION))
    score_table(page, class_rows(2))
    wait_for_status(page)
    page.get_by_role("button", name="Student 2", exact=True).click()
    page.get_by_role("button", name="Explain this score").click()
    explanation = page.locator("#essay-dialog .annotated")
    expect(explanation).to_contain_text("Students sleep too little.")
    assert server.requests[2] == {
        "text": "Essay number 2.",
        "explain": True,
        "features": True,
    }
    page.reload()
    page.get_by_role("button", name="Student 2", exact=True).click()
    expect(explanation).to_be_visible()
    assert len(server.requests) == 3
