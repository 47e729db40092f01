"""Normalize a string to paragraphs, or refuse it.

Everything that a reader sees is kept: case, punctuation, spelling, paragraphs. Line-ending
conventions, NUL bytes, lone surrogates and mojibake (Windows-1252 control characters in the
place of quotation marks and dashes) are repaired.

No regular expression is used: every step is one pass over the characters, so no input can
make it slow.
"""

from dataclasses import dataclass
from typing import Self

from essay_scorer.errors import NotText, NoWords

PARAGRAPH_BREAK = "\n\n"


def _repair_table() -> dict[int, str]:
    """Return the translation table: Windows-1252 read as Latin-1, NUL, lone surrogates."""
    table = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
    del table[0x85]  # NEL is a real line break
    table[0x00] = ""
    table.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))
    return table


_REPAIRS = _repair_table()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage of a text.

    Attributes:
        start: where it starts, in characters (Unicode code points) from 0.
        end: where it ends; the character there is not part of it.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text as given, and normalized.

    Attributes:
        raw: the given string.
        clean: its paragraphs, separated by one blank line.
    """

    raw: str
    clean: str

    @classmethod
    def parse(cls, value: object) -> Self:
        """Normalize a value.

        Raises:
            NotText: it is not a string.
            NoWords: it has no letters.
        """
        if not isinstance(value, str):
            raise NotText
        return cls(value, normalize(value))

    def locate(self, passage: Passage) -> Passage:
        """Return where a passage of the normalized text is in the given string.

        Normalization changes white space, and removes or replaces single characters. So the
        characters that are left correspond one to one.
        """
        first = sum(not mark.isspace() for mark in self.clean[: passage.start])
        inside = sum(not mark.isspace() for mark in self.clean[passage.start : passage.end])
        kept = [
            place
            for place, mark in enumerate(self.raw)
            if (repaired := mark.translate(_REPAIRS)) and not repaired.isspace()
        ]
        return Passage(start=kept[first], end=kept[first + inside - 1] + 1)


def normalize(text: object) -> str:
    """Return the text's paragraphs, separated by one blank line.

    Consecutive lines without a blank line between them are one paragraph, as in hard-wrapped
    text.

    Raises:
        NotText: the value is not a string.
        NoWords: it has no letters.
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


def parse_prompt(prompt: str | None) -> str | None:
    """Return an assignment's normalized text; none if it has no words."""
    try:
        return Text.parse(prompt).clean if prompt else None
    except NoWords:
        return None
