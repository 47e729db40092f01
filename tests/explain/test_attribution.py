import itertools
from collections.abc import Callable

import pytest

from essay_scorer import Scorer
from essay_scorer.explain.attribution import MAX_PIECES, join_pieces, split_pieces
from essay_scorer.explain.observations import MEASURES
from essay_scorer.text.normalize import normalize

Example = Callable[[str], str]


def test_every_sentence_occurs_once_in_order(scorer: Scorer, example: Example) -> None:
    text = example("middling")
    explanation = scorer.score(text, explain=True).explanation
    assert explanation is not None
    paragraphs = [
        " ".join(sentence.text for sentence in part)
        for _, part in itertools.groupby(explanation.sentences, lambda one: one.paragraph)
    ]
    assert "\n\n".join(paragraphs) == normalize(text)


def test_removing_sentences_of_high_contribution_lowers_the_score(
    scorer: Scorer, example: Example
) -> None:
    text = normalize(example("strong"))
    score = scorer.score(text, explain=True)
    assert score.explanation is not None
    pieces = split_pieces(text)
    adds = [sentence.contribution for sentence in score.explanation.sentences]
    ranked = sorted(range(len(pieces)), key=adds.__getitem__)

    def without(places: list[int]) -> float:
        return scorer.score(
            join_pieces([piece for place, piece in enumerate(pieces) if place not in places])
        ).raw

    assert without(ranked[-5:]) < without(ranked[:5])


def test_an_explanation_does_not_change_the_score(scorer: Scorer, example: Example) -> None:
    plain, explained = (scorer.score(example("weak"), explain=on) for on in (False, True))
    assert plain.explanation is None
    assert "explanation" not in plain.to_dict()
    assert {**explained.to_dict(), "explanation": None} == {**plain.to_dict(), "explanation": None}


def test_observations_have_typical_ranges(scorer: Scorer, example: Example) -> None:
    text = example("middling")
    explanation = scorer.score(text, explain=True).explanation
    assert explanation is not None
    found = {observation.code: observation for observation in explanation.observations}
    assert set(found) == set(MEASURES)
    assert found["words"].value == pytest.approx(len(text.split()), abs=3)
    assert all(one.low <= one.high for one in found.values())


@pytest.mark.parametrize("sentences", [1, 2, 64, 65, 1000])
def test_a_long_text_has_a_limited_number_of_pieces(sentences: int) -> None:
    text = " ".join(f"Sentence {number} says a little." for number in range(sentences))
    pieces = split_pieces(text)
    assert len(pieces) <= MAX_PIECES
    assert join_pieces(pieces) == text


@pytest.mark.parametrize("paragraphs", [64, 65, 100, 20_000])
def test_many_paragraphs_are_grouped_into_a_limited_number_of_pieces(
    paragraphs: int,
) -> None:
    text = "\n\n".join(f"Paragraph {number}. It has more." for number in range(paragraphs))
    pieces = split_pieces(text)
    assert len(pieces) <= MAX_PIECES
    assert join_pieces(pieces) == text


def test_uneven_paragraphs_have_a_limited_number_of_pieces() -> None:
    long = "It goes on. " * 20_000
    text = normalize("\n\n".join(["One."] * (MAX_PIECES - 1) + [long]))
    assert len(split_pieces(text)) <= MAX_PIECES


def test_a_single_sentence_has_no_contribution(scorer: Scorer) -> None:
    explanation = scorer.score("One sentence only.", explain=True).explanation
    assert explanation is not None
    assert [sentence.contribution for sentence in explanation.sentences] == [0.0]
