"""The recipe ``classic``: NLTK's cleaning without NLTK, a frozen BERT, an LSTM head."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import keras
import nltk
import pandas as pd
import pytest
from nltk.stem import WordNetLemmatizer

from essay_scorer import FileError, Scorer
from essay_scorer.model.bundle import verify_bundle
from essay_scorer.model.files import CLEANING
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.recipe import RECIPES, CleaningRecipe, Recipe
from essay_scorer.lab.wordnet import EXCEPTIONS, INDEX, find_wordnet, word_cleaner

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def wordnet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A WordNet of a few nouns, in its own format."""
    folder = tmp_path / "dict"
    folder.mkdir()
    nouns = ("library", "town", "family", "alto-relievo", "people", "hour", "shelf", "story")
    index = ["  1 Licence of the database.", *(f"{noun} n 1 0 1 0 00000001" for noun in nouns)]
    (folder / INDEX).write_text("\n".join(index) + "\n")
    (folder / EXCEPTIONS).write_text("alto-relievos alto-relievo\nshelves shelf\n")
    monkeypatch.setenv("WNSEARCHDIR", str(folder))
    return folder


@pytest.fixture
def classic(encoder: Path, tmp_path: Path) -> Path:
    """The shipped recipe, on the miniature encoder."""
    text = (RECIPES / "classic.toml").read_text(encoding="utf-8")
    for old, new in (
        (r"^source = .*", f'source = "{encoder}"'),
        (r"^window = \d+", "window = 32"),
        (r"^vector = \d+", "vector = 12"),
        (r"^units = .*", "units = [12, 6]"),
        (r"^batch = \d+", "batch = 8"),
    ):
        text = re.sub(old, new, text, count=1, flags=re.MULTILINE)
    path = tmp_path / "small-classic.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_training_gives_a_bundle_that_cleans_and_scores(
    classic: Path, wordnet: Path, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "made"
    assert main(["train", "--recipe", str(classic), "--data", str(data), "--out", str(out)]) == 0
    assert CLEANING in verify_bundle(out / "bundle").files
    scorer = Scorer.load(out / "bundle")
    one, other = "The town has two libraries.", "THIS TOWN! 2 two, of library"
    assert scorer.score(one).raw == scorer.score(other).raw
    assert scorer.score("I am the one and you are not").scale.max == 4  # stop-words alone

    head = keras.models.load_model(out / "aes_model.h5", compile=False)
    assert [type(layer).__name__ for layer in head.layers] == ["LSTM", "LSTM", "Dense"]
    assert head.input_shape == (None, 1, 12)


def test_its_own_artefacts_export_to_the_same_scores(
    classic: Path, wordnet: Path, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "made"
    assert main(["train", "--recipe", str(classic), "--data", str(data), "--out", str(out)]) == 0
    command = ["export", "--recipe", str(classic), "--scale", "0-1", "--out", str(tmp_path / "b")]
    command += ["--tokenizer", str(out / "bert-tokenizer"), "--encoder", str(out / "bert-model")]
    assert main([*command, "--head", str(out / "aes_model.h5")]) == 0
    exported, trained = Scorer.load(tmp_path / "b"), Scorer.load(out / "bundle")
    line = trained.manifest.calibration
    for text in ("A quiet room and a good book.", "Many families visited the shelves."):
        number = exported.score(text).raw  # on the scale 0-1, the head's own number
        expected = line.raw(number, trained.manifest.scale)
        assert trained.score(text).raw == pytest.approx(expected, abs=1e-4)


def test_a_vector_longer_than_the_encoders_is_one_sentence(
    classic: Path, wordnet: Path, data: Path, tmp_path: Path, capsys: Capture
) -> None:
    classic.write_text(classic.read_text().replace("vector = 12", "vector = 300"))
    command = ["train", "--recipe", str(classic), "--data", str(data), "--out", str(tmp_path / "o")]
    assert main(command) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        "essay-scorer: The head reads 300 numbers; the encoder gives 16."
    )


def test_without_wordnet_one_sentence_says_where_it_comes_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WNSEARCHDIR", str(tmp_path))
    with pytest.raises(FileError, match="wordnet-base"):
        find_wordnet()


def test_wordnet_is_read_from_the_archive_that_nltk_leaves(
    wordnet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpora = tmp_path / "nltk_data" / "corpora"
    corpora.mkdir(parents=True)
    with zipfile.ZipFile(corpora / "wordnet.zip", "w") as archive:
        for name in (INDEX, EXCEPTIONS):
            archive.write(wordnet / name, f"wordnet/{name}")
    monkeypatch.delenv("WNSEARCHDIR")
    monkeypatch.setenv("NLTK_DATA", str(corpora.parent))
    monkeypatch.setattr("essay_scorer.lab.wordnet.DEBIAN", tmp_path / "nowhere")
    cleaner = word_cleaner(CleaningRecipe(stop_words=("of",)))
    assert cleaner is not None
    assert cleaner.clean("Shelves of libraries") == "shelf library"


def test_only_words_of_letters_are_kept(wordnet: Path) -> None:
    cleaner = word_cleaner(Recipe.load("classic").cleaning)
    assert cleaner is not None
    assert cleaner.clean("The shelves, altos-relievos & people’s towns") == (
        "shelf altos relievos people town"
    )


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordNetLemmatizer]:
    """NLTK's own lemmatizer over the machine's WordNet.

    NLTK also wants two files that no lemma depends on and that Debian leaves out.
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
    assert len(_differing(oracle, words)) == 0  # the words themselves are not to be printed


def test_every_noun_and_its_forms_get_nltks_lemma(oracle: WordNetLemmatizer) -> None:
    folder = find_wordnet()
    first = (line.split(" ")[0] for line in (folder / INDEX).read_text().splitlines())
    nouns = [noun for noun in first if re.fullmatch("[a-z]+", noun)]
    forms = (line.split()[0] for line in (folder / EXCEPTIONS).read_text().splitlines())
    irregular = [form for form in forms if re.fullmatch("[a-z]+", form)]
    endings = ("", "s", "es", "ses", "ves", "men", "ies")
    regular = [noun[: len(noun) - cut] + end for noun in nouns for cut in (0, 1) for end in endings]
    assert _differing(oracle, [*irregular, *regular]) == []


def test_the_stop_words_are_the_153_of_letters() -> None:
    cleaning = Recipe.load("classic").cleaning
    assert cleaning is not None
    assert len(set(cleaning.stop_words)) == len(cleaning.stop_words) == 153


def test_the_stop_words_are_nltks() -> None:
    try:
        listed = nltk.corpus.stopwords.words("english")
    except LookupError:
        pytest.skip("NLTK's stop-word list is not here; nltk.download('stopwords') brings it")
    cleaning = Recipe.load("classic").cleaning
    assert cleaning is not None
    # The text is cut into runs of letters first, so a word with an apostrophe is never met.
    assert set(cleaning.stop_words) == {word for word in listed if word.isalpha()}
