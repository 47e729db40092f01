"""Flags: what a person should know about a text before trusting its score.

A flag never changes a score. Any flag asks for a person to read the essay. ``docs/trust.md``
says what each means and how often it is wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from essay_scorer.model.thresholds import Thresholds

TOO_SHORT = "too_short"  # shorter than any training essay
TOO_LONG = "too_long"  # longer than any training essay
NOT_ENGLISH = "not_english"
GIBBERISH = "gibberish"  # meaningless letters, words or sentences
REPETITIVE = "repetitive"  # the same words again
LIST_OR_CODE = "list_or_code"  # not prose
OFF_TOPIC = "off_topic"  # unlike the prompt
OFF_TOPIC_PART = "off_topic_part"  # a part is unlike the rest, and unlike the prompt
COPIED_PROMPT = "copied_prompt"  # copied from the prompt

FLAGS = (
    TOO_SHORT,
    TOO_LONG,
    NOT_ENGLISH,
    GIBBERISH,
    REPETITIVE,
    LIST_OR_CODE,
    OFF_TOPIC,
    OFF_TOPIC_PART,
    COPIED_PROMPT,
)


@dataclass(frozen=True, kw_only=True)
class Signals:
    """What was measured of a text. Shares, probabilities and similarities are from 0 to 1.

    Attributes:
        word_count: as a word processor counts.
        common_words: share of words among the most common ones of English prose.
        language: the ISO 639 code of another language, if that is certain.
        gibberish: probability of gibberish.
        repeated: share of words in a repeated run.
        list_lines: share of lines that are list items.
        code_characters: share of characters that are typical of program code.
        similarity: cosine similarity of text and prompt; 1 without a prompt.
        off_topic_part: probability that a part is about something else than the rest.
        copied_prompt: share of words in a run copied from the prompt.
    """

    word_count: int
    common_words: float
    language: str | None
    gibberish: float
    repeated: float
    list_lines: float
    code_characters: float
    similarity: float
    off_topic_part: float
    copied_prompt: float


def flags_of(signals: Signals, thresholds: Thresholds) -> tuple[str, ...]:
    """Return the codes of the flags that a text with these signals gets."""
    return tuple(_flags(signals, thresholds))


def _flags(signals: Signals, thresholds: Thresholds) -> Iterator[str]:
    if signals.word_count < thresholds.min_words:
        yield TOO_SHORT
    if signals.word_count > thresholds.max_words:
        yield TOO_LONG
    if signals.language is not None:
        yield NOT_ENGLISH
    elif _is_gibberish(signals, thresholds):
        yield GIBBERISH
    elif signals.off_topic_part > thresholds.off_topic_part:
        yield OFF_TOPIC_PART
    if signals.repeated > thresholds.repeated:
        yield REPETITIVE
    if (
        signals.list_lines > thresholds.list_lines
        or signals.code_characters > thresholds.code_characters
    ):
        yield LIST_OR_CODE
    if signals.copied_prompt > thresholds.copied_prompt:
        yield COPIED_PROMPT
    elif signals.similarity < thresholds.similarity:
        yield OFF_TOPIC


def _is_gibberish(signals: Signals, thresholds: Thresholds) -> bool:
    meaningless = (
        signals.gibberish > thresholds.gibberish or signals.common_words < thresholds.common_words
    )
    return meaningless and signals.word_count >= thresholds.gibberish_min_words
