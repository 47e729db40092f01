"""Remarks about a text that a person should know before trusting its score.

A flag never changes a score.  Any flag asks for a person to read the essay.
"""

from dataclasses import dataclass

TOO_SHORT = "too_short"
TOO_LONG = "too_long"


@dataclass(frozen=True, kw_only=True)
class LengthLimits:
    """The shortest and the longest training essay, in words: outside, the model guesses."""

    min_words: int
    max_words: int

    def flags(self, words: int) -> tuple[str, ...]:
        """Return the flags that a text of so many words gets."""
        if words < self.min_words:
            return (TOO_SHORT,)
        if words > self.max_words:
            return (TOO_LONG,)
        return ()
