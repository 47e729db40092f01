"""What becomes a flag: each sign beside its threshold, and how the signs are counted."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essay_scorer.checks import signals as counts
from essay_scorer.checks.flags import Signals
from essay_scorer.model.thresholds import Thresholds

THRESHOLDS = Thresholds(min_words=40, max_words=80, likeness=0.4)
ORDINARY = Signals(
    words=60,
    english=0.5,
    language=None,
    nonsense=0.0,
    repeated=0.0,
    listed=0.0,
    code_marks=0.0,
    likeness=1.0,
    copied=0.0,
)

PROSE = (
    "School libraries matter because they give every student a quiet place to read, and because "
    "a good librarian knows which book to hand to whom. When our library was closed for repairs, "
    "fewer of us finished a novel that term than in any term before it."
)


def test_an_ordinary_essay_has_no_flag() -> None:
    assert THRESHOLDS.flags(ORDINARY) == ()


@pytest.mark.parametrize(
    ("sign", "flag"),
    [
        ({"words": 39}, "too_short"),
        ({"words": 81}, "too_long"),
        ({"language": "fr"}, "not_english"),
        ({"nonsense": 0.9}, "gibberish"),
        ({"english": 0.1}, "gibberish"),
        ({"repeated": 0.5}, "repetitive"),
        ({"listed": 0.9}, "list_or_code"),
        ({"code_marks": 0.05}, "list_or_code"),
        ({"likeness": 0.3}, "off_topic"),
        ({"copied": 0.9}, "copied_prompt"),
    ],
)
def test_each_sign_over_its_threshold_is_a_flag(sign: dict[str, object], flag: str) -> None:
    assert THRESHOLDS.flags(replace(ORDINARY, **sign)) == (flag,)  # type: ignore[arg-type]


def test_another_language_is_not_called_gibberish() -> None:
    french = replace(ORDINARY, language="fr", english=0.0, nonsense=0.99)
    assert THRESHOLDS.flags(french) == ("not_english",)


@pytest.mark.parametrize("words", [40, 80])
def test_the_training_s_own_lengths_are_not_flagged(words: int) -> None:
    assert THRESHOLDS.flags(replace(ORDINARY, words=words)) == ()


def test_a_few_words_cannot_be_told_from_nonsense() -> None:
    assert THRESHOLDS.flags(replace(ORDINARY, words=12, nonsense=0.99)) == ("too_short",)


def test_prose_is_full_of_common_words_and_other_texts_are_not() -> None:
    assert counts.english(counts.words_of(PROSE)) > 0.4
    assert counts.english(counts.words_of("xkq zzpf wrrtl plomf qua zzt")) == 0


def test_half_of_a_text_said_twice_is_a_repetition() -> None:
    words = counts.words_of(PROSE)
    assert counts.repeated(words) == 0
    assert counts.repeated(words * 2) == pytest.approx(0.5)


def test_what_is_copied_from_the_assignment_is_seen() -> None:
    words = counts.words_of(PROSE)
    assert counts.shared(words, counts.words_of("Do you like school libraries?")) == 0
    assert counts.shared(words, words) == 1
    assert counts.shared(words[:20] + ["other"] * 20, words) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "text",
    [
        "- milk\n- eggs\n- bread\n- butter\n- tea",
        "1. go home\n2. eat\n3) sleep\n4. wake up",
        "Name\nSchool\nClass\nTeacher\nDate of birth",
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>",
    ],
)
def test_items_are_told_from_prose(text: str) -> None:
    assert counts.listed(text.splitlines()) == 1
    assert counts.listed(PROSE.splitlines()) == 0


def test_programs_are_full_of_marks_that_prose_lacks() -> None:
    program = "for (int i = 0; i < n; i++) { total += cost[i] * rate[i]; }"
    assert counts.code_marks(program) > 0.1
    assert counts.code_marks(PROSE) == 0


@given(st.text())
def test_every_share_is_a_share(text: str) -> None:
    words = counts.words_of(text)
    shares = (
        counts.english(words),
        counts.repeated(words),
        counts.shared(words, words[:7]),
        counts.listed(text.splitlines()),
        counts.code_marks(text),
    )
    assert all(0 <= share <= 1 for share in shares)
