"""What is unusual about an essay, as sentences for a teacher's remark, in both languages."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from essay_scorer import Scorer
from essay_scorer.explain.observations import MEASURES
from tests.browser.fake_server import EXPLANATION, FakeServer, result
from tests.browser.page_actions import (
    ESSAY,
    OpenPage,
    class_rows,
    reload_class,
    score_table,
    wait_for_status,
)

# code, value, low, high; and the sentence in English and in French.
Case = tuple[tuple[str, float, float, float], str, str]
CASES: list[Case] = [
    (
        ("words", 249, 608.8, 1030.2),
        "A short essay: 249 words; 609 to 1,030 is usual.",
        "Copie courte : 249 mots ; d’ordinaire, de 609 à 1 030.",
    ),
    (
        ("words", 1, 1.4, 9),
        "A short essay: 1 word; 2 to 9 is usual.",
        "Copie courte : 1 mot ; d’ordinaire, de 2 à 9.",
    ),
    (
        ("words", 1200, 170, 442),
        "A long essay: 1,200 words; 170 to 442 is usual.",
        "Copie longue : 1 200 mots ; d’ordinaire, de 170 à 442.",
    ),
    (
        ("paragraphs", 1, 3, 6),
        "Only 1 paragraph; 3 to 6 is usual.",
        "Seulement 1 paragraphe ; d’ordinaire, de 3 à 6.",
    ),
    (
        ("paragraphs", 9, 5, 8.4),
        "Many paragraphs: 9; 5 to 8 is usual.",
        "Beaucoup de paragraphes : 9 ; d’ordinaire, de 5 à 8.",
    ),
    (
        ("sentence_length", 31.52, 14.2, 24.9),
        "Long sentences: 32 words on average; 14 to 25 is usual.",
        "Phrases longues : 32 mots en moyenne ; d’ordinaire, de 14 à 25.",
    ),
    (
        ("sentence_length", 8.4, 14.2, 24.9),
        "Short sentences: 8 words on average; 14 to 25 is usual.",
        "Phrases courtes : 8 mots en moyenne ; d’ordinaire, de 14 à 25.",
    ),
    (
        ("sentence_variety", 1.52, 5.4, 9.3),
        "Sentences of nearly the same length: they differ by about 1.5 words; 5.4 to 9.3 is usual.",
        "Phrases presque toutes de même longueur : environ 1,5 mot d’écart ; "
        "d’ordinaire, de 5,4 à 9,3.",
    ),
    (
        ("distinct_words", 60, 74.9, 84.2),
        "Words are often repeated: only 30 different words in every fifty; 37 to 42 is usual.",
        "Beaucoup de répétitions : seulement 30 mots différents sur cinquante ; "
        "d’ordinaire, de 37 à 42.",
    ),
    (
        ("long_words", 1.2, 13.4, 25.42),
        "Few long words: only 1 in a hundred has seven letters or more; 13 to 25 is usual.",
        "Peu de mots longs : seulement 1 sur cent a sept lettres ou plus ; "
        "d’ordinaire, de 13 à 25.",
    ),
    (
        ("connections", 1.04, 1.92, 5.33),
        "Only 1 linking word per hundred words; 1.9 to 5.3 is usual.",
        "Seulement 1 mot de liaison pour cent mots ; d’ordinaire, de 1,9 à 5,3.",
    ),
    (
        ("connections", 1.7, 2, 5),
        "Only 1.7 linking words per hundred words; 2 to 5 is usual.",
        "Seulement 1,7 mot de liaison pour cent mots ; d’ordinaire, de 2 à 5.",
    ),
    (
        ("connections", 0, 2, 5),
        "No linking words; 2 to 5 is usual per hundred words.",
        "Aucun mot de liaison ; d’ordinaire, de 2 à 5 pour cent mots.",
    ),
    (
        ("mechanics", 0.9, 0, 0.33),
        "Missing capital letters or end punctuation: 0.9 per hundred words; at most 0.3 is usual.",
        "Oublis de majuscule ou de ponctuation finale : 0,9 pour cent mots ; "
        "d’ordinaire, 0,3 au plus.",
    ),
    (
        ("mechanics", 0.9, 0, 0.01),
        "Missing capital letters or end punctuation: 0.9 per hundred words; 0 is usual.",
        "Oublis de majuscule ou de ponctuation finale : 0,9 pour cent mots ; d’ordinaire, 0.",
    ),
]


def _observation(code: str, value: float, low: float, high: float) -> dict[str, Any]:
    return {"code": code, "value": value, "low": low, "high": high}


def _sentences(page: Page, observations: list[dict[str, Any]]) -> list[str]:
    """Explain an essay with these observations; return the sentences, with ordinary spaces."""
    explanation = {"sentences": [], "highlights": [], "observations": observations}
    FakeServer.install(page, result(explanation=explanation))
    page.locator("#essay-text").fill(ESSAY)
    page.locator("#suggest-score").click()
    expect(page.locator(".measures")).to_be_visible()
    values = "fields => fields.map(one => one.value.replace(/[\\u00a0\\u202f]/g, ' '))"
    found: list[str] = page.locator(".sentences textarea").evaluate_all(values)
    return found


@pytest.mark.parametrize(("language", "place"), [("en", 1), ("fr", 2)])
def test_what_is_unusual_is_a_sentence(open_page: OpenPage, language: str, place: int) -> None:
    page = open_page(locale=language)
    observations = [_observation(*case[0]) for case in CASES]
    assert _sentences(page, observations) == [str(case[place]) for case in CASES]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_measure_has_a_sentence_in_both_directions(
    open_page: OpenPage, language: str
) -> None:
    page = open_page(locale=language)
    observations = [
        _observation(code, value, 20, 40) for code in MEASURES for value in (0, 1, 10, 90)
    ]
    sentences = _sentences(page, observations)
    assert len(set(sentences)) == len(observations)
    for code in MEASURES:
        assert not any(code in sentence for sentence in sentences if "_" in code)


def test_what_looks_usual_once_it_is_rounded_is_no_sentence(open_page: OpenPage) -> None:
    page = open_page()
    observations = [
        _observation("connections", 2.06, 2.07, 5.06),
        _observation("paragraphs", 8, 5, 8.4),
        _observation("words", 609, 608.8, 1030.2),
        _observation("long_words", 28.3, 17.08, 28.03),
    ]
    assert _sentences(page, observations) == []
    expect(page.locator("#result-body")).to_contain_text("Nothing is unusual")
    expect(page.locator(".comparison:not(.within)")).to_have_count(0)


def test_all_measures_are_a_table_behind_a_disclosure(open_page: OpenPage) -> None:
    page = open_page()
    _sentences(page, EXPLANATION["observations"])
    table = page.locator(".observations")
    expect(table).to_be_hidden()
    page.get_by_text("All measures").click()
    rows = {
        "Words": "249 usual 180 to 1,620",
        "Paragraphs": "1 below usual 3 to 6",
        "Average sentence length, in words": "32 above usual 14 to 25",
        "Linking words per 100 words": "2.2 usual 0.8 to 4",
        "Words of seven or more letters": "21% usual 17% to 28%",
    }
    shown = table.locator("tbody tr").all_inner_texts()
    assert [row.split() for row in shown] == [f"{name} {row}".split() for name, row in rows.items()]


def test_a_sentence_is_copied_as_edited(open_page: OpenPage) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    _sentences(page, [_observation("paragraphs", 1, 3, 6)])
    page.get_by_label("Paragraphs", exact=True).fill("Use paragraphs.")
    page.get_by_role("button", name="Copy: Paragraphs").click()
    expect(page.locator(".sentences [role=status]")).to_have_text("Sentence copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "Use paragraphs."


def test_a_sentence_is_added_to_the_remark_of_a_class(open_page: OpenPage) -> None:
    page = open_page("#class")
    FakeServer.install(page, result(explanation=EXPLANATION))
    score_table(page, class_rows(2))
    wait_for_status(page)
    page.get_by_label("Your comment: Student 1", exact=True).fill("Well argued.")
    page.get_by_role("button", name="Student 1").click()
    dialog = page.locator("#essay-dialog")
    dialog.get_by_role("button", name="Add to your comment: Paragraphs").click()
    remark = "Well argued. Only 1 paragraph; 3 to 6 is usual."
    expect(dialog.locator("#essay-dialog-fields .comment")).to_have_value(remark)
    page.get_by_role("button", name="Close").click()
    comment = page.locator("#class-table-body .comment").first
    expect(comment).to_have_value(remark)
    reload_class(page)
    expect(comment).to_have_value(remark)


def test_a_real_explanation_marks_a_few_passages(
    open_page: OpenPage, scorer: Scorer, example: Callable[[str], str]
) -> None:
    text = example("strong")
    explanation = scorer.score(text, explain=True).explanation
    assert explanation is not None
    page = open_page()
    page.locator("#essay-text").fill(text)
    page.locator("#suggest-score").click()
    page.locator("#explain-score").click()
    marked = page.locator(".annotated mark")
    expect(marked).to_have_count(len(explanation.highlights))
    assert 1 <= len(explanation.highlights) <= 6
    for mark, one in zip(marked.all(), explanation.highlights, strict=True):
        expect(mark).to_contain_text(explanation.sentences[one.sentence].text)
