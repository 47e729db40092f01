"""The page in English and French, as the browser asks for and as a teacher chooses."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import Open
from .server import ESSAY, Server, answer

TITLES = {"en": "A second opinion on an essay", "fr": "Un second avis sur une rédaction"}


def _speaks(page: Page, language: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[language])
    expect(page).to_have_title(TITLES[language])
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize(
    ("locale", "language"), [("fr-CA", "fr"), ("fr", "fr"), ("en-US", "en"), ("de-DE", "en")]
)
def test_it_speaks_the_browsers_language_or_english(
    visit: Open, locale: str, language: str
) -> None:
    _speaks(visit(locale=locale), language)


def test_the_switch_changes_all_and_is_remembered(visit: Open) -> None:
    page = visit(locale="fr")
    Server.on(page, answer(flags=["too_short"], review=True))
    page.locator("#text").fill(ESSAY)
    page.locator("#send").click()
    expect(page.locator("#answer")).to_contain_text("Veuillez lire celle-ci vous-même.")
    expect(page.locator("#answer")).to_contain_text("90\u202f%", use_inner_text=True)
    page.get_by_role("button", name="English").click()
    _speaks(page, "en")
    expect(page.locator("#answer")).to_contain_text("Please read this one yourself.")
    expect(page.locator("#text")).to_have_value(ESSAY)
    expect(page.get_by_role("button", name="English")).to_have_attribute("aria-pressed", "true")
    page.reload()
    _speaks(page, "en")


def test_numbers_and_plurals_are_each_languages_own(visit: Open) -> None:
    page = visit(locale="fr")
    counts = {"": "0 mot", "un": "1 mot", "un deux": "2 mots", "a " * 1200: "1 200 mots"}
    for text, said in counts.items():
        page.locator("#text").fill(text)
        assert page.locator("#words").inner_text().replace("\u202f", " ") == said
    page.get_by_role("button", name="English").click()
    expect(page.locator("#words")).to_have_text("1,200 words")
