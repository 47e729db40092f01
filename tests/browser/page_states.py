"""The states of the page, each with what brings the page into it, for tests of all of them."""

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.class_files import docx, essay, open_files
from tests.browser.fake_server import (
    EXPLANATION,
    FakeServer,
    disconnect,
    error,
    no_reply,
    result,
)
from tests.browser.page_actions import ESSAY, open_table

FLAGGED = result(flags=["off_topic", "too_long"], review=True, explanation=EXPLANATION)


def _submit(page: Page) -> None:
    """Submit an essay in either language."""
    page.locator("#essay-text").fill(ESSAY)
    page.locator("#suggest-score").click()


def _empty(page: Page) -> None:
    page.locator("#essay-prompt-details summary").click()


def _replaced(page: Page) -> None:
    page.locator("#essay-text").fill(ESSAY)
    file: FilePayload = {"name": "essay.txt", "mimeType": "", "buffer": b"Another essay."}
    page.locator("#essay-file").set_input_files(file)
    expect(page.locator("#undo-replacement")).to_be_visible()


def _running(page: Page) -> None:
    FakeServer.install(page, no_reply)
    _submit(page)
    expect(page.locator("#stop-scoring")).to_be_visible()


def _scored(page: Page) -> None:
    FakeServer.install(page, result())
    _submit(page)
    expect(page.locator(".score")).to_be_visible()


def _explained(page: Page) -> None:
    FakeServer.install(page, FLAGGED)
    _submit(page)
    expect(page.locator(".annotated")).to_be_visible()
    page.locator("#essay-text").press("End")
    page.locator("#essay-text").type("!")


def _failed(page: Page) -> None:
    FakeServer.install(page, disconnect)
    _submit(page)
    expect(page.locator("#essay-error")).not_to_be_empty()


def _key(page: Page) -> None:
    FakeServer.install(page, 401)
    _submit(page)
    expect(page.locator("#key-dialog")).to_be_visible()


def _class(page: Page) -> None:
    page.locator("nav a").last.click()
    expect(page.locator("#choose-class-file")).to_be_visible()


def _columns(page: Page) -> None:
    _class(page)
    rows = "".join(f"Student {n},Essay number {n}.,{n % 5 or ''}\n" for n in range(1, 13))
    open_table(page, f"name,essay,score\n{rows}".encode(), "6b.csv")
    expect(page.locator("#column-form")).to_be_visible()
    page.locator("#column-form summary").click()


def _noted_columns(page: Page) -> None:
    _class(page)
    rows = "Class 8b\nname,essay\nAda,<p>One.</p><p>Two.</p>\n"
    open_table(page, rows.encode())
    expect(page.locator("#table-notes li")).to_have_count(2)


def _documents(page: Page) -> None:
    _class(page)
    heading = "Ann Lee\n\nMr. Smith\n\n4 March 2026\n\n"
    essays = {f"Student {n}.docx": docx((heading if n % 2 else "") + essay(n)) for n in range(9)}
    open_files(page, {**essays, "photo.jpg": b"\xff\xd8\xff\xe0", "~$a.docx": b"x"})
    expect(page.locator("#import-list li")).to_have_count(9)


def _no_essays(page: Page) -> None:
    _class(page)
    open_table(page, b"Student,ID,SIS Login ID,Essay 1 (45)\nAda,1,ada@school.example,17\n")
    expect(page.locator("#class-error")).not_to_be_empty()


def _heading(page: Page) -> None:
    page.locator("#essay-text").fill(f"Ann Lee\nMr. Smith\n4 March 2026\n\n{essay(3)}")
    expect(page.locator("#leave-out-heading")).to_be_visible()


def _class_running(page: Page) -> None:
    _columns(page)
    FakeServer.install(page, result(), error(422, "text_without_words"), FLAGGED, no_reply)
    page.locator("#column-form [type=submit]").click()
    expect(page.locator(".suggested-score strong")).to_have_count(2)


def _class_done(page: Page) -> None:
    _columns(page)
    failed = error(422, "text_without_words")
    FakeServer.install(page, failed, FLAGGED, result(flags=["too_long"]), result())
    page.locator("#column-form [type=submit]").click()
    expect(page.locator("#stop-class")).to_be_hidden()
    expect(page.locator(".suggested-score strong")).to_have_count(11)


def _no_score(page: Page) -> None:
    FakeServer.install(page, result(flags=["gibberish", "too_long"], review=True))
    _submit(page)
    expect(page.locator(".no-score")).to_be_visible()


def _marking(page: Page) -> None:
    _class_done(page)
    page.locator("#mark-scale").select_option("0-20")
    page.locator(".teacher-score").nth(1).fill("99")
    page.locator(".comment").nth(1).fill("A remark of many words. " * 12)
    page.locator("#mark-scale").select_option("1-6")
    page.locator(".teacher-score").nth(2).fill("77")
    page.locator(".teacher-score").nth(3).press("=")
    expect(page.locator("#acceptance")).to_be_visible()


def _gradebook(page: Page) -> None:
    _class_done(page)
    content = b"name,mark,feedback\nStudent 1,,\nStudent 2,,\nSomeone else,,\n"
    file: FilePayload = {"name": "gradebook.csv", "mimeType": "text/csv", "buffer": content}
    page.locator("#gradebook-file").set_input_files(file)
    expect(page.locator("#gradebook-report p")).to_have_count(4)


def _classes(page: Page) -> None:
    _class_done(page)
    page.locator("#all-classes").click()
    page.locator("#class-list-items li button").nth(1).click()
    expect(page.locator("#class-list-items input")).to_be_visible()


def _keys(page: Page) -> None:
    _class_done(page)
    page.locator("#show-keys").click()
    expect(page.locator("#keys-dialog")).to_be_visible()


def _dialog(page: Page) -> None:
    _class_done(page)
    page.locator("#class-table-body button").nth(1).click()
    expect(page.locator("#essay-dialog-result .legend")).to_be_visible()


# What brings the page into each of its states.
STATES: dict[str, Callable[[Page], None]] = {
    "empty": _empty,
    "replaced": _replaced,
    "running": _running,
    "scored": _scored,
    "explained": _explained,
    "failed": _failed,
    "key": _key,
    "class": _class,
    "columns": _columns,
    "noted-columns": _noted_columns,
    "documents": _documents,
    "no-essays": _no_essays,
    "heading": _heading,
    "class-running": _class_running,
    "class-done": _class_done,
    "dialog": _dialog,
    "no-score": _no_score,
    "marking": _marking,
    "gradebook": _gradebook,
    "classes": _classes,
    "keys": _keys,
}
