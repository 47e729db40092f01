import pytest
from hypothesis import given
from hypothesis import strategies as st

from essay_scorer import NotText, NoWords
from essay_scorer.text.normalize import normalize
from essay_scorer.text.words import count_words


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("One.\n\nTwo.", "One.\n\nTwo."),
        ("  One. \r\n\r\n\r\n\t Two.\n", "One.\n\nTwo."),
        ("One line\nwrapped by an editor.\n\nTwo.", "One line wrapped by an editor.\n\nTwo."),
        ("a\x00b", "ab"),
        ("don\x92t \x93quote\x94", "don’t “quote”"),
        ("half \ud83d a pair", "half \ufffd a pair"),
        ("مرحبا", "مرحبا"),
        ("作文", "作文"),
    ],
)
def test_visible_text_is_kept_and_the_rest_is_repaired(text: str, clean: str) -> None:
    assert normalize(text) == clean


@pytest.mark.parametrize("text", ["", "  \n\t", "12345", "!?…", "\x00", "🙂🙂", "\ud800"])
def test_a_text_without_letters_is_rejected(text: str) -> None:
    with pytest.raises(NoWords):
        normalize(text)


@pytest.mark.parametrize("value", [None, 42, 1.5, True, ["a"], {"a": 1}, b"bytes"])
def test_a_value_that_is_not_a_string_is_rejected(value: object) -> None:
    with pytest.raises(NotText):
        normalize(value)


@given(st.text(alphabet=st.characters(codec=None)))
def test_normalization_is_idempotent(text: str) -> None:
    try:
        clean = normalize(text)
    except NoWords:
        return
    assert normalize(clean) == clean
    assert clean.encode("utf-8")


def test_words_are_counted_as_in_a_word_processor() -> None:
    assert count_words("It's one-two,\n\nthree.") == 3
