"""WordNet's nouns, for recipes that bring words to their dictionary form.

They are read where the machine has them: Debian's package ``wordnet-base``, or
NLTK's data folder after ``nltk.download("wordnet")``.  Nothing is downloaded here.
"""

import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from essay_scorer.errors import FileError
from essay_scorer.lab.recipe import CleaningRecipe
from essay_scorer.text.classic import WordCleaner

INDEX, EXCEPTIONS = "index.noun", "noun.exc"
VARIABLE = "WNSEARCHDIR"  # WordNet's own name for the folder of its files
DEBIAN = Path("/usr/share/wordnet")
_LETTERS = re.compile("[a-z]+")


Folder = Path | zipfile.Path


def find_wordnet() -> Folder:
    """Return the folder with WordNet's noun files."""
    for folder in _places():
        if all((folder / name).is_file() for name in (INDEX, EXCEPTIONS)):
            return folder
    raise FileError(
        "This recipe needs WordNet's noun files; install Debian's package wordnet-base, "
        f"or name their folder in the variable {VARIABLE}."
    )


def _places() -> Iterator[Folder]:
    if named := os.environ.get(VARIABLE):
        yield Path(named)
        return
    yield DEBIAN
    data = [folder for folder in os.environ.get("NLTK_DATA", "").split(os.pathsep) if folder]
    for place in (*data, "~/nltk_data", "/usr/share/nltk_data", "/usr/local/share/nltk_data"):
        corpora = Path(place).expanduser() / "corpora"
        yield corpora / "wordnet"
        if zipfile.is_zipfile(archive := corpora / "wordnet.zip"):  # as NLTK leaves it
            yield zipfile.Path(archive, "wordnet/")


def word_cleaner(recipe: CleaningRecipe | None) -> WordCleaner | None:
    """Return what cleans texts as the recipe says; nothing where it says nothing.

    Only what can decide about a word of letters is kept: the nouns of letters, and
    the irregular forms of letters with all their lemmas that WordNet knows.
    """
    if recipe is None:
        return None
    folder = find_wordnet()
    every = set(_nouns(folder / INDEX))
    irregular = {
        form: [lemma for lemma in lemmas if lemma in every]
        for form, lemmas in _exceptions(folder / EXCEPTIONS)
        if _LETTERS.fullmatch(form)
    }
    nouns = {noun for noun in every if _LETTERS.fullmatch(noun)}
    nouns.update(*irregular.values())
    return WordCleaner(stop_words=recipe.stop_words, nouns=nouns, irregular=irregular)


def _nouns(path: Folder) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith(" "):  # the licence stands in indented lines
            yield line.partition(" ")[0]


def _exceptions(path: Folder) -> Iterator[tuple[str, list[str]]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        form, *lemmas = line.split()
        yield form, lemmas
