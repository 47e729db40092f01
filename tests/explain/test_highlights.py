"""The passages to look at first: of any length, few, distinct, and found in the text as given."""

from collections.abc import Callable

import pytest

from essay_scorer import Scorer
from essay_scorer.explain.attribution import Piece
from essay_scorer.explain.highlights import (
    HELPS,
    HELPS_LEAST,
    KINDS,
    MAX_OF_A_KIND,
    choose,
    emphases,
)
from essay_scorer.text.normalize import normalize

EXAMPLES = ("weak", "middling", "strong")


def _pieces(words: list[int]) -> list[Piece]:
    return [Piece(text=" ".join(["word"] * count), paragraph=0) for count in words]


def test_a_long_sentence_is_not_emphasized_for_its_length() -> None:
    pieces = _pieces([5, 10, 40])
    assert emphases(pieces, [0.05, 0.1, 0.4]) == pytest.approx([0.0, 0.0, 0.0])
    short, _, long = emphases(pieces, [0.15, 0.1, 0.3])
    assert short > 0 > long


def test_nothing_is_chosen_where_all_sentences_count_the_same() -> None:
    pieces = _pieces([12] * 20)
    assert choose(pieces, emphases(pieces, [0.1] * 20)) == []


def test_what_stands_out_is_chosen_and_nothing_else() -> None:
    pieces = _pieces([12] * 20)
    contributions = [0.1] * 20
    contributions[3], contributions[17] = 0.5, -0.3
    chosen = choose(pieces, emphases(pieces, contributions))
    assert chosen == [(3, HELPS), (17, HELPS_LEAST)]


@pytest.mark.parametrize("count", [0, 1, 2, 5, 6, 11, 12, 64])
def test_at_most_a_third_of_an_essay_and_three_of_a_kind_are_chosen(count: int) -> None:
    pieces = _pieces([10] * count)
    chosen = choose(pieces, emphases(pieces, [(-1) ** n * 0.1 for n in range(count)]))
    assert len(chosen) <= count / 3
    for kind in KINDS:
        assert sum(one == kind for _, one in chosen) <= MAX_OF_A_KIND


def test_long_and_short_sentences_are_equally_often_chosen_by_chance() -> None:
    """Per word, short sentences would always be the extremes; in points, long ones."""
    words = [4, 36] * 10
    noise = [1, -1, -1, 1, 2, -2, -2, 2, 3, -3, -3, 3, 4, -4, -4, 4, 5, -5, -5, 5]
    contributions = [
        0.01 * count + 0.01 * size * count**0.5 for count, size in zip(words, noise, strict=True)
    ]
    pieces = _pieces(words)
    lengths = [words[place] for place, _ in choose(pieces, emphases(pieces, contributions))]
    assert {4, 36} == set(lengths)


@pytest.mark.parametrize("space", [" ", "  ", "\u00a0 ", "\t", "\u2003", "\u200b ", "\n"])
def test_a_highlight_is_its_sentence_in_the_text_as_given(
    scorer: Scorer, example: Callable[[str], str], space: str
) -> None:
    text = "\ufeff🙂 " + example("middling").replace("\n", "\r\n").replace(" ", space)
    explanation = scorer.score(text, explain=True).explanation
    assert explanation is not None
    assert explanation.highlights
    for one in explanation.highlights:
        passage = normalize(text[one.start : one.end])
        assert passage.split() == explanation.sentences[one.sentence].text.split()


@pytest.mark.parametrize("name", EXAMPLES)
def test_emphasis_takes_nothing_from_an_essay_as_a_whole(
    scorer: Scorer, example: Callable[[str], str], name: str
) -> None:
    explanation = scorer.score(example(name), explain=True).explanation
    assert explanation is not None
    total = sum(sentence.emphasis for sentence in explanation.sentences)
    assert total == pytest.approx(0.0, abs=1e-3)
    for one in explanation.highlights:
        emphasis = explanation.sentences[one.sentence].emphasis
        assert emphasis > 0 if one.kind == HELPS else emphasis < 0
