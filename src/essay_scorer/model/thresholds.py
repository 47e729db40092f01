"""The thresholds of a bundle's flags, and what else the manifest states about a text's checks."""

from dataclasses import dataclass

# What the regression of off-topic parts reads; ``checks.topic_runs`` computes it.
PART_FEATURES = (
    "cosine",
    "log_distance",
    "log_scaled_distance",
    "share",
    "log_weight",
    "log_words",
    "word_cosine",
)


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Where a signal becomes a flag. Every one is in the bundle's manifest.

    ``checks.flags`` compares most of them with the signals, ``Scorer`` those of languages. Shares
    and probabilities are from 0 to 1.

    Attributes:
        min_words: the length of the shortest training essay.
        max_words: the length of the longest.
        gibberish: probability of gibberish above which a text is flagged.
        gibberish_min_words: shorter texts are never flagged as gibberish.
        common_words: share of common English words below which a text is gibberish.
        language_common_words: share of common English words below which the language is
            detected.
        language_probability: probability from which another language is certain enough.
        repeated: share of words in a repeated run above which a text is repetitive.
        repeated_run: length of such a run, in words.
        list_lines: share of lines that are list items above which a text is no prose.
        code_characters: share of characters typical of program code above which a text is no prose.
        similarity: cosine similarity of text and prompt below which a text is off topic; 0
            flags none.
        off_topic_part: probability above which a part is off topic; 1 flags none.
        copied_prompt: share of words in a run copied from the prompt above which a text is flagged.
        copied_run: length of such a run, in words.
    """

    min_words: int
    max_words: int
    gibberish: float = 0.4
    gibberish_min_words: int = 30
    common_words: float = 0.25
    language_common_words: float = 0.33
    language_probability: float = 0.6
    repeated: float = 0.15
    repeated_run: int = 8
    list_lines: float = 0.85
    code_characters: float = 0.012
    similarity: float = 0.0
    off_topic_part: float = 1.0
    copied_prompt: float = 0.35
    copied_run: int = 5


@dataclass(frozen=True, kw_only=True)
class TypicalRange:
    """The middle 80% of the training essays with the same score, in one measure."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class PartRegression:
    """A logistic regression that judges whether a passage is about something else.

    Attributes:
        weights: of ``PART_FEATURES``.
        intercept: of the exponent.
    """

    weights: tuple[float, ...]
    intercept: float
