"""A teacher's work with a class by keyboard alone, from Word files to sheets and a gradebook.

Each function is a stage of it: it starts where the one before has ended. Only keys are pressed; a
control is reached with Tab, so a stage fails where the keyboard doesn't lead.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import Download, FilePayload, Page, expect

from tests.browser.class_files import payloads
from tests.browser.class_of_thirty import STUDENTS

MAX_TABS = 400
SLIP = 3  # which of the first marks is mistyped, and how
MISTYPED = "3"
MARKED_FIRST, READ = 10, 3

MARKS = {one.name: f"{one.mark:g}" for one in STUDENTS}


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Press Tab until a control has the focus."""
    for _ in range(MAX_TABS):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


def choose_option(page: Page, selector: str, value: str) -> None:
    """Choose an option of a list with the arrow keys."""
    tab_to(page, selector)
    field = page.locator(selector)
    page.keyboard.press("Home")
    for _ in range(field.locator("option").count()):
        if field.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrow keys do not lead to {value} in {selector}")


def choose_option_back(page: Page, selector: str, value: str) -> None:
    """Choose an option of a list that is above the focus."""
    tab_to(page, selector, back=True)
    choose_option(page, selector, value)


def choose_files(page: Page, button: str, files: Mapping[str, bytes]) -> None:
    """Press a button that asks for files, and give it some."""
    tab_to(page, button)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chosen: list[FilePayload] = list(payloads(files))
    chooser.value.set_files(chosen)


def focused_student(page: Page) -> str:
    """Return the name in the row that has the focus."""
    return str(page.evaluate("document.activeElement.closest('tr').cells[0].innerText"))


def open_class(page: Page, files: Mapping[str, bytes]) -> None:
    """Open the students' documents, and have all essays scored without their headings."""
    page.on("filechooser", lambda _: None)  # so that none is missed while it's waited for
    choose_files(page, "#choose-class-file", files)
    expect(page.locator("#import-list li")).to_have_count(len(files))
    tab_to(page, "#leave-out-all")
    expect(page.locator("#leave-out-all")).to_be_checked()
    tab_to(page, "#column-form [type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("#stop-class")).to_be_hidden()
    expect(page.locator("#class-table-body tr")).to_have_count(len(files))


def mark_first(page: Page) -> None:
    """Choose the scale of 20 points, and mark the essays that the page proposes to mark first."""
    choose_option(page, "#mark-scale", "0-20")
    choose_option(page, "#class-filter", "first")
    expect(page.locator("#class-table-body tr")).to_have_count(MARKED_FIRST)
    tab_to(page, ".teacher-score")
    for place in range(MARKED_FIRST):
        mark = MARKS[focused_student(page)]
        page.keyboard.type(MISTYPED if place == SLIP else mark)
        page.keyboard.press("Enter")
    expect(page.locator("#save-profile")).to_be_visible()  # something was learned


def correct_the_slip(page: Page) -> str:
    """Correct the mark that lies far from its suggestion; return the student's name."""
    page.keyboard.press("Escape")
    choose_option_back(page, "#class-filter", "surprising")
    expect(page.locator("#class-table-body tr")).to_have_count(1)
    tab_to(page, "#class-table-body th button")
    student = focused_student(page)
    page.keyboard.press("Enter")
    expect(page.locator("#essay-dialog")).to_be_visible()
    report = page.locator("#marking-report")
    before = report.inner_text()
    page.keyboard.press("m")
    page.keyboard.press("Control+a")
    page.keyboard.type(MARKS[student])
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator(".tag.second-look")).to_have_count(0)
    expect(report).not_to_have_text(before, use_inner_text=True)  # it has been learned from
    return student


def read_essays(page: Page, on_read: Callable[[], object] | None = None) -> list[str]:
    """Read the essays that are listed first, and add a sentence to each one's comment.

    Args:
        page: with the list of the class's essays.
        on_read: called while the last one of them is explained and open.

    Returns:
        The students' names.
    """
    names = []
    page.keyboard.press("u")
    page.keyboard.press("Enter")
    for place in range(READ):
        dialog = page.locator("#essay-dialog")
        names.append(page.locator("#essay-dialog-title").inner_text())
        tab_to(page, "#essay-dialog-explain button")
        page.keyboard.press("Enter")
        expect(dialog.locator("#essay-dialog-result .measures")).to_be_visible()
        if dialog.locator(".sentences button").count() > 0:
            tab_to(page, ".sentences button")
            page.keyboard.press("Enter")
        page.keyboard.press("=")
        if on_read and place == READ - 1:
            on_read()
        page.keyboard.press("n")
        expect(page.locator("#essay-dialog-title")).not_to_have_text(names[-1])
    page.keyboard.press("Escape")
    return names


def accept_suggestions(page: Page) -> int:
    """Accept the suggestions for all essays without a mark; return how many these were."""
    page.keyboard.press("u")
    page.keyboard.press("m")
    rows = page.locator("#class-table-body tr").count()
    for _ in range(rows):
        page.keyboard.press("=")
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    return rows


def print_sheets(page: Page, path: Path, on_sheets: Callable[[], object] | None = None) -> None:
    """Print a sheet for each student; a headless browser prints into a file.

    Args:
        page: with the list of the class's essays.
        path: of the PDF.
        on_sheets: called before they are printed, which removes them from the page.
    """
    page.evaluate("window.print = () => {}")
    tab_to(page, "#print-sheets")
    page.keyboard.press("Enter")
    expect(page.locator("body[data-print]")).to_be_attached()
    if on_sheets:
        on_sheets()
    page.pdf(path=path, format="A4")


def fill_worksheet(page: Page, worksheet: bytes) -> Download:
    """Fill Moodle's grading worksheet, and return the download."""
    choose_files(page, "#choose-gradebook", {"Grades-English 10.csv": worksheet})
    expect(page.locator("#download-gradebook")).to_be_visible()
    tab_to(page, "#download-gradebook")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    return download.value
