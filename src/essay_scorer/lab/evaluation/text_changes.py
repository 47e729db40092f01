"""Changes to essays that test a scorer, and what they are made of.

A change depends on a seed, so that a measurement can be repeated. Examples for training the
gibberish detector and examples for measuring it are made of different words and different
sentence patterns, so that the measurement does not test what was memorized.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Literal, Self, TypeAlias

from essay_scorer.text.normalize import PARAGRAPH_BREAK, normalize
from essay_scorer.text.sentences import split_sentences

Purpose: TypeAlias = Literal["training", "measurement"]

_ENDINGS = {
    "noun": ("tion", "ment", "ness", "ity", "ism", "ance", "ence", "ist", "ology"),
    "adjective": ("ous", "ive", "ical", "able", "ible", "esque", "ary"),
    "adverb": ("ly",),
    "verb": ("ate", "ize", "ify", "ise"),
}
_MIN_RARE_LETTERS = 7
_COMMON_SHARE = 4  # a BERT vocabulary is ordered by frequency; its first quarter is common


@dataclass(frozen=True, kw_only=True)
class RareWords:
    """Rare English words.

    Attributes:
        by_part_of_speech: the words by ``noun``, ``adjective``, ``adverb`` or ``verb``, guessed
            from their endings.
    """

    by_part_of_speech: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, vocabulary: Sequence[str], *, purpose: Purpose) -> Self:
        """Select one half of a vocabulary's rare words; the two purposes share no word.

        Args:
            vocabulary: the tokens of a BERT tokenizer, ordered by id.
            purpose: training of the gibberish detector, or measurement.
        """
        rare = [
            word
            for word in vocabulary[len(vocabulary) // _COMMON_SHARE :]
            if word.isascii()
            and word.isalpha()
            and len(word) >= _MIN_RARE_LETTERS
            and _purpose_of(word) == purpose
        ]
        return cls(
            by_part_of_speech={
                part: [word for word in rare if word.endswith(endings)] or ["word"]
                for part, endings in _ENDINGS.items()
            }
        )

    def choose(self, rng: random.Random) -> str:
        """Return a random word of a random part of speech."""
        part = rng.choice(list(self.by_part_of_speech))
        return rng.choice(self.by_part_of_speech[part])


def _purpose_of(word: str) -> Purpose:
    return "measurement" if sha256(word.encode()).digest()[0] & 1 else "training"


@dataclass(frozen=True, kw_only=True)
class Material:
    """What changes are made of besides the essay itself.

    Attributes:
        words: rare words.
        patterns: sentences with slots, such as ``{noun}``.
        other_essays: genuine essays on other prompts.
    """

    words: RareWords
    patterns: Sequence[str]
    other_essays: Sequence[str]

    @classmethod
    def of(
        cls, vocabulary: Sequence[str], *, purpose: Purpose, other_essays: Sequence[str]
    ) -> Self:
        """Return the material for a purpose; see ``RareWords.of``."""
        return cls(
            words=RareWords.of(vocabulary, purpose=purpose),
            patterns=read_lines(f"{purpose} patterns"),
            other_essays=other_essays,
        )


# Takes a normalized essay, random numbers and material; returns the changed essay.
TextChange: TypeAlias = Callable[[str, random.Random, Material], str]


def apply_change(change: TextChange, text: str, *, seed: str, material: Material) -> str:
    """Return a changed text; the same seed gives the same one."""
    rng = random.Random(f"{seed} {change.__name__}")  # noqa: S311 - no secret
    return change(normalize(text), rng, material)


def by_name(*changes: TextChange) -> dict[str, TextChange]:
    """Return the changes by the names of their functions."""
    return {change.__name__: change for change in changes}


@lru_cache(maxsize=1)
def _sections() -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    name = ""
    text = Path(__file__).with_name("attacks.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("# "):
            name = line.removeprefix("# ")
            sections[name] = []
        elif line.strip():
            sections[name].append(line)
    return sections


def read_lines(section: str) -> list[str]:
    """Return the lines of a section of ``attacks.txt``."""
    return _sections()[section]


def split_paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text."""
    return normalize(text).split(PARAGRAPH_BREAK)


def sentences_by_paragraph(text: str) -> list[list[str]]:
    """Return the sentences of each paragraph."""
    return [split_sentences(paragraph) for paragraph in split_paragraphs(text)]


def join_sentences(paragraphs: Sequence[Sequence[str]]) -> str:
    """Return a text of these paragraphs' sentences; empty paragraphs are left out."""
    return PARAGRAPH_BREAK.join(" ".join(sentences) for sentences in paragraphs if sentences)
