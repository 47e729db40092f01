"""Find a text's paragraphs as a reader does.

Word processors put one line break between paragraphs, editors and e-mail wrap long lines, and
some texts have a blank line between paragraphs. The length of the lines tells these apart.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

MAX_WRAPPED = 120  # characters; a longer line was not wrapped by a program
MIN_WRAPPED = 40  # programs do not wrap at fewer characters

# A line is full if the next word would have made it longer than the longest line, and nearly full
# if longer than this share of it: widths on paper, as in text from a PDF, vary in characters.
_NEARLY_FULL = 0.75
_MIN_FULL = 0.5  # share of the lines of a text that a program wrapped
_MIN_NEARLY_FULL = 0.75
_MIN_VARYING = 0.35  # share of lines that are nearly full but not full, where the widths vary


def find_paragraphs(lines: Sequence[str]) -> list[str]:
    """Return the paragraphs of a text, each on one line.

    Blank lines separate paragraphs. Without one between them, lines are paragraphs of their own,
    unless a program wrapped them. A text of short lines and no blank line has one paragraph.

    Args:
        lines: without their line breaks.
    """
    stripped = "\n".join(line.strip() for line in lines).strip().split("\n")
    width = _wrapped_width(stripped)
    if width is None and all(0 < len(line) <= MAX_WRAPPED for line in stripped):
        width = 0
    return list(_join_wrapped(stripped, width))


def _join_wrapped(lines: Sequence[str], width: float | None) -> Iterator[str]:
    paragraph: list[str] = []
    for line, following in pairwise([*lines, ""]):
        if line:
            paragraph.append(line)
        if paragraph and not _is_wrapped(line, following, width):
            yield _join(paragraph)
            paragraph = []


def _join(lines: Sequence[str]) -> str:
    """Return lines as one; a word that was wrapped after its hyphen gets no space."""
    parts = [lines[0]]
    for line, following in pairwise(lines):
        hyphenated = line[-1] == "-" and line[-2:-1].isalpha() and following[0].isalpha()
        parts += ["" if hyphenated else " ", following]
    return "".join(parts)


def _wrapped_width(lines: Sequence[str]) -> float | None:
    """Return the width at which a program wrapped the lines; None if none did."""
    breaks = [(line, following) for line, following in pairwise(lines) if line and following]
    longest = max((len(line) for line in lines if len(line) <= MAX_WRAPPED), default=0)
    if longest < MIN_WRAPPED or not breaks:
        return None
    nearly = _NEARLY_FULL * longest
    full = sum(_is_full(*pair, longest) for pair in breaks)
    nearly_full = sum(_is_full(*pair, nearly) for pair in breaks)
    varying = nearly_full - full
    if nearly_full >= _MIN_NEARLY_FULL * len(breaks) and varying >= _MIN_VARYING * len(breaks):
        return nearly
    return longest if full >= _MIN_FULL * len(breaks) else None


def _is_wrapped(line: str, following: str, width: float | None) -> bool:
    """Return whether a line ends within a sentence, or because the next word did not fit."""
    if not line or not following or len(line) > MAX_WRAPPED:
        return False
    if line[-1].isalpha() and following[0].islower():
        return True
    return width is not None and _is_full(line, following, width)


def _is_full(line: str, following: str, width: float) -> bool:
    return len(line) <= MAX_WRAPPED and len(following.split(maxsplit=1)[0]) > width - len(line) - 1
