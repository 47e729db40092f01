import pytest
from hypothesis import given
from hypothesis import strategies as st

from essay_scorer import NotText, NoWords
from essay_scorer.text.normalize import _REPAIRS, Passage, Text, normalize
from essay_scorer.text.words import count_words


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("One.\n\nTwo.", "One.\n\nTwo."),
        ("  One. \r\n\r\n\r\n\t Two.\n", "One.\n\nTwo."),
        ("One line\nwrapped by an editor.\n\nTwo.", "One line wrapped by an editor.\n\nTwo."),
        ("a\x00b", "ab"),
        ("co\xadop\u200ber\ufeffate with\xa0me", "cooperate with me"),
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


# Without the characters of markup: ``&amp;lt;`` shows ``&lt;``, which would show ``<``.
@given(st.text(alphabet=st.characters(codec=None, exclude_characters="<&")))
def test_normalization_is_idempotent(text: str) -> None:
    try:
        clean = normalize(text)
    except NoWords:
        return
    assert normalize(clean) == clean
    assert clean.encode("utf-8")


def test_words_are_counted_as_in_a_word_processor() -> None:
    assert count_words("It's one-two,\n\nthree.") == 3


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("One. Two three.", "Two three."),
        ("\t One. \r\n\r\n\r\n  Two\nthree. \n", "Two\nthree."),
        ("🙂\x00 \x93One\x94\x81.\n\n\x00Two\x00 three.", "Two\x00 three."),
        ("\ud83d One.\u2028Two three.", "Two three."),
    ],
)
def test_a_passage_is_located_in_the_given_string(text: str, passage: str) -> None:
    parsed = Text.parse(text)
    start = parsed.clean.index("Two")
    found = parsed.locate(Passage(start=start, end=len(parsed.clean)))
    assert text[found.start : found.end] == passage


@given(st.text(alphabet=st.characters(codec=None)), st.data())
def test_a_located_passage_normalizes_to_the_same(text: str, data: st.DataObject) -> None:
    try:
        parsed = Text.parse(text)
    except NoWords:
        return
    words = [place for place, mark in enumerate(parsed.clean) if not mark.isspace()]
    start, end = sorted(data.draw(st.lists(st.sampled_from(words), min_size=2, max_size=2)))
    found = parsed.locate(Passage(start=start, end=end + 1))
    located = "".join(parsed.raw[found.start : found.end].split())
    expected = "".join(parsed.clean[start : end + 1].split())
    assert located.translate(_REPAIRS) == expected
