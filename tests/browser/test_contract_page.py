"""``/docs``, the HTTP interface for people: accessible, narrow, dark, and from this host alone."""

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.page_actions import OpenPage
from tests.browser.test_accessibility import DESKTOP, PHONE, RULES


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_axe_finds_no_violation(
    open_page: OpenPage, screenshots: Path, color_scheme: Literal["light", "dark"]
) -> None:
    for size in (DESKTOP, PHONE):
        page = open_page("docs", color_scheme=color_scheme, viewport=size)
        name = f"docs-{color_scheme}-{size['width']}.png"
        page.screenshot(path=screenshots / name, full_page=True)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("width", "font_size"), [(640, 100), (360, 100), (320, 100), (1280, 200)])
def test_nothing_scrolls_sideways(open_page: OpenPage, width: int, font_size: int) -> None:
    page = open_page("docs", viewport={"width": width, "height": 600})
    page.evaluate(f"document.documentElement.style.fontSize = '{font_size}%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["docs", "docs/", "base/docs"])
def test_it_has_its_style_and_its_links_lead_somewhere(open_page: OpenPage, path: str) -> None:
    page = open_page(path)
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(246, 243, 236)"
    missing = "[...document.querySelectorAll('a[href^=\"#\"]')]"
    missing += ".filter(one => !document.getElementById(one.hash.slice(1))).map(one => one.hash)"
    assert page.evaluate(missing) == []
    page.get_by_role("link", name="POST /model/predict").click()
    expect(page.locator("#predict")).to_be_in_viewport()


def test_it_needs_no_scripts(open_page: OpenPage) -> None:
    page = open_page("docs", java_script_enabled=False)
    expect(page.get_by_role("heading", name="POST /model/predict")).to_be_visible()
    expect(page.get_by_role("heading", name="TextsRequest")).to_be_visible()
