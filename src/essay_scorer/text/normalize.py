"""The first room: any string becomes clean paragraphs, or a clear refusal.

What is kept is all that a reader sees: case, punctuation, spelling, paragraphs.
What goes is what a reader does not see: line-end conventions, NUL bytes, broken
halves of surrogate pairs, and the control characters that stand where a Windows
file's quotation marks and dashes should be.

No regular expression is used, so no text can make this room slow: every step is
one pass over the characters.
"""

from .errors import NotText, NoWords

PARAGRAPH_BREAK = "\n\n"


def _repairs() -> dict[int, str]:
    """Windows-1252 read as Latin-1, NUL, and lone surrogates, as a translation table."""
    table = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
    del table[0x85]  # NEL is a real line end
    table[0x00] = ""
    table.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))
    return table


_REPAIRS = _repairs()


def normalise(text: object) -> str:
    """Return the text as paragraphs parted by one blank line.

    Lines that follow each other without a blank line are one paragraph, as in a
    file that an editor wrapped.

    Raises:
        NotText: the value is not a string.
        NoWords: no character in it is a letter.
    """
    if not isinstance(text, str):
        raise NotText
    paragraphs: list[list[str]] = [[]]
    for line in text.translate(_REPAIRS).splitlines():
        stripped = line.strip()
        if stripped:
            paragraphs[-1].append(stripped)
        elif paragraphs[-1]:
            paragraphs.append([])
    clean = PARAGRAPH_BREAK.join(" ".join(lines) for lines in paragraphs if lines)
    if not any(map(str.isalpha, clean)):
        raise NoWords
    return clean


def count_words(text: str) -> int:
    """Words as a word processor counts them: runs of characters between white space."""
    return len(text.split())
