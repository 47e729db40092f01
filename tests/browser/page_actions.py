"""What a teacher does on the page, as functions that tests share."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Page, expect

OpenPage = Callable[..., Page]  # of the fixture ``open_page``
PdfPages = Callable[[Path], list[str]]  # of the fixture ``pdf_pages``
Rows = Sequence[Sequence[str]]

ESSAY = "Schools should open later. Students sleep too little. So they learn less."
HOSTILE = (
    "<script>document.title = 'broken'</script> <img src=x onerror=\"document.title = 'broken'\">"
)
HEADER = ("student", "essay")  # of a class
# Resolves when all changes of classes that began before are stored: the browser orders them.
_STORED = """
() => new Promise((resolve, reject) => {
  const request = indexedDB.open('essay-scorer');
  request.onerror = reject;
  request.onsuccess = () => {
    const transaction = request.result.transaction(['classes', 'essays']);
    transaction.oncomplete = () => { request.result.close(); resolve(); };
  };
})
"""


def submit_essay(page: Page, text: str = ESSAY) -> None:
    """Enter an essay and ask for a score."""
    page.get_by_label("Essay", exact=True).fill(text)
    page.get_by_role("button", name="Suggest a score").click()


def csv_bytes(rows: Rows, **options: Any) -> bytes:
    """Return rows as CSV; the options are those of ``csv.writer``."""
    out = io.StringIO()
    csv.writer(out, **options).writerows(rows)
    return out.getvalue().encode()


def class_rows(size: int) -> list[tuple[str, str]]:
    """Return the header and the rows of a class."""
    return [HEADER, *((f"Student {n}", f"Essay number {n}.") for n in range(1, size + 1))]


def open_table(page: Page, content: bytes, name: str = "class.csv") -> None:
    """Choose a file in the view of a class."""
    file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.locator("#class-file").set_input_files(file)


def score_table(page: Page, rows: Rows, name: str = "class.csv") -> None:
    """Open a table and start scoring it with the guessed columns."""
    open_table(page, csv_bytes(rows), name)
    page.locator("#column-form [type=submit]").click()


def wait_for_status(page: Page, status: str = "Done.") -> None:
    """Wait until the class has this status."""
    expect(page.locator("#class-status")).to_have_text(status, timeout=300_000)


def student_names(page: Page) -> list[str]:
    """Return the names in the table of the class, in the order shown."""
    return page.locator("#class-table-body th").all_inner_texts()


def reload_class(page: Page) -> None:
    """Reload the page once what was entered is stored, which takes a moment."""
    page.evaluate(_STORED)
    page.reload()
