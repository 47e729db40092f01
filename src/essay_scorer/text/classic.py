"""Text cleaning of the recipe ``classic``: letters only, no stop words, lemmatized nouns.

It gives what NLTK's stop-word list and ``WordNetLemmatizer`` give, without NLTK. The word lists
are in the bundle, in ``cleaning.json``.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from essay_scorer.errors import BundleInvalid

_WORD = re.compile("[a-zA-Z]+")

# WordNet's detachment rules for nouns (morphy(7WN)): a suffix and its replacement.
_DETACHMENT_RULES = (
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
    """Removes stop words and lemmatizes nouns. Thread-safe."""

    def __init__(
        self,
        *,
        stop_words: Iterable[str],
        nouns: Iterable[str],
        irregular: Mapping[str, Iterable[str]],
    ) -> None:
        """Take the word lists.

        Args:
            stop_words: words that are removed.
            nouns: the lemmas that a word may be reduced to.
            irregular: irregular forms, and the lemmas of each.
        """
        self._stop_words = frozenset(stop_words)
        self._nouns = frozenset(nouns)
        self._irregular = {form: tuple(lemmas) for form, lemmas in irregular.items()}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the ``cleaning.json`` of a bundle.

        Raises:
            BundleInvalid: it does not hold word lists.
        """
        try:
            return cls(**json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise BundleInvalid(f"{path} does not hold the word lists for cleaning.") from error

    def to_json(self) -> str:
        """Return what ``load`` reads; equal cleaners give equal JSON."""
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
        """Return the lemmas of the text's words, separated by spaces; may be empty."""
        words = (word.lower() for word in _WORD.findall(text))
        return " ".join(self.lemma(word) for word in words if word not in self._stop_words)

    def lemma(self, word: str) -> str:
        """Return the shortest noun that the word can be a form of, or the word itself."""
        forms = self._irregular.get(word)
        if forms is None:
            forms = tuple(
                word[: -len(suffix)] + replacement
                for suffix, replacement in _DETACHMENT_RULES
                if word.endswith(suffix)
            )
        known = [form for form in (word, *forms) if form in self._nouns]
        return min(known, key=len, default=word)
