"""What a teacher does with a gradebook on the page, as functions that tests share."""

from pathlib import Path

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.fake_server import FakeServer, result
from tests.browser.page_actions import HEADER, Rows, score_table


def score_class(page: Page, rows: Rows, *, scale: str = "0-20") -> None:
    """Have the essays of a class scored, and choose the scale of the marks."""
    FakeServer.install(page, result())
    score_table(page, [HEADER, *rows])
    expect(page.locator("#stop-class")).to_be_hidden()
    page.locator("#mark-scale").select_option(scale)


def enter(page: Page, name: str, *, mark: str = "", comment: str = "") -> None:
    """Enter a student's mark and comment."""
    row = page.locator("#class-table-body tr").filter(has_text=name)
    row.locator(".teacher-score").fill(mark)
    row.locator(".comment").fill(comment)


def attach(page: Page, content: bytes, name: str) -> None:
    """Choose a file as the class's gradebook."""
    kind = "text/csv" if name.endswith(".csv") else ""
    file: FilePayload = {"name": name, "mimeType": kind, "buffer": content}
    page.locator("#gradebook-file").set_input_files(file)


def download(page: Page, button: str = "#download-gradebook") -> tuple[str, bytes]:
    """Click a button, and return the name and the content of what it downloads."""
    with page.expect_download() as started:
        page.locator(button).click()
    return started.value.suggested_filename, Path(started.value.path()).read_bytes()
