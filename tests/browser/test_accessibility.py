"""Accessibility: screen readers, keyboard, zoom, small screens, dark mode, motion, and print."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, ViewportSize, expect

from tests.browser.fake_server import FakeServer, result
from tests.browser.page_actions import ESSAY, OpenPage, submit_essay
from tests.browser.page_states import STATES

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
LARGEST: ViewportSize = {"width": 3840, "height": 2160}


# Axe's default rules, and the one of WCAG 2.2 that is off by default.
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


@dataclass(frozen=True, kw_only=True)
class Mode:
    """How a page is shown."""

    size: ViewportSize = field(default_factory=lambda: DESKTOP)
    color_scheme: Literal["light", "dark"] = "light"
    forced_colors: Literal["active", "none"] = "none"
    media: Literal["screen", "print"] = "screen"

    def apply(self, page: Page) -> None:
        """Show a page like this."""
        page.set_viewport_size(self.size)
        page.emulate_media(
            media=self.media, color_scheme=self.color_scheme, forced_colors=self.forced_colors
        )


MODES = {
    "phone": Mode(size=PHONE),
    "phone-dark": Mode(size=PHONE, color_scheme="dark"),
    "desktop": Mode(),
    "4k-dark": Mode(size=LARGEST, color_scheme="dark"),
    "forced-colors": Mode(forced_colors="active"),
    "print": Mode(media="print"),
}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_no_violation(
    open_page: OpenPage, screenshots: Path, state: str, language: str
) -> None:
    """Check WCAG 2.2 AA and axe's best practices, contrast included."""
    page = open_page(locale=language, viewport=DESKTOP)
    STATES[state](page)
    for name, mode in MODES.items():
        mode.apply(page)
        page.screenshot(path=screenshots / f"{state}-{language}-{name}.png", full_page=True)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"


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
    tab_to("Assignment (optional)")
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
    submit_essay(page)
    announcer = page.locator("#announcer")
    expect(announcer).to_have_text("Scoring the essay…")
    pending[0].fulfill(json=result(review=True, flags=["off_topic"]))
    expect(announcer).to_contain_text("3 on a scale of 1 to 6.")
    expect(announcer).to_contain_text("Please read this essay yourself.")


def _forced_color(page: Page, selector: str) -> str:
    """Return the color by which a shape stands out, if backgrounds are not forced away."""
    style = "node => { const style = getComputedStyle(node); return style.forcedColorAdjust"
    style += " === 'none' ? style.backgroundColor + style.backgroundImage : style.borderTopStyle; }"
    return str(page.locator(selector).first.evaluate(style))


def test_bars_and_marks_on_the_scale_show_in_forced_colors(
    open_page: OpenPage, screenshots: Path
) -> None:
    page = open_page(forced_colors="active", viewport=DESKTOP)
    STATES["class-done"](page)
    page.locator(".teacher-score").nth(2).fill("3")
    expect(page.locator(".bar.teacher").first).to_be_attached()
    page.screenshot(path=screenshots / "class-forced-colors.png", full_page=True)
    page.locator("#class-table-body button").nth(1).click()
    expect(page.locator("#essay-dialog .scale")).to_be_visible()
    page.screenshot(path=screenshots / "dialog-forced-colors.png")
    assert "rgb(0, 0, 0)" in _forced_color(page, ".bar.suggested")
    assert "rgb(0, 0, 0)" in _forced_color(page, ".bar.teacher")
    assert "rgb(0, 0, 0)" in _forced_color(page, "#essay-dialog .score-marker")
    assert _forced_color(page, "#essay-dialog .interval-band") == "solid"


def test_the_current_view_is_underlined_in_forced_colors(open_page: OpenPage) -> None:
    page = open_page(forced_colors="active")
    color = "links => links.map(link => getComputedStyle(link).borderBottomColor)"
    current, other = page.locator("nav a").evaluate_all(color)
    background = page.locator("body").evaluate("node => getComputedStyle(node).backgroundColor")
    assert other in {background, "rgb(255, 255, 255)"}
    assert current != other


def test_nothing_moves_if_reduced_motion_is_requested(open_page: OpenPage) -> None:
    page = open_page(reduced_motion="reduce")
    STATES["scored"](page)
    moving = "[...document.querySelectorAll('*')].filter(node => getComputedStyle(node)"
    moving += ".transitionDuration !== '0s' || getComputedStyle(node).animationName !== 'none')"
    assert page.evaluate(f"{moving}.length") == 0


def test_a_class_prints_as_a_table_without_controls(open_page: OpenPage, screenshots: Path) -> None:
    page = open_page()
    STATES["class-done"](page)
    page.get_by_label("Your comment: Student 3", exact=True).fill("Well argued.")
    page.emulate_media(media="print")
    expect(page.locator(".chart")).to_be_visible()
    expect(page.get_by_role("row", name="Student 3")).to_be_visible()
    for control in ("#download-class", "#delete-class", "#class-filter", "nav", "#class-progress"):
        expect(page.locator(control)).to_be_hidden()
    page.pdf(path=screenshots / "class.pdf", format="A4")


def test_an_essay_prints_with_its_score(open_page: OpenPage, screenshots: Path) -> None:
    page = open_page(color_scheme="dark")
    STATES["explained"](page)
    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator("#printed-essay")).to_be_visible()
    for sentence in ESSAY.replace(". ", ".\n").splitlines():
        expect(page.locator("#printed-essay")).to_contain_text(sentence)
    expect(page.locator("#printed-essay mark")).to_have_count(2)
    expect(page.locator(".annotated")).to_be_hidden()  # the essay is printed once
    expect(page.locator(".score")).to_be_visible()
    expect(page.locator("#suggest-score")).to_be_hidden()
    page.pdf(path=screenshots / "essay.pdf", format="A4")
