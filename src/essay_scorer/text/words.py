"""Words of a text."""

_PUNCTUATION = ".,;:!?\"'()[]“”‘’…-–—*"


def count_words(text: str) -> int:
    """Count words as a word processor does: runs of characters between whitespace."""
    return len(text.split())


def split_words(text: str) -> list[str]:
    """Return the words in lower case, without the punctuation around them."""
    stripped = (token.strip(_PUNCTUATION).lower() for token in text.split())
    return [word for word in stripped if word]
