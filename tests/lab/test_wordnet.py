"""Text cleaning gives exactly what NLTK gives, without NLTK."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nltk
import pandas as pd
import pytest
from nltk.stem import WordNetLemmatizer

from essay_scorer import FileError
from essay_scorer.lab.recipe import CleaningRecipe, Recipe
from essay_scorer.lab.wordnet import (
    EXCEPTIONS,
    FOLDER_VARIABLE,
    INDEX,
    find_wordnet,
    word_cleaner,
)


def test_without_wordnet_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(FileError, match="wordnet-base"):
        find_wordnet()


def test_wordnet_is_read_from_nltks_archive(
    wordnet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpora = tmp_path / "nltk_data" / "corpora"
    corpora.mkdir(parents=True)
    with zipfile.ZipFile(corpora / "wordnet.zip", "w") as archive:
        for name in (INDEX, EXCEPTIONS):
            archive.write(wordnet / name, f"wordnet/{name}")
    monkeypatch.delenv(FOLDER_VARIABLE)
    monkeypatch.setenv("NLTK_DATA", str(corpora.parent))
    monkeypatch.setattr("essay_scorer.lab.wordnet.DEBIAN_FOLDER", tmp_path / "nowhere")
    cleaner = word_cleaner(CleaningRecipe(stop_words=("of",)))
    assert cleaner is not None
    assert cleaner.clean("Shelves of libraries") == "shelf library"


def test_words_are_runs_of_letters(wordnet: Path) -> None:
    cleaner = word_cleaner(Recipe.load("classic").cleaning)
    assert cleaner is not None
    assert cleaner.clean("The shelves, altos-relievos & people’s towns") == (
        "shelf altos relievos people town"
    )


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordNetLemmatizer]:
    """NLTK's own lemmatizer with this machine's WordNet.

    NLTK needs two more files, which no lemma depends on and which Debian's package lacks.
    """
    try:
        real = find_wordnet()
    except FileError as error:
        pytest.skip(str(error))
    data = tmp_path_factory.mktemp("nltk_data")
    folder = data / "corpora" / "wordnet"
    folder.mkdir(parents=True)
    for file in real.iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    groups = "".join(f"{number:02}\tgroup.{number}\t1\n" for number in range(45))
    for name, content in (("lexnames", groups), ("index.sense", "")):
        if not (folder / name).exists():
            (folder / name).write_text(content)
    nltk.data.path.insert(0, str(data))
    yield WordNetLemmatizer()
    nltk.data.path.remove(str(data))


def _words(folder: Path) -> list[str]:
    texts = pd.concat(
        pd.read_parquet(path, columns=["text"])["text"]
        for path in (folder / "asap.parquet", folder / "asap2.parquet")
    )
    return sorted({word.lower() for text in texts for word in re.findall("[a-zA-Z]+", text)})


def _differing(oracle: WordNetLemmatizer, words: list[str]) -> list[str]:
    cleaner = word_cleaner(Recipe.load("classic").cleaning)
    assert cleaner is not None
    return [word for word in words if cleaner.lemma(word) != oracle.lemmatize(word)]


def test_every_word_of_both_data_sets_gets_nltks_lemma(
    oracle: WordNetLemmatizer, asap2: Path
) -> None:
    words = _words(asap2.parent)
    assert len(words) > 30_000
    assert len(_differing(oracle, words)) == 0  # a failure must not print the words


def test_every_noun_and_its_forms_get_nltks_lemma(oracle: WordNetLemmatizer) -> None:
    folder = find_wordnet()
    first = (line.split(" ")[0] for line in (folder / INDEX).read_text().splitlines())
    nouns = [noun for noun in first if re.fullmatch("[a-z]+", noun)]
    forms = (line.split()[0] for line in (folder / EXCEPTIONS).read_text().splitlines())
    irregular = [form for form in forms if re.fullmatch("[a-z]+", form)]
    endings = ("", "s", "es", "ses", "ves", "men", "ies")
    regular = [noun[: len(noun) - cut] + end for noun in nouns for cut in (0, 1) for end in endings]
    assert _differing(oracle, [*irregular, *regular]) == []


def test_there_are_153_stop_words() -> None:
    cleaning = Recipe.load("classic").cleaning
    assert cleaning is not None
    assert len(set(cleaning.stop_words)) == len(cleaning.stop_words) == 153


def test_the_stop_words_are_nltks() -> None:
    try:
        listed = nltk.corpus.stopwords.words("english")
    except LookupError:
        pytest.skip("NLTK's stop-word list is missing; nltk.download('stopwords') installs it")
    cleaning = Recipe.load("classic").cleaning
    assert cleaning is not None
    # Cleaning first splits the text into runs of letters, so no word has an apostrophe.
    assert set(cleaning.stop_words) == {word for word in listed if word.isalpha()}
