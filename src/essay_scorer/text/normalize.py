"""Normalize a string to paragraphs, or refuse it.

Everything that a reader sees is kept: case, punctuation, spelling, paragraphs. HTML becomes text
(``markup``), and lines become paragraphs (``paragraphs``). Line-ending conventions, no-break
spaces, invisible characters, NUL bytes, lone surrogates and mojibake (Windows-1252 control
characters in the place of quotation marks and dashes) are repaired.

No regular expression is used: every step is one pass over the characters, so no input can
make it slow.
"""

from dataclasses import dataclass
from typing import Self

from essay_scorer.errors import NotText, NoWords
from essay_scorer.text.markup import remove_markup
from essay_scorer.text.paragraphs import find_paragraphs

PARAGRAPH_BREAK = "\n\n"


_INVISIBLE = "\u00ad\u200b\u2060\ufeff"  # where a word or a line may break, or must not


def _repair_table() -> dict[int, str]:
    """Return the translation table of single characters."""
    table = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
    del table[0x85]  # NEL is a real line break
    table.update(dict.fromkeys([0x00, *map(ord, _INVISIBLE)], ""))
    table[0xA0] = " "
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
        plain: what a reader sees of it: without HTML, but with its lines.
        clean: its paragraphs, separated by one blank line.
    """

    raw: str
    plain: str
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
        plain = "".join(piece.text for piece in remove_markup(value)).translate(_REPAIRS)
        clean = PARAGRAPH_BREAK.join(find_paragraphs(plain.splitlines()))
        if not any(map(str.isalpha, clean)):
            raise NoWords
        return cls(value, plain, clean)

    def locate(self, passage: Passage) -> Passage:
        """Return where a passage of the normalized text is in the given string.

        Normalization removes markup, changes white space, and removes or replaces single
        characters. So the characters that are left correspond one to one.
        """
        first = sum(not mark.isspace() for mark in self.clean[: passage.start])
        inside = sum(not mark.isspace() for mark in self.clean[passage.start : passage.end])
        kept = [
            place
            for piece in remove_markup(self.raw)
            for mark, place in zip(piece.text, piece.places(), strict=True)
            if (repaired := mark.translate(_REPAIRS)) and not repaired.isspace()
        ]
        return Passage(start=kept[first][0], end=kept[first + inside - 1][1])


def normalize(text: object) -> str:
    """Return the text's paragraphs, separated by one blank line.

    Raises:
        NotText: the value is not a string.
        NoWords: it has no letters.
    """
    return Text.parse(text).clean


def parse_prompt(prompt: str | None) -> str | None:
    """Return an assignment's normalized text; none if it has no words."""
    try:
        return Text.parse(prompt).clean if prompt else None
    except NoWords:
        return None
