"""Where a flag says that a score has no meaning: the reason stands first, without a number."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from essay_scorer import Scorer
from tests.browser.fake_server import FakeServer, result
from tests.browser.page_actions import (
    ESSAY,
    HEADER,
    OpenPage,
    class_rows,
    score_table,
    submit_essay,
    wait_for_status,
)

REASONS = {
    "not_english": "The essay doesn’t seem to be in English.",
    "too_short": "The essay is shorter than any that the model learned from.",
    "gibberish": "Much of the text makes no sense.",
    "list_or_code": "The text looks like a list or computer code, not like an essay.",
}
MEANINGLESS_TEXTS = {
    "French": "Les élèves devraient commencer plus tard, car ils dorment trop peu la nuit. " * 15,
    "six words": "I like school because of friends.",
    "keyboard": "asdf jkl qwer uiop zxcv bnm asdfg hjkl " * 40,
}


@pytest.mark.parametrize("flag", REASONS)
def test_the_reason_stands_in_place_of_the_score(open_page: OpenPage, flag: str) -> None:
    page = open_page()
    FakeServer.install(page, result(flags=["too_long", flag], review=True))
    submit_essay(page)
    body = page.locator("#result-body")
    expect(body.locator("strong").first).to_have_text(REASONS[flag])
    expect(body).to_contain_text("A score would mean nothing")
    expect(body).to_contain_text("The essay is longer than any")
    expect(page.locator(".score, .scale")).to_have_count(0)
    expect(body).not_to_contain_text("90%")
    expect(page.locator("#explain-score")).to_be_hidden()
    expect(page.locator("#announcer")).to_contain_text(REASONS[flag])
    expect(page.locator("#announcer")).not_to_contain_text("3 on a scale")


@pytest.mark.parametrize("kind", MEANINGLESS_TEXTS)
def test_the_shipped_model_gives_such_texts_no_number(
    open_page: OpenPage, scorer: Scorer, kind: str
) -> None:
    text = MEANINGLESS_TEXTS[kind]
    assert set(scorer.score(text).flags) & set(REASONS)
    page = open_page()
    submit_essay(page, text)
    expect(page.locator(".no-score")).to_be_visible()
    expect(page.locator(".score")).to_have_count(0)


@pytest.mark.parametrize("flag", ["too_long", "repetitive", "off_topic", "copied_prompt"])
def test_other_flags_leave_the_score(open_page: OpenPage, flag: str) -> None:
    page = open_page()
    FakeServer.install(page, result(flags=[flag], review=True))
    submit_essay(page)
    expect(page.locator(".score")).to_be_visible()


def _download(page: Page) -> dict[str, str]:
    with page.expect_download() as download:
        page.locator("#download-class").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    return next(csv.DictReader(io.StringIO(text, newline="")))


def test_a_class_shows_counts_and_exports_no_such_score(open_page: OpenPage) -> None:
    page = open_page("#class")
    FakeServer.install(page, result(flags=["not_english"], review=True, language="fr"))
    score_table(page, class_rows(1))
    wait_for_status(page)
    expect(page.locator(".suggested-score")).to_have_text("no score")
    expect(page.locator(".chart")).to_have_count(0)
    page.get_by_label("Your mark: Student 1", exact=True).fill("4")
    expect(page.locator("#score-chart")).not_to_contain_text("a suggestion and your mark")
    page.get_by_label("Your mark: Student 1", exact=True).press("=")
    expect(page.get_by_label("Your mark: Student 1", exact=True)).to_have_value("4")
    row = _download(page)
    assert (row["Suggested score"], row["Unrounded suggested score"]) == ("", "")
    assert row["Flags"] == "The essay seems to be in French, not in English."
    page.get_by_role("button", name="Student 1", exact=True).click()
    expect(page.locator("#essay-dialog .no-score")).to_contain_text("French")
    expect(page.locator("#essay-dialog .score")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "US grades 6–12"), ("fr", "de la 6e à la terminale")]
)
def test_the_title_says_for_which_essays_the_page_is_meant(
    open_page: OpenPage, language: str, sentence: str
) -> None:
    expect(open_page(locale=language).get_by_role("banner")).to_contain_text(sentence)


def test_nothing_but_texts_prompts_and_what_is_asked_for_is_sent(open_page: OpenPage) -> None:
    page = open_page("#class")
    bodies: list[object] = []
    urls: set[str] = set()
    page.on("request", lambda request: urls.add(f"{request.method} {request.url.split('/', 3)[3]}"))
    page.on("request", lambda request: bodies.append(request.post_data))
    FakeServer.install(page, result())
    score_table(page, [HEADER, ("Secret Name", ESSAY)], "secret class.csv")
    wait_for_status(page)
    page.get_by_label("Your mark: Secret Name", exact=True).fill("4")
    page.get_by_label("Your comment: Secret Name", exact=True).fill("A secret comment.")
    gradebook = b"name,mark\nSecret Name,\n"
    page.locator("#gradebook-file").set_input_files(
        {"name": "secret.csv", "mimeType": "text/csv", "buffer": gradebook}
    )
    expect(page.locator("#gradebook-report")).to_contain_text("1 of 1 students")
    page.locator("#all-classes").click()
    expect(page.locator("#class-list")).to_be_visible()
    sent = [body for body in bodies if body]
    assert len(sent) == 1
    assert {url for url in urls if not url.startswith("GET static/")} == {"POST model/predict"}
    assert "ecret" not in str(sent)
