from pathlib import Path

import pytest

from essay_scorer import BundleInvalid
from essay_scorer.text.classic import WordCleaner


@pytest.fixture
def cleaner() -> WordCleaner:
    return WordCleaner(
        stop_words=["the", "s", "don", "t"],
        nouns=["dog", "church", "axe", "ax", "axis", "us", "u", "woman", "library", "glass"],
        irregular={"axes": ["ax", "axis"], "women": ["woman"], "people": []},
    )


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("The dogs don't bark.", "dog bark"),
        ("the\n\nTHE The's", ""),
        ("Libraries, churches; glasses!", "library church glass"),
        ("women's 2nd axes", "woman nd ax"),
        ("us", "u"),
        ("people barks", "people barks"),
        ("café naïve", "caf na ve"),
        ("作文 dogs", "dog"),
    ],
)
def test_words_are_stripped_and_lemmatized(cleaner: WordCleaner, text: str, clean: str) -> None:
    assert cleaner.clean(text) == clean


def test_a_saved_cleaner_cleans_the_same(cleaner: WordCleaner, tmp_path: Path) -> None:
    cleaner.save(tmp_path / "cleaning.json")
    text = "Women and the dogs of churches, axes and us"
    loaded = WordCleaner.load(tmp_path / "cleaning.json")
    assert loaded.clean(text) == cleaner.clean(text)
    assert loaded.to_json() == cleaner.to_json()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"stop_words": 1, "nouns": 2}', "\x00"])
def test_the_error_names_an_invalid_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cleaning.json"
    path.write_text(content)
    with pytest.raises(BundleInvalid, match=r"cleaning\.json"):
        WordCleaner.load(path)
