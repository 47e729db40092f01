import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

import essay_scorer
from essay_scorer import NoWords, Scorer

Example = Callable[[str], str]

# A plain paragraph, to build essays of any length from.
PARAGRAPH = (
    "School libraries matter because they give every student a quiet place to read, and because "
    "a good librarian knows which book to hand to whom. When our library was closed for repairs, "
    "fewer of us finished a novel that term than in any term before it. "
)


def test_better_essays_get_higher_scores(scorer: Scorer, example: Example) -> None:
    weak, middling, strong = (
        scorer.score(example(name)).raw for name in ("weak", "middling", "strong")
    )
    assert weak < middling < strong


def test_a_score_is_complete(scorer: Scorer, example: Example) -> None:
    score = scorer.score(example("middling"))
    assert score.scale.min <= score.value <= score.scale.max
    assert score.interval.low <= score.value <= score.interval.high
    assert 0 < score.interval.coverage < 1
    assert score.flags == ()
    assert score.review is False
    assert score.model == scorer.manifest.model


def test_a_score_is_immutable(scorer: Scorer) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        scorer.score("An essay.").value = 6  # type: ignore[misc]


def test_a_score_does_not_depend_on_other_essays(scorer: Scorer, example: Example) -> None:
    alone = scorer.score(example("strong"))
    crowd = [f"{number} {word}" for number, word in enumerate((PARAGRAPH * 25).split())]
    crowd.insert(500, example("strong"))
    among = scorer.score_many(crowd)
    assert len(among) == len(crowd) > 999
    assert among[500].raw == pytest.approx(alone.raw, abs=1e-5)


def test_scoring_is_thread_safe(scorer: Scorer, example: Example) -> None:
    texts = [example("weak"), example("middling"), example("strong")] * 4
    alone = [scorer.score(text).raw for text in texts]
    with ThreadPoolExecutor(6) as pool:
        together = [score.raw for score in pool.map(scorer.score, texts)]
    assert together == pytest.approx(alone, abs=1e-5)


def test_the_last_paragraph_of_a_long_essay_is_read(scorer: Scorer) -> None:
    body = "\n\n".join([PARAGRAPH * 2] * 18)
    assert len(body.split()) > 1500
    clean = scorer.score(body + "\n\nIn conclusion, we should keep our library open all year.")
    broken = scorer.score(body + "\n\nIn conclushun library good " + "it good becos good " * 10)
    assert clean.raw != pytest.approx(broken.raw, abs=1e-4)


def test_the_number_of_threads_does_not_change_a_score(scorer: Scorer, example: Example) -> None:
    alone = Scorer.load(threads=1).score(example("strong"))
    assert alone.raw == pytest.approx(scorer.score(example("strong")).raw, abs=1e-5)


def test_a_short_text_in_another_language_is_scored_and_flagged(scorer: Scorer) -> None:
    score = scorer.score("Ceci est un essai pour être noté.")
    assert score.flags == ("too_short", "not_english")
    assert score.review


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "مقال قصير",
        "\u202eright to left",
        "a\x00b",
        "\ud800 word",
        "作文很短",
        "é" * 99,
    ],
)
def test_unusual_texts_are_scored(scorer: Scorer, text: str) -> None:
    assert 1 <= scorer.score(text).value <= 6


def test_a_text_of_128_kib_is_read_whole(scorer: Scorer) -> None:
    text = PARAGRAPH * (128 * 1024 // len(PARAGRAPH))
    assert {"too_long", "repetitive"} <= set(scorer.score(text).flags)


def test_a_text_without_words_is_rejected(scorer: Scorer) -> None:
    with pytest.raises(NoWords):
        scorer.score("123")


def test_the_json_has_these_fields_the_original_key_first(scorer: Scorer, example: Example) -> None:
    answer = scorer.score(example("weak")).to_dict()
    assert list(answer) == [
        "essay score", "raw", "scale", "interval", "flags", "uncertainty", "review", "model",
    ]  # fmt: skip


def test_every_public_name_can_be_imported() -> None:
    assert all(hasattr(essay_scorer, name) for name in essay_scorer.__all__)
    with pytest.raises(AttributeError):
        essay_scorer.unknown  # noqa: B018
