"""Scoring one essay: the score, its interval, the flags, and the explanation."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from essay_scorer import Scorer
from essay_scorer.checks.flags import FLAGS
from essay_scorer.text.words import count_words
from tests.browser.fake_server import EXPLANATION, FakeServer, no_reply, result
from tests.browser.page_actions import ESSAY, HOSTILE, OpenPage, submit_essay

# The text of a mark that a sighted reader sees.
VISIBLE = (
    "node => [...node.childNodes].filter(one => one.className !== 'visually-hidden')"
    ".map(one => one.textContent).join('')"
)
Messages = dict[str, dict[str, str]]  # by language and key


@pytest.fixture(scope="module")
def messages(root: Path) -> Messages:
    static = root / "src" / "essay_scorer" / "serving" / "static"
    return {code: json.loads((static / f"{code}.json").read_text("utf-8")) for code in ("en", "fr")}


def test_an_essay_gets_the_score_of_the_scorer(
    open_page: OpenPage, scorer: Scorer, example: Callable[[str], str]
) -> None:
    page = open_page()
    submit_essay(page, example("middling"))
    score = scorer.score(example("middling"))
    expect(page.locator(".score")).to_have_text(f"{score.value} on a scale of 1 to 6")
    expect(page.locator("#result-body")).to_contain_text(
        "Human graders give 90% of essays like this one a score "
        f"from {score.interval.low} to {score.interval.high}."
    )
    expect(page.locator("#result-body")).not_to_contain_text("read this essay yourself")


@pytest.mark.parametrize(
    "text", ["", "One two", " a\u00a0b\tc\n\nd ", "don't stop - now", "\x1ca\x1fb"]
)
def test_words_are_counted_as_the_server_counts_them(open_page: OpenPage, text: str) -> None:
    page = open_page()
    page.get_by_label("Essay", exact=True).fill(text)
    words = count_words(text)
    counted = re.compile(rf"^{words} word{'s' * (words != 1)}(, \d paragraphs?)?$")
    expect(page.locator("#word-count")).to_have_text(counted)


def test_the_score_and_the_interval_are_drawn_on_the_scale(open_page: OpenPage) -> None:
    page = open_page()
    FakeServer.install(page, result())
    submit_essay(page)
    scale = page.locator(".scale")
    low, high = (scale.get_by_text(number, exact=True).bounding_box() for number in "24")
    marker, band = (
        scale.locator(part).bounding_box() for part in (".score-marker", ".interval-band")
    )
    assert low
    assert high
    assert marker
    assert band
    assert band["x"] < low["x"] + low["width"] / 2
    assert band["x"] + band["width"] > high["x"] + high["width"] / 2
    assert low["x"] < marker["x"] < high["x"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_flag_has_a_message(open_page: OpenPage, messages: Messages, language: str) -> None:
    page = open_page(locale=language)
    flags = [*FLAGS, "from_the_future"]
    FakeServer.install(page, result(flags=flags, review=True, language="es"))
    page.locator("#essay-text").fill(ESSAY)
    page.locator("#suggest-score").click()
    box = page.locator(".review")
    expect(box).to_contain_text(messages[language]["review"])
    for flag in set(FLAGS) - {"not_english"}:
        expect(box).to_contain_text(messages[language][f"flag_{flag}"])
    expect(box).to_contain_text({"en": "Spanish", "fr": "espagnol"}[language])
    expect(box).to_contain_text("from_the_future")


def test_an_off_topic_part_is_quoted_and_marked(open_page: OpenPage) -> None:
    """The server counts code points; a browser counts UTF-16 units."""
    text = f"🙂 {ESSAY}\n\nI like cake. It is sweet.\n\nThat is all."
    start = text.index("I like cake.")
    part = {"start": start, "end": text.index("\n\nThat")}
    page = open_page()
    FakeServer.install(page, result(flags=["off_topic_part"], review=True, off_topic_part=part))
    submit_essay(page, text)
    quoted, marked = page.locator(".review blockquote"), page.locator("#printed-essay mark")
    expect(quoted).to_have_text("I like cake. It is sweet.")
    assert marked.all_text_contents() == ["I like cake. It is sweet."]
    assert page.locator("#printed-essay p").all_text_contents() == text.split("\n\n")


def test_an_uncertain_score_without_flags_has_a_message(open_page: OpenPage) -> None:
    page = open_page()
    FakeServer.install(page, result(review=True))
    submit_essay(page)
    expect(page.locator(".review li")).to_have_text(
        "The model is less sure of this score than of most others."
    )


def test_the_passages_to_look_at_are_marked_in_the_essay(open_page: OpenPage) -> None:
    page = open_page()
    FakeServer.install(page, result(explanation=EXPLANATION))
    submit_essay(page)
    expect(page.locator(".annotated mark")).to_have_count(2)
    helps, least = page.locator(".annotated mark").all()
    assert [one.text_content() for one in (helps, least)] == [
        "▲helps most: Schools should open later. (end of passage)",
        "▼helps least: Students sleep too little. (end of passage)",
    ]
    border_style = "node => getComputedStyle(node).borderBottomStyle"
    assert helps.evaluate(border_style) == "solid"
    assert least.evaluate(border_style) == "dashed"
    legend = page.locator(".legend li")
    assert [one.inner_text() for one in legend.all()] == ["▲helps most", "▼helps least"]
    assert [one.evaluate(VISIBLE) for one in (helps, least)] == [
        "▲Schools should open later.",
        "▼Students sleep too little.",
    ]
    expect(page.locator(".annotated")).not_to_contain_text("0.31")


def test_passages_are_told_apart_without_their_colors(open_page: OpenPage) -> None:
    page = open_page(forced_colors="active")
    FakeServer.install(page, result(explanation=EXPLANATION))
    submit_essay(page)
    expect(page.locator(".annotated mark")).to_have_count(2)
    helps, least = page.locator(".annotated mark").all()
    style = "node => [getComputedStyle(node).borderBottomStyle, node.innerText[0]]"
    assert [one.evaluate(style) for one in (helps, least)] == [["solid", "▲"], ["dashed", "▼"]]


def test_a_passage_is_found_in_the_text_as_it_was_sent(open_page: OpenPage) -> None:
    """Passages may cross paragraphs, overlap, and follow characters of two UTF-16 units."""
    text = "🙂 One is here.\n\nTwo is here. Three is here."
    start, end = text.index("One"), text.index(" Three")
    highlights = [
        {"kind": "helps", "sentence": 0, "start": start, "end": end},
        {"kind": "helps_least", "sentence": 1, "start": end + 1, "end": len(text)},
    ]
    part = {"start": text.index("Two"), "end": len(text)}
    explanation = {"sentences": [], "highlights": highlights, "observations": []}
    page = open_page()
    FakeServer.install(page, result(explanation=explanation, off_topic_part=part))
    submit_essay(page, text)
    expect(page.locator(".annotated p")).to_have_count(2)
    marked = page.locator(".annotated mark").all()
    assert [(one.get_attribute("class"), one.evaluate(VISIBLE)) for one in marked] == [
        ("helps", "▲One is here."),
        ("helps off-topic", "Two is here."),
        ("off-topic", " "),
        ("helps-least off-topic", "▼Three is here."),
    ]


def test_an_essay_without_passages_that_stand_out_has_none_marked(open_page: OpenPage) -> None:
    page = open_page()
    FakeServer.install(page, result(explanation={**EXPLANATION, "highlights": []}))
    submit_essay(page)
    expect(page.locator("#result-body")).to_contain_text("No passage stands out")
    expect(page.locator("#result-body mark")).to_have_count(0)


def test_the_explanation_is_requested_on_demand(open_page: OpenPage) -> None:
    page = open_page()
    server = FakeServer.install(page, result(), result(explanation=EXPLANATION))
    page.locator("#essay-prompt-details summary").click()
    page.locator("#essay-prompt").fill("Write about school.")
    submit_essay(page)
    page.get_by_role("button", name="Explain this score").click()
    heading = page.get_by_role("heading", name="Where to look")
    expect(heading).to_be_focused()
    expect(page.get_by_role("button", name="Explain this score")).to_be_hidden()
    essay = {"text": ESSAY, "prompt": "Write about school."}
    assert server.requests == [essay, {**essay, "explain": True}]


def test_the_explanation_is_of_the_text_that_was_scored(open_page: OpenPage) -> None:
    page = open_page()
    server = FakeServer.install(page, result(), result(explanation=EXPLANATION))
    submit_essay(page)
    expect(page.locator(".score")).to_be_visible()
    page.get_by_label("Essay", exact=True).fill("Another text.")
    page.get_by_role("button", name="Explain this score").click()
    expect(page.locator(".annotated")).to_be_visible()
    assert [request["text"] for request in server.requests] == [ESSAY, ESSAY]


def test_a_stopped_or_missing_explanation_keeps_the_score(open_page: OpenPage) -> None:
    page = open_page()
    FakeServer.install(page, result(), no_reply, result())
    submit_essay(page)
    page.get_by_role("button", name="Explain this score").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".score")).to_be_visible()
    page.get_by_role("button", name="Explain this score").click()
    expect(page.get_by_role("alert")).to_have_text("This model can’t explain its scores.")
    expect(page.locator(".score")).to_be_visible()


def test_a_result_without_an_explanation_shows_none(open_page: OpenPage) -> None:
    page = open_page()
    FakeServer.install(page, result())
    submit_essay(page)
    expect(page.locator(".score")).to_be_visible()
    expect(page.locator("#result-body h3")).to_have_count(0)


def test_editing_the_text_marks_the_score_as_stale(open_page: OpenPage) -> None:
    page = open_page()
    FakeServer.install(page, result())
    submit_essay(page)
    expect(page.locator(".score")).to_be_visible()
    page.get_by_label("Essay", exact=True).fill("Another text.")
    expect(page.locator("#stale-notice")).to_contain_text("You have changed the text since.")


def test_hostile_text_is_shown_as_text(open_page: OpenPage) -> None:
    page = open_page()
    highlight = {"kind": "helps", "sentence": 0, "start": 0, "end": len(HOSTILE)}
    observation = {"code": HOSTILE, "value": 3, "low": 0, "high": 2}
    explanation = {"sentences": [], "highlights": [highlight], "observations": [observation]}
    FakeServer.install(page, result(flags=[HOSTILE], language=HOSTILE, explanation=explanation))
    submit_essay(page, HOSTILE)
    for part in (".annotated", ".observations", ".note li"):
        expect(page.locator(part)).to_contain_text(HOSTILE)
    assert HOSTILE in page.locator(".sentences textarea").input_value()
    assert page.title() == "A second opinion on student essays"
    elements = (
        f"#{part} {tag}" for part in ("result-body", "printed-essay") for tag in ("img", "script")
    )
    assert page.locator(", ".join(elements)).count() == 0
