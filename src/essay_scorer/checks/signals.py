"""Signs that a text is not an honest essay, each one a number.

None of them judges; ``flags`` compares them with thresholds.  Every sign is counted in
one pass over the words, without a regular expression, so no text can make it slow.
"""

from collections.abc import Iterable, Sequence

_COMMON = """
the of and a to in is you that it he was for on are as with his they i at be this have from or
one had by but not what all were we when your can said there an each which she do how their if
will up other about out many then them these so some her would make like him into has more two
could my than been who its now did get may no because just being should also our us me where why
through those while even any most very own too such only over
"""
_FUNCTION_WORDS = frozenset(_COMMON.split())
_CODE_MARKS = frozenset("{}[]<>=;_\\|#*/+~^$@")
_BULLETS = frozenset("-*•·–—+>#|")
_BARE = ".,;:!?\"'()[]“”‘’…-–—*"

RUN = 8  # words that must come again in the same order to count as copied
SHARED_RUN = 5  # the same for words shared with the assignment


def words_of(text: str) -> list[str]:
    """Return a text's words in lower case without the marks around them."""
    return [word for word in (token.strip(_BARE).lower() for token in text.split()) if word]


def english(words: Sequence[str]) -> float:
    """Return the share of words that are among the most common ones of English prose."""
    return sum(word in _FUNCTION_WORDS for word in words) / (len(words) or 1)


def repeated(words: Sequence[str]) -> float:
    """Return the share of words that stand in a run of ``RUN`` words said before."""
    seen: set[tuple[str, ...]] = set()
    copied: set[int] = set()
    for start in range(len(words) - RUN + 1):
        run = tuple(words[start : start + RUN])
        if run in seen:
            copied.update(range(start, start + RUN))
        seen.add(run)
    return len(copied) / (len(words) or 1)


def shared(words: Sequence[str], source: Sequence[str]) -> float:
    """Return the share of words that stand in a run of ``SHARED_RUN`` words of a source."""
    size = min(SHARED_RUN, len(source)) or 1
    runs = {tuple(source[start : start + size]) for start in range(len(source) - size + 1)}
    copied: set[int] = set()
    for start in range(len(words) - size + 1):
        if tuple(words[start : start + size]) in runs:
            copied.update(range(start, start + size))
    return len(copied) / (len(words) or 1)


def listed(lines: Iterable[str]) -> float:
    """Return the share of a text's lines that are items of a list.

    An item begins with a bullet or a number, or is a short line without a full stop.
    """
    filled = [line for line in (line.strip() for line in lines) if line]
    return sum(map(_is_item, filled)) / (len(filled) or 1)


def _is_item(line: str) -> bool:
    first = line.split(maxsplit=1)[0]
    numbered = first[-1] in ".):" and first[:-1].isalnum() and len(first) <= 3
    short = len(line.split()) <= 8 and line[-1] not in '.!?"”'
    return line[0] in _BULLETS or numbered or short


def code_marks(text: str) -> float:
    """Return the share of characters that programs use and prose does not."""
    return sum(character in _CODE_MARKS for character in text) / (len(text) or 1)
