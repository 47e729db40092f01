"""WordNet's nouns, for recipes that lemmatize.

They are read from Debian's package ``wordnet-base``, or from NLTK's data folder after
``nltk.download("wordnet")``. Nothing is downloaded here.
"""

import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from essay_scorer.errors import FileError
from essay_scorer.lab.recipe import CleaningRecipe
from essay_scorer.text.classic import WordCleaner

INDEX, EXCEPTIONS = "index.noun", "noun.exc"
FOLDER_VARIABLE = "WNSEARCHDIR"  # WordNet's own name for the folder of its files
DEBIAN_FOLDER = Path("/usr/share/wordnet")

_NLTK_FOLDERS = ("~/nltk_data", "/usr/share/nltk_data", "/usr/local/share/nltk_data")
_LETTERS = re.compile("[a-z]+")

Folder: TypeAlias = Path | zipfile.Path


def find_wordnet() -> Folder:
    """Return the folder with WordNet's noun files.

    Raises:
        FileError: no folder has them.
    """
    for folder in _candidates():
        if all((folder / name).is_file() for name in (INDEX, EXCEPTIONS)):
            return folder
    raise FileError(
        "This recipe needs WordNet's noun files; install Debian's package wordnet-base, "
        f"or set the variable {FOLDER_VARIABLE} to their folder."
    )


def _candidates() -> Iterator[Folder]:
    if named := os.environ.get(FOLDER_VARIABLE):
        yield Path(named)
        return
    yield DEBIAN_FOLDER
    named_data = [name for name in os.environ.get("NLTK_DATA", "").split(os.pathsep) if name]
    for data in (*named_data, *_NLTK_FOLDERS):
        corpora = Path(data).expanduser() / "corpora"
        yield corpora / "wordnet"
        if zipfile.is_zipfile(archive := corpora / "wordnet.zip"):  # NLTK does not extract it
            yield zipfile.Path(archive, "wordnet/")


def word_cleaner(recipe: CleaningRecipe | None) -> WordCleaner | None:
    """Return the text cleaning of a recipe; none if it has none.

    The cleaner contains only what can apply to a word of letters: nouns of letters, irregular
    forms of letters, and the lemmas of these forms.

    Raises:
        FileError: WordNet's files are not on this machine.
    """
    if recipe is None:
        return None
    folder = find_wordnet()
    all_nouns = set(_read_nouns(folder / INDEX))
    irregular = {
        form: [lemma for lemma in lemmas if lemma in all_nouns]
        for form, lemmas in _read_exceptions(folder / EXCEPTIONS)
        if _LETTERS.fullmatch(form)
    }
    nouns = {noun for noun in all_nouns if _LETTERS.fullmatch(noun)}
    nouns.update(*irregular.values())
    return WordCleaner(stop_words=recipe.stop_words, nouns=nouns, irregular=irregular)


def _read_nouns(path: Folder) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith(" "):  # the lines of the license are indented
            yield line.partition(" ")[0]


def _read_exceptions(path: Folder) -> Iterator[tuple[str, list[str]]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        form, *lemmas = line.split()
        yield form, lemmas
