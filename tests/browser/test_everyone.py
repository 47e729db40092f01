"""For everyone: screen reader, keyboard alone, large print, small screen, dark, paper."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from .conftest import Open
from .server import ESSAY, EXPLANATION, Server, answer, error, lost

FULL = answer(flags=["off_topic", "too_long"], review=True, explanation=EXPLANATION)


def _send(page: Page) -> None:
    page.locator("#text").fill(ESSAY)
    page.locator("#send").click()


def _empty(page: Page) -> None:
    page.locator("#assignment summary").click()


def _running(page: Page) -> None:
    Server.on(page, lambda _: None)
    _send(page)
    expect(page.locator("#stop")).to_be_visible()


def _plain(page: Page) -> None:
    Server.on(page, answer())
    _send(page)
    expect(page.locator(".score")).to_be_visible()


def _full(page: Page) -> None:
    Server.on(page, dict(FULL))
    _send(page)
    expect(page.locator(".shaded")).to_be_visible()
    page.locator("#text").press("End")
    page.locator("#text").type("!")


def _failed(page: Page) -> None:
    Server.on(page, lost)
    _send(page)
    expect(page.locator("#problem")).not_to_be_empty()


def _key(page: Page) -> None:
    Server.on(page, 401)
    _send(page)
    expect(page.locator("#key")).to_be_visible()


def _open_class(page: Page) -> None:
    page.locator("nav a").last.click()
    expect(page.locator("#class-open")).to_be_visible()


def _columns(page: Page) -> None:
    _open_class(page)
    rows = "".join(f"Student {n},Essay number {n}.,{n % 5 or ''}\n" for n in range(1, 13))
    file: Any = {
        "name": "6b.csv",
        "mimeType": "text/csv",
        "buffer": f"name,essay,score\n{rows}".encode(),
    }
    page.locator("#class-file").set_input_files(file)
    expect(page.locator("#columns")).to_be_visible()
    page.locator("#columns summary").click()


def _class_running(page: Page) -> None:
    _columns(page)
    Server.on(page, answer(), error(422, "text_without_words"), dict(FULL), lambda _: None)
    page.locator("#columns [type=submit]").click()
    expect(page.locator(".suggested strong")).to_have_count(2)


def _class_done(page: Page) -> None:
    _columns(page)
    Server.on(
        page, error(422, "text_without_words"), dict(FULL), answer(flags=["too_long"]), answer()
    )
    page.locator("#columns [type=submit]").click()
    expect(page.locator("#class-stop")).to_be_hidden()
    expect(page.locator(".suggested strong")).to_have_count(11)


def _reader(page: Page) -> None:
    _class_done(page)
    page.locator("#lines button").nth(1).click()
    expect(page.locator("#reader .shaded")).to_be_visible()


STATES: dict[str, Callable[[Page], None]] = {
    "empty": _empty,
    "running": _running,
    "plain": _plain,
    "full": _full,
    "failed": _failed,
    "key": _key,
    "class": _open_class,
    "columns": _columns,
    "class-running": _class_running,
    "class-done": _class_done,
    "reader": _reader,
}
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


# What axe has on by itself, and what is new in WCAG 2.2.
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_no_violation(visit: Open, pictures: Path, state: str, look: str) -> None:
    """WCAG 2.2 AA and axe's best practices, contrast included, in both languages and sizes."""
    for language, size in (("en", DESKTOP), ("fr", PHONE)):
        page = visit(locale=language, color_scheme=look, viewport=size)
        STATES[state](page)
        width = size["width"]
        page.screenshot(path=pictures / f"{state}-{language}-{look}-{width}.png", full_page=True)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_cut_off_or_scrolls_sideways(visit: Open, state: str) -> None:
    """A phone; 1280 pixels at 200 % and 400 % zoom, which give a page 640 and 320; large type."""
    page = visit(viewport={"width": 640, "height": 600})
    STATES[state](page)
    for width, type_size in ((640, 100), (320, 100), (1280, 200)):
        page.set_viewport_size({"width": width, "height": 600})
        page.evaluate(f"document.documentElement.style.fontSize = '{type_size}%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, type_size)


def test_the_keyboard_alone_is_enough(visit: Open) -> None:
    page = visit()
    server = Server.on(page, answer())

    def reach(name: str) -> None:
        for _ in range(20):
            page.keyboard.press("Tab")
            focus = "document.activeElement.id || document.activeElement.textContent"
            if page.evaluate(focus) == name:
                outline = "getComputedStyle(document.activeElement).outlineStyle"
                assert page.evaluate(outline) != "none", name
                return
        pytest.fail(f"the keyboard does not reach {name}")

    reach("To the content")
    for link in ("English", "Français", "One essay", "A class"):
        reach(link)
    page.reload()
    reach("To the content")
    page.keyboard.press("Enter")
    reach("text")
    page.keyboard.type(ESSAY)
    reach("open")
    reach("The assignment (if you like)")
    page.keyboard.press("Enter")
    reach("prompt")
    page.keyboard.type("Write about school.")
    reach("send")
    page.keyboard.press("Enter")
    expect(page.locator(".score")).to_be_visible()
    assert server.requests == [{"text": ESSAY, "prompt": "Write about school."}]


def test_a_screen_reader_is_told_what_happens(visit: Open) -> None:
    page = visit()
    held: list[Route] = []
    Server.on(page, held.append)
    _send(page)
    told = page.locator("#announcer")
    expect(told).to_have_text("Reading the essay…")
    held[0].fulfill(json=answer(review=True, flags=["gibberish"]))
    expect(told).to_contain_text("3 on the scale from 1 to 6.")
    expect(told).to_contain_text("Please read this one yourself.")


def test_whoever_wants_no_motion_gets_none(visit: Open) -> None:
    page = visit(reduced_motion="reduce")
    _plain(page)
    moving = "[...document.querySelectorAll('*')].filter(node => getComputedStyle(node)"
    moving += ".transitionDuration !== '0s' || getComputedStyle(node).animationName !== 'none')"
    assert page.evaluate(f"{moving}.length") == 0


def test_paper_gets_the_class_as_a_table(visit: Open, pictures: Path) -> None:
    page = visit()
    _class_done(page)
    page.get_by_label("Your remark: Student 3", exact=True).fill("Well argued.")
    page.emulate_media(media="print")
    expect(page.locator(".chart")).to_be_visible()
    expect(page.get_by_role("row", name="Student 3")).to_be_visible()
    for control in ("#download", "#clear", "#filter", "nav", "progress"):
        expect(page.locator(control)).to_be_hidden()
    page.pdf(path=pictures / "class.pdf", format="A4")


def test_paper_gets_the_essay_and_the_suggestion(visit: Open, pictures: Path) -> None:
    page = visit(color_scheme="dark")
    _full(page)
    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator("#sent")).to_be_visible()
    expect(page.locator("#sent")).to_contain_text(ESSAY)
    expect(page.locator(".score")).to_be_visible()
    expect(page.locator("#send")).to_be_hidden()
    page.pdf(path=pictures / "essay.pdf", format="A4")
