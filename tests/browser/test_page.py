"""The page as a whole: its two languages and its two views."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_server import FakeServer, result
from tests.browser.page_actions import ESSAY, OpenPage

MAX_FIRST_VISIT = 70 * 1024  # bytes, compressed, with their headers
TITLES = {"en": "A second opinion on student essays", "fr": "Un second avis sur vos copies"}


def _expect_language(page: Page, language: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[language])
    expect(page).to_have_title(TITLES[language])
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize(
    ("locale", "language"), [("fr-CA", "fr"), ("fr", "fr"), ("en-US", "en"), ("de-DE", "en")]
)
def test_the_language_is_the_browsers_or_else_english(
    open_page: OpenPage, locale: str, language: str
) -> None:
    _expect_language(open_page(locale=locale), language)


def test_switching_the_language_translates_everything_and_is_remembered(
    open_page: OpenPage,
) -> None:
    page = open_page(locale="fr")
    FakeServer.install(page, result(flags=["too_long"], review=True))
    page.locator("#essay-text").fill(ESSAY)
    page.locator("#suggest-score").click()
    body = page.locator("#result-body")
    expect(body).to_contain_text("Relisez cette copie vous-même.")
    expect(body).to_contain_text("90\u202f%", use_inner_text=True)
    page.get_by_role("button", name="English").click()
    _expect_language(page, "en")
    expect(body).to_contain_text("Please read this essay yourself.")
    expect(page.locator("#essay-text")).to_have_value(ESSAY)
    expect(page.get_by_role("button", name="English")).to_have_attribute("aria-pressed", "true")
    page.reload()
    _expect_language(page, "en")


def test_the_first_visit_is_light(open_page: OpenPage) -> None:
    """The view of a class and the parsers of files are loaded when they're needed."""
    page = open_page("docs")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(page.url.replace("docs", ""), wait_until="networkidle")
    page.get_by_role("link", name="essay-scorer-en").wait_for()
    assert len(sizes) > 10  # it is the page that was measured
    assert sum(sizes) <= MAX_FIRST_VISIT


def test_numbers_and_plurals_follow_the_language(open_page: OpenPage) -> None:
    page = open_page(locale="fr")
    counts = {
        "": "0 mot",
        "un": "1 mot, 1 paragraphe",
        "un deux\n\ntrois": "3 mots, 2 paragraphes",
        "a " * 1200: "1 200 mots, 1 paragraphe",
    }
    for text, count in counts.items():
        page.locator("#essay-text").fill(text)
        assert page.locator("#word-count").inner_text().replace("\u202f", " ") == count
    page.get_by_role("button", name="English").click()
    expect(page.locator("#word-count")).to_have_text("1,200 words, 1 paragraph")


def test_the_views_have_urls_of_their_own(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Essay", exact=True).fill(ESSAY)
    page.get_by_role("link", name="Whole class").click()
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    expect(page.locator("#essay")).to_be_hidden()
    expect(page.get_by_role("link", name="Whole class")).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(page.get_by_label("Essay", exact=True)).to_have_value(ESSAY)
    expect(page.locator("#class")).to_be_hidden()


@pytest.mark.parametrize("base", ["essays/", "essays", "school/essays"])
def test_the_page_works_behind_a_base_path(open_page: OpenPage, base: str) -> None:
    page = open_page(base)
    paths: list[str] = []
    page.on("request", lambda request: paths.append(urlsplit(request.url).path))
    page.get_by_role("button", name="Français").click()
    _expect_language(page, "fr")
    page.locator("#essay-text").fill(ESSAY)
    page.locator("#suggest-score").click()
    expect(page.locator("#result-body p").first).to_be_visible()
    page.locator("nav a").last.click()
    expect(page.locator("#choose-class-file")).to_be_visible()
    folder = f"/{base.rstrip('/')}/"
    assert {path for path in paths if not path.startswith(folder)} == set()
    assert {f"{folder}model/predict", f"{folder}static/fr.json"} <= set(paths)
    page.get_by_role("link", name="essay-scorer-en").click()
    expect(page).to_have_url(re.compile(f"{folder}card$"))
    expect(page.locator("body")).to_contain_text("essay-scorer-en")
