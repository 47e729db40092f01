"""What a score means: the rubric of the shipped scale, a profile's marks, and the model card."""

import re
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.fake_server import FakeServer, result
from tests.browser.page_actions import OpenPage, submit_essay
from tests.browser.test_accessibility import DESKTOP, PHONE, RULES

MODEL = {"name": "essay-scorer-en", "version": "1.4.0"}


def _score(page: Page, **fields: Any) -> Page:
    FakeServer.install(page, result(**{"model": MODEL, **fields}))
    submit_essay(page)
    expect(page.locator(".score")).to_be_visible()
    return page


@pytest.mark.parametrize(
    ("language", "question", "limits"),
    [
        ("en", "What do the scores 1 to 6 mean?", "students in US grades 6–12"),
        ("fr", "Que signifient les notes de 1 à 6 ?", "élèves américains"),
    ],
)
def test_the_scores_are_explained(
    open_page: OpenPage, language: str, question: str, limits: str
) -> None:
    page = open_page(locale=language)
    FakeServer.install(page, result(model=MODEL))
    page.locator("#essay-text").fill("An essay.")
    page.locator("#suggest-score").click()
    meaning = page.locator(".meaning")
    expect(meaning.locator("dl")).to_be_hidden()
    meaning.locator("summary").click()
    expect(meaning.locator("summary")).to_have_text(question)
    assert meaning.locator("dt").all_inner_texts() == list("654321")
    texts = meaning.locator("dd").all_inner_texts()
    assert len(set(texts)) == 6
    assert all(len(text) > 40 for text in texts)
    expect(meaning).to_contain_text(limits)


@pytest.mark.parametrize(
    "fields",
    [
        {"scale": {"min": 0, "max": 20}},
        {"scale": {"min": 1, "max": 6, "step": 0.5}},
        {"scale": {"min": 0, "max": 5, "labels": list("FEDCBA")}},
        {"model": {"name": "a-school", "version": "1.0.0"}},
    ],
    ids=["20", "halves", "letters", "another model"],
)
def test_another_scale_or_model_is_not_explained_by_the_rubric(
    open_page: OpenPage, fields: dict[str, Any]
) -> None:
    page = _score(open_page(), **fields)
    expect(page.locator(".meaning")).to_have_count(0)
    expect(page.locator("#result-body")).to_contain_text("depends on the essays that this model")


def test_a_servers_profile_says_what_it_was_learned_from(open_page: OpenPage) -> None:
    page = open_page("docs")  # a page on the same host, before the routes are set
    health = {"status": "ok", "model": MODEL, "license": "CC", "profile": {"marks": 24}}
    page.route("**/health", lambda route: route.fulfill(json=health))
    page.goto(page.url.replace("docs", ""))
    page.get_by_role("link", name="essay-scorer-en").wait_for()
    _score(page)
    expect(page.locator(".meaning")).to_have_count(0)
    expect(page.locator("#result-body")).to_contain_text("learned from 24 marks")
    expect(page.locator("#result-body")).to_contain_text("By these marks, 90% of essays")
    expect(page.locator("#result-body")).not_to_contain_text("Human graders")


def test_the_model_card_is_a_page(open_page: OpenPage) -> None:
    page = _score(open_page())
    page.locator(".meaning summary").click()
    page.get_by_role("link", name="About the model").click()
    expect(page).to_have_url(re.compile("/card$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("essay-scorer-en")
    expect(page.get_by_role("heading", name="Limits")).to_be_visible()
    expect(page.get_by_role("cell", name="0.825").first).to_be_visible()
    assert "**" not in page.locator("main").inner_text()
    page.get_by_role("link", name="Back to the essays").click()
    expect(page.locator("#essay-text")).to_be_visible()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_the_model_card(
    open_page: OpenPage, screenshots: Path, color_scheme: Literal["light", "dark"]
) -> None:
    for size in (DESKTOP, PHONE):
        page = open_page("docs", color_scheme=color_scheme, viewport=size)
        page.goto(page.url.replace("docs", "card"))
        name = f"card-{color_scheme}-{size['width']}.png"
        page.screenshot(path=screenshots / name, full_page=True)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
