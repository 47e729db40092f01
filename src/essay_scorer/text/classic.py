"""A side room, for bundles of the recipe ``classic`` alone: a text becomes bare words.

Letters only, lower case, no stop-words, nouns in their dictionary form: what NLTK's
stop-word list and ``WordNetLemmatizer`` give, without NLTK.  Which words those are
is in the bundle, in ``cleaning.json``.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from .errors import BundleForeign

_WORD = re.compile("[a-zA-Z]+")

# WordNet's rules of detachment for nouns (morphy(7WN)): an ending and what takes its place.
_DETACHMENTS = (
    ("s", ""),
    ("ses", "s"),
    ("ves", "f"),
    ("xes", "x"),
    ("zes", "z"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("men", "man"),
    ("ies", "y"),
)


class WordCleaner:
    """Cleans texts with one list of stop-words and one dictionary of nouns.  Thread-safe."""

    def __init__(
        self,
        *,
        stop_words: Iterable[str],
        nouns: Iterable[str],
        irregular: Mapping[str, Iterable[str]],
    ) -> None:
        self._stop_words = frozenset(stop_words)
        self._nouns = frozenset(nouns)
        self._irregular = {form: tuple(lemmas) for form, lemmas in irregular.items()}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the ``cleaning.json`` of a bundle."""
        try:
            return cls(**json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise BundleForeign(f"{path} is not a list of words to clean with.") from error

    def to_json(self) -> str:
        """Return what ``load`` reads; equal cleaners give equal text."""
        table = {
            "stop_words": sorted(self._stop_words),
            "nouns": sorted(self._nouns),
            "irregular": dict(sorted(self._irregular.items())),
        }
        return json.dumps(table, ensure_ascii=False)

    def save(self, path: Path) -> None:
        """Write what ``load`` reads."""
        path.write_text(self.to_json(), encoding="utf-8")

    def clean(self, text: str) -> str:
        """Return the lemmas of the text's words, parted by spaces; empty where none is left."""
        words = (word.lower() for word in _WORD.findall(text))
        return " ".join(self.lemma(word) for word in words if word not in self._stop_words)

    def lemma(self, word: str) -> str:
        """Return the shortest noun that the word can be a form of, or the word itself."""
        forms = self._irregular.get(word)
        if forms is None:
            forms = tuple(
                word[: -len(ending)] + other
                for ending, other in _DETACHMENTS
                if word.endswith(ending)
            )
        known = [form for form in (word, *forms) if form in self._nouns]
        return min(known, key=len, default=word)
