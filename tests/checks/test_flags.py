"""Flags: each signal compared with its threshold, and how the signals are computed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essay_scorer.checks import signals
from essay_scorer.checks.flags import Signals, flags_of
from essay_scorer.model.thresholds import Thresholds
from essay_scorer.text.words import split_words

THRESHOLDS = Thresholds(min_words=40, max_words=80, similarity=0.4, off_topic_part=0.5)
ORDINARY = Signals(
    word_count=60,
    common_words=0.5,
    language=None,
    gibberish=0.0,
    repeated=0.0,
    list_lines=0.0,
    code_characters=0.0,
    similarity=1.0,
    off_topic_part=0.0,
    copied_prompt=0.0,
)

PROSE = (
    "School libraries matter because they give every student a quiet place to read, and because "
    "a good librarian knows which book to hand to whom. When our library was closed for repairs, "
    "fewer of us finished a novel that term than in any term before it."
)


def test_an_ordinary_essay_has_no_flag() -> None:
    assert flags_of(ORDINARY, THRESHOLDS) == ()


@pytest.mark.parametrize(
    ("signal", "flag"),
    [
        ({"word_count": 39}, "too_short"),
        ({"word_count": 81}, "too_long"),
        ({"language": "fr"}, "not_english"),
        ({"gibberish": 0.9}, "gibberish"),
        ({"common_words": 0.1}, "gibberish"),
        ({"repeated": 0.5}, "repetitive"),
        ({"list_lines": 0.9}, "list_or_code"),
        ({"code_characters": 0.05}, "list_or_code"),
        ({"similarity": 0.3}, "off_topic"),
        ({"off_topic_part": 0.6}, "off_topic_part"),
        ({"copied_prompt": 0.9}, "copied_prompt"),
    ],
)
def test_each_signal_beyond_its_threshold_is_a_flag(signal: dict[str, object], flag: str) -> None:
    assert flags_of(replace(ORDINARY, **signal), THRESHOLDS) == (flag,)  # type: ignore[arg-type]


def test_another_language_is_not_gibberish() -> None:
    french = replace(ORDINARY, language="fr", common_words=0.0, gibberish=0.99)
    assert flags_of(french, THRESHOLDS) == ("not_english",)


@pytest.mark.parametrize("words", [40, 80])
def test_the_lengths_of_training_essays_are_not_flagged(words: int) -> None:
    assert flags_of(replace(ORDINARY, word_count=words), THRESHOLDS) == ()


def test_a_few_words_are_never_gibberish() -> None:
    assert flags_of(replace(ORDINARY, word_count=12, gibberish=0.99), THRESHOLDS) == ("too_short",)


def test_prose_has_many_common_words_and_gibberish_has_none() -> None:
    assert signals.common_word_share(split_words(PROSE)) > 0.4
    assert signals.common_word_share(split_words("xkq zzpf wrrtl plomf qua zzt")) == 0


def test_half_of_a_doubled_text_is_repeated() -> None:
    words = split_words(PROSE)
    assert signals.repeated_share(words, run=8) == 0
    assert signals.repeated_share(words * 2, run=8) == pytest.approx(0.5)


def test_words_copied_from_the_prompt_are_counted() -> None:
    words = split_words(PROSE)
    assert signals.copied_share(words, split_words("Do you like school libraries?"), run=5) == 0
    assert signals.copied_share(words, words, run=5) == 1
    assert signals.copied_share(words[:20] + ["other"] * 20, words, run=5) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "text",
    [
        "- milk\n- eggs\n- bread\n- butter\n- tea",
        "1. go home\n2. eat\n3) sleep\n4. wake up",
        "Name\nSchool\nClass\nTeacher\nDate of birth",
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>",
    ],
)
def test_list_items_are_distinguished_from_prose(text: str) -> None:
    assert signals.list_line_share(text.splitlines()) == 1
    assert signals.list_line_share(PROSE.splitlines()) == 0


def test_code_has_characters_that_prose_lacks() -> None:
    program = "for (int i = 0; i < n; i++) { total += cost[i] * rate[i]; }"
    assert signals.code_character_share(program) > 0.1
    assert signals.code_character_share(PROSE) == 0


@given(st.text())
def test_every_share_is_between_0_and_1(text: str) -> None:
    words = split_words(text)
    shares = (
        signals.common_word_share(words),
        signals.repeated_share(words, run=8),
        signals.copied_share(words, words[:7], run=5),
        signals.list_line_share(text.splitlines()),
        signals.code_character_share(text),
    )
    assert all(0 <= share <= 1 for share in shares)
