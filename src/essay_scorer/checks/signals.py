"""Signals that a text is not an honest essay, each a share from 0 to 1.

No signal judges; ``checks.flags`` compares them with the bundle's thresholds. Each is computed
in one pass over the text, without regular expressions, so that no text can make it slow.
"""

from collections.abc import Iterable, Sequence

_COMMON = """
the of and a to in is you that it he was for on are as with his they i at be this have from or
one had by but not what all were we when your can said there an each which she do how their if
will up other about out many then them these so some her would make like him into has more two
could my than been who its now did get may no because just being should also our us me where why
through those while even any most very own too such only over
"""
_COMMON_ENGLISH_WORDS = frozenset(_COMMON.split())
_CODE_CHARACTERS = frozenset("{}[]<>=;_\\|#*/+~^$@")
_BULLETS = frozenset("-*•·–—+>#|")


def common_word_share(words: Sequence[str]) -> float:
    """Return the share of words that are among the most common ones of English prose."""
    return sum(word in _COMMON_ENGLISH_WORDS for word in words) / (len(words) or 1)


def repeated_share(words: Sequence[str], *, run: int) -> float:
    """Return the share of words in a run of ``run`` words that occurred before."""
    seen: set[tuple[str, ...]] = set()
    repeated: set[int] = set()
    for start in range(len(words) - run + 1):
        phrase = tuple(words[start : start + run])
        if phrase in seen:
            repeated.update(range(start, start + run))
        seen.add(phrase)
    return len(repeated) / (len(words) or 1)


def copied_share(words: Sequence[str], source: Sequence[str], *, run: int) -> float:
    """Return the share of words in a run of ``run`` words of a source.

    Of a shorter source, the run is the whole source.
    """
    size = min(run, len(source)) or 1
    phrases = {tuple(source[start : start + size]) for start in range(len(source) - size + 1)}
    copied: set[int] = set()
    for start in range(len(words) - size + 1):
        if tuple(words[start : start + size]) in phrases:
            copied.update(range(start, start + size))
    return len(copied) / (len(words) or 1)


def list_line_share(lines: Iterable[str]) -> float:
    """Return the share of a text's lines that are list items.

    An item starts with a bullet or a number, or is a short line without a full stop.
    """
    filled = [line for line in (line.strip() for line in lines) if line]
    return sum(map(_is_list_item, filled)) / (len(filled) or 1)


def _is_list_item(line: str) -> bool:
    first = line.split(maxsplit=1)[0]
    numbered = first[-1] in ".):" and first[:-1].isalnum() and len(first) <= 3
    short = len(line.split()) <= 8 and line[-1] not in '.!?"”'
    return line[0] in _BULLETS or numbered or short


def code_character_share(text: str) -> float:
    """Return the share of characters that are typical of program code."""
    return sum(character in _CODE_CHARACTERS for character in text) / (len(text) or 1)
