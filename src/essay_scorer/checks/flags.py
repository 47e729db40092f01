"""Remarks about a text that a person should know before trusting its score.

A flag never changes a score.  Any flag asks for a person to read the essay.
``docs/trust.md`` says what each means and how often each is wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass

TOO_SHORT = "too_short"  # shorter than any essay of the training
TOO_LONG = "too_long"  # longer than any
NOT_ENGLISH = "not_english"
GIBBERISH = "gibberish"  # letters, words or sentences without sense
REPETITIVE = "repetitive"  # says the same words again
LIST_OR_CODE = "list_or_code"  # lines, not prose
OFF_TOPIC = "off_topic"  # unlike the assignment that the request gives
COPIED_PROMPT = "copied_prompt"  # copied from that assignment


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What was found about a text: counts, shares and probabilities."""

    words: int  # as a word processor counts them
    english: float  # the share of words that are among English prose's most common ones
    language: str | None  # the ISO code, where it is surely another one
    nonsense: float  # how sure it is that the text makes no sense
    repeated: float  # the share of words that stand in a run said before
    listed: float  # the share of lines that are items of a list
    code_marks: float  # the share of characters that programs use
    likeness: float  # of text and assignment, a cosine; 1 where none is given
    copied: float  # the share of words that stand in a run of the assignment


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Where a sign becomes a flag; every number stands in the bundle's manifest.

    ``min_words`` and ``max_words`` are those of the shortest and the longest training essay;
    of fewer than ``sense_words``, sense cannot be told from nonsense.
    """

    min_words: int
    max_words: int
    sense_words: int = 30
    english: float = 0.25
    nonsense: float = 0.45
    repeated: float = 0.15
    listed: float = 0.85
    code_marks: float = 0.012
    likeness: float = 0.0  # nothing is off topic
    copied: float = 0.35

    def flags(self, signs: Signs) -> tuple[str, ...]:
        """Return the flags that a text with these signs gets."""
        return tuple(self._flags(signs))

    def _flags(self, signs: Signs) -> Iterator[str]:
        if signs.words < self.min_words:
            yield TOO_SHORT
        if signs.words > self.max_words:
            yield TOO_LONG
        if signs.language is not None:
            yield NOT_ENGLISH
        elif self._is_gibberish(signs):
            yield GIBBERISH
        if signs.repeated > self.repeated:
            yield REPETITIVE
        if signs.listed > self.listed or signs.code_marks > self.code_marks:
            yield LIST_OR_CODE
        if signs.copied > self.copied:
            yield COPIED_PROMPT
        elif signs.likeness < self.likeness:
            yield OFF_TOPIC

    def _is_gibberish(self, signs: Signs) -> bool:
        nonsense = signs.nonsense > self.nonsense or signs.english < self.english
        return nonsense and signs.words >= self.sense_words
