"""Accessibility: screen readers, keyboard, zoom, small screens, dark mode, motion, and print."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, Route, ViewportSize, expect

from tests.browser.class_files import docx, essay, open_files
from tests.browser.fake_server import (
    EXPLANATION,
    FakeServer,
    disconnect,
    error,
    no_reply,
    result,
)
from tests.browser.page_actions import ESSAY, OpenPage, open_table

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


def _dialog(page: Page) -> None:
    _class_done(page)
    page.locator("#class-table-body button").nth(1).click()
    expect(page.locator("#essay-dialog .annotated")).to_be_visible()


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
}
PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}


# Axe's default rules, and the one of WCAG 2.2 that is off by default.
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_no_violation(
    open_page: OpenPage, screenshots: Path, state: str, color_scheme: Literal["light", "dark"]
) -> None:
    """Check WCAG 2.2 AA and axe's best practices, contrast included."""
    for language, size in (("en", DESKTOP), ("fr", PHONE)):
        page = open_page(locale=language, color_scheme=color_scheme, viewport=size)
        STATES[state](page)
        name = f"{state}-{language}-{color_scheme}-{size['width']}.png"
        page.screenshot(path=screenshots / name, full_page=True)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("state", STATES)
def test_nothing_scrolls_sideways(open_page: OpenPage, state: str) -> None:
    """Check 200 % and 400 % zoom of a 1280-pixel window (640 and 320 pixels), and large type."""
    page = open_page(viewport={"width": 640, "height": 600})
    STATES[state](page)
    for width, font_size in ((640, 100), (320, 100), (1280, 200)):
        page.set_viewport_size({"width": width, "height": 600})
        page.evaluate(f"document.documentElement.style.fontSize = '{font_size}%'")
        scroll_width = page.evaluate("document.documentElement.scrollWidth")
        assert scroll_width <= width, (width, font_size)


def test_the_page_works_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page()
    server = FakeServer.install(page, result())

    def tab_to(name: str) -> None:
        for _ in range(20):
            page.keyboard.press("Tab")
            focused = "document.activeElement.id || document.activeElement.textContent"
            if page.evaluate(focused) == name:
                outline = "getComputedStyle(document.activeElement).outlineStyle"
                assert page.evaluate(outline) != "none", name
                return
        pytest.fail(f"Tab does not reach {name}")

    tab_to("Skip to content")
    for link in ("English", "Français", "One essay", "Whole class"):
        tab_to(link)
    page.reload()
    tab_to("Skip to content")
    page.keyboard.press("Enter")
    tab_to("essay-text")
    page.keyboard.type(ESSAY)
    tab_to("choose-essay-file")
    tab_to("Assignment prompt (optional)")
    page.keyboard.press("Enter")
    tab_to("essay-prompt")
    page.keyboard.type("Write about school.")
    tab_to("suggest-score")
    page.keyboard.press("Enter")
    expect(page.locator(".score")).to_be_visible()
    assert server.requests == [{"text": ESSAY, "prompt": "Write about school."}]


def test_progress_and_results_are_announced_to_screen_readers(open_page: OpenPage) -> None:
    page = open_page()
    pending: list[Route] = []
    FakeServer.install(page, pending.append)
    _submit(page)
    announcer = page.locator("#announcer")
    expect(announcer).to_have_text("Scoring the essay…")
    pending[0].fulfill(json=result(review=True, flags=["gibberish"]))
    expect(announcer).to_contain_text("3 on a scale of 1 to 6.")
    expect(announcer).to_contain_text("Please read this essay yourself.")


def test_nothing_moves_if_reduced_motion_is_requested(open_page: OpenPage) -> None:
    page = open_page(reduced_motion="reduce")
    _scored(page)
    moving = "[...document.querySelectorAll('*')].filter(node => getComputedStyle(node)"
    moving += ".transitionDuration !== '0s' || getComputedStyle(node).animationName !== 'none')"
    assert page.evaluate(f"{moving}.length") == 0


def test_a_class_prints_as_a_table_without_controls(open_page: OpenPage, screenshots: Path) -> None:
    page = open_page()
    _class_done(page)
    page.get_by_label("Your comment: Student 3", exact=True).fill("Well argued.")
    page.emulate_media(media="print")
    expect(page.locator(".chart")).to_be_visible()
    expect(page.get_by_role("row", name="Student 3")).to_be_visible()
    for control in ("#download-class", "#delete-class", "#class-filter", "nav", "progress"):
        expect(page.locator(control)).to_be_hidden()
    page.pdf(path=screenshots / "class.pdf", format="A4")


def test_an_essay_prints_with_its_score(open_page: OpenPage, screenshots: Path) -> None:
    page = open_page(color_scheme="dark")
    _explained(page)
    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator("#printed-essay")).to_be_visible()
    expect(page.locator("#printed-essay")).to_contain_text(ESSAY)
    expect(page.locator(".score")).to_be_visible()
    expect(page.locator("#suggest-score")).to_be_hidden()
    page.pdf(path=screenshots / "essay.pdf", format="A4")
