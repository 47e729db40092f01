"""Classes are saved in the browser: across reloads and tabs, until deleted or forgotten."""

from playwright.sync_api import Page, expect

from tests.browser.fake_server import EXPLANATION, FakeServer, no_reply, result
from tests.browser.page_actions import (
    ESSAY,
    OpenPage,
    class_rows,
    reload_class,
    score_table,
    wait_for_status,
)

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


# Set when every saved class was last opened.
_AGE = """
days => new Promise((resolve, reject) => {
  const request = indexedDB.open('essay-scorer');
  request.onerror = reject;
  request.onsuccess = () => {
    const transaction = request.result.transaction('classes', 'readwrite');
    const store = transaction.objectStore('classes');
    store.getAll().onsuccess = ({ target }) => {
      for (const one of target.result) store.put({ ...one, opened: Date.now() - days * 864e5 });
    };
    transaction.oncomplete = () => { request.result.close(); resolve(); };
  };
})
"""


def _expect_entries(page: Page, *, score: str, comment: str) -> None:
    """Check what the teacher entered for the first student."""
    expect(page.get_by_label("Your mark: Student 1", exact=True)).to_have_value(score)
    expect(page.get_by_label("Your comment: Student 1", exact=True)).to_have_value(comment)


def test_nothing_is_lost_or_sent_again_after_a_reload(open_page: OpenPage) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, result(), result(), result(), no_reply)
    score_table(page, class_rows(9))
    expect(page.locator(".suggested-score strong")).to_have_count(3)
    page.get_by_label("Your mark: Student 1", exact=True).fill("5")
    comment = page.get_by_label("Your comment: Student 1", exact=True)
    comment.fill("Well argued.")
    comment.press("Tab")
    server.reset(result())
    reload_class(page)
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


def test_a_class_stays_in_the_browser_until_it_is_deleted(open_page: OpenPage) -> None:
    page = open_page("#class")
    expect(page.locator("#storage-notice")).to_contain_text("saved in this browser only")
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
    explanation = page.locator("#essay-dialog-result").get_by_role("heading", name="Where to look")
    marked = page.locator("#essay-dialog-text mark")
    expect(explanation).to_be_focused()
    expect(marked).to_contain_text("Essay number 2.")
    assert server.requests[2] == {
        "text": "Essay number 2.",
        "explain": True,
        "features": True,
    }
    reload_class(page)
    page.get_by_role("button", name="Student 2", exact=True).click()
    expect(explanation).to_be_visible()
    expect(marked).to_be_visible()
    assert len(server.requests) == 3


def _score_class(page: Page, name: str) -> None:
    FakeServer.install(page, result())
    score_table(page, class_rows(3), name)
    wait_for_status(page)


def _second_tab(page: Page) -> Page:
    other = page.context.new_page()
    other.goto(page.url)
    FakeServer.install(other, result())
    expect(other.locator("#class-table-body tr")).to_have_count(3)
    return other


def test_two_tabs_do_not_overwrite_each_others_entries(open_page: OpenPage) -> None:
    page = open_page("#class")
    _score_class(page, "class.csv")
    other = _second_tab(page)
    other.evaluate("dispatchEvent(new Event('blur'))")
    page.get_by_label("Your comment: Student 1", exact=True).fill("Well argued.")
    comment = other.get_by_label("Your comment: Student 1", exact=True)
    expect(comment).to_have_value("Well argued.")
    other.get_by_label("Your mark: Student 1", exact=True).fill("5")
    expect(page.get_by_label("Your mark: Student 1", exact=True)).to_have_value("5")
    for tab in (page, other):
        reload_class(tab)
        _expect_entries(tab, score="5", comment="Well argued.")


def test_a_tab_that_hears_nothing_writes_its_own_fields_only(open_page: OpenPage) -> None:
    page = open_page("#class")
    _score_class(page, "class.csv")
    page.context.add_init_script("delete globalThis.BroadcastChannel")
    other = _second_tab(page)
    page.get_by_label("Your comment: Student 1", exact=True).fill("Well argued.")
    _expect_entries(other, score="", comment="")
    other.get_by_label("Your mark: Student 1", exact=True).fill("5")
    other.locator("#mark-scale").select_option("0-20")
    page.get_by_role("button", name="Keep it").click()
    reload_class(other)
    _expect_entries(other, score="5", comment="Well argued.")
    expect(other.locator("#mark-scale")).to_have_value("0-20")
    expect(other.locator("#class-kept")).to_contain_text("stays in this browser")


def test_several_classes_are_kept_opened_renamed_and_deleted(open_page: OpenPage) -> None:
    page = open_page("#class")
    _score_class(page, "6a.csv")
    page.get_by_label("Your comment: Student 1", exact=True).fill("Of 6a.")
    page.get_by_role("button", name="All classes").click()
    expect(page.get_by_role("button", name="Choose files")).to_be_focused()
    _score_class(page, "6b.csv")
    page.get_by_label("Your comment: Student 1", exact=True).fill("Of 6b.")
    page.get_by_role("button", name="All classes").click()
    names = page.locator("#class-list .class-name")
    expect(names).to_have_text(["6b.csv", "6a.csv"])
    page.get_by_role("button", name="Rename: 6a.csv").click()
    field = page.get_by_label("Name of the class")
    expect(field).to_be_focused()
    field.fill("Class 6a, spring")
    field.press("Enter")
    renamed = page.get_by_role("button", name="Class 6a, spring", exact=True)
    expect(renamed).to_be_focused()
    reload_class(page)
    renamed.click()
    expect(page.get_by_role("heading", name="Class 6a, spring")).to_be_focused()
    _expect_entries(page, score="", comment="Of 6a.")
    page.get_by_role("button", name="All classes").click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete: Class 6a, spring").click()
    expect(names).to_have_text(["6b.csv"])
    names.click()
    _expect_entries(page, score="", comment="Of 6b.")


def test_another_tab_that_changes_the_scale_does_not_interrupt_typing(open_page: OpenPage) -> None:
    page = open_page("#class")
    _score_class(page, "class.csv")
    other = _second_tab(page)
    comment = page.get_by_label("Your comment: Student 1", exact=True)
    comment.press_sequentially("Well argued.")
    comment.press("ArrowLeft")
    other.locator("#mark-scale").select_option("0-20")
    expect(page.locator("#mark-scale")).to_have_value("0-20")
    page.keyboard.press("!")
    expect(comment).to_have_value("Well argued!.")
    mark = page.get_by_label("Your mark: Student 1", exact=True)
    mark.fill("1,")
    other.locator("#mark-scale").select_option("0-100")
    expect(page.locator("#mark-scale")).to_have_value("0-100")
    page.keyboard.press("5")
    expect(mark).to_have_value("1,5")


def test_a_class_that_another_tab_deletes_is_closed_and_stays_deleted(open_page: OpenPage) -> None:
    page = open_page("#class")
    _score_class(page, "class.csv")
    other = _second_tab(page)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete this class").click()
    expect(other.locator("#class-results")).to_be_hidden()
    other.reload()
    expect(other.get_by_role("button", name="Choose files")).to_be_visible()
    expect(other.locator("#class-list")).to_be_hidden()


def test_a_class_is_forgotten_after_thirty_days_unless_it_is_kept(open_page: OpenPage) -> None:
    page = open_page("#class")
    _score_class(page, "class.csv")
    expect(page.locator("#class-kept")).to_contain_text("30 days after you last opened it")
    page.evaluate(_AGE, 29)
    page.reload()
    expect(page.locator("#class-table-body tr")).to_have_count(3)
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#class-kept")).to_contain_text("until you delete it")
    page.evaluate(_AGE, 31)
    page.reload()
    expect(page.locator("#class-table-body tr")).to_have_count(3)
    page.get_by_role("button", name="Delete it after 30 days").click()
    page.evaluate(_AGE, 31)
    page.reload()
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    expect(page.locator("#class-list")).to_be_hidden()


def test_a_tab_with_an_earlier_version_is_named_as_the_reason(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate(_SAVE.replace("request.result.close(); ", ""), [SAVED_HEADER, SAVED_ROW])
    other = page.context.new_page()
    other.goto(page.url + "#class")
    expect(other.locator("#storage-notice")).to_contain_text("Another tab shows an earlier version")
    page.close()
    other.reload()
    _expect_entries(other, score="5", comment="Well argued.")


def test_the_draft_of_a_single_essay_survives_a_reload(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Essay", exact=True).fill(ESSAY)
    page.locator("#essay-prompt-details summary").click()
    page.locator("#essay-prompt").fill("Write about school.")
    page.reload()
    expect(page.get_by_label("Essay", exact=True)).to_have_value(ESSAY)
    expect(page.locator("#essay-prompt")).to_have_value("Write about school.")
    expect(page.locator("#word-count")).to_have_text("12 words, 1 paragraph")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#essay-text")).to_have_value("")  # the draft is this tab's
    page.get_by_label("Essay", exact=True).fill("")
    page.reload()
    expect(page.get_by_label("Essay", exact=True)).to_have_value("")
