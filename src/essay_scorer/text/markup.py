"""Turn an answer that is HTML into the text that a reader sees.

Learning management systems store answers as HTML, and many exports contain it as it is. Tags
disappear, entities become characters, and paragraphs, list items and rows become lines. A text
without tags and entities stays as it is, and so do ``a < b``, ``<3`` and ``R&D;``.

Every step moves forward through the characters, so no input can make it slow. That is why it uses
no regular expression, and not ``html.parser``, whose time grows with the square of hostile input.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5

_MAX_ENTITY = 40  # characters
# fmt: off
_BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "html", "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
])
_INLINE = frozenset([
    "a", "abbr", "acronym", "audio", "b", "base", "bdi", "bdo", "big", "button", "canvas", "cite",
    "code", "col", "colgroup", "data", "del", "dfn", "em", "embed", "font", "i", "iframe", "img",
    "input", "ins", "kbd", "label", "link", "map", "mark", "meta", "meter", "object", "output",
    "picture", "progress", "q", "rp", "rt", "ruby", "s", "samp", "select", "small", "source",
    "span", "strike", "strong", "sub", "summary", "sup", "td", "th", "time", "tt", "u", "var",
    "video", "wbr",
])
# fmt: on
_HIDDEN = frozenset(["head", "script", "style", "svg", "template", "textarea", "title", "xml"])
_KNOWN = _BLOCKS | _INLINE | _HIDDEN | {"br", "noscript", "!doctype", "?xml"}
_CELLS = ("td", "th")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a text after its markup was removed.

    Attributes:
        text: what a reader sees of it.
        start: where the piece starts in the given text.
        end: where it ends there.
    """

    text: str
    start: int
    end: int

    def places(self) -> Iterator[tuple[int, int]]:
        """Yield where each character of the text starts and ends in the given text."""
        if len(self.text) == self.end - self.start:
            yield from ((place, place + 1) for place in range(self.start, self.end))
        else:
            yield from ((self.start, self.end) for _ in self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tag:
    """A tag.

    Attributes:
        name: in lower case.
        closes: whether it is ``</name>``.
        start: where it starts.
        end: where it ends.
    """

    name: str
    closes: bool
    start: int
    end: int


def remove_markup(text: str) -> list[Piece]:
    """Return the text without its tags and entities, in pieces."""
    if "<" not in text and "&" not in text:
        return [Piece(text=text, start=0, end=len(text))]
    tags = list(_Scanner(text).tags())
    return [piece for piece in _Layout(text, tags).pieces() if piece.text]


class _Layout:
    """Lays out lines: an element such as a paragraph begins and ends one, ``<br>`` ends one."""

    def __init__(self, text: str, tags: list[_Tag]) -> None:
        self._text, self._tags = text, tags
        self._is_document = self._covers_text()
        self._is_filled = False  # the current line

    def _covers_text(self) -> bool:
        """Return whether the whole text is HTML, where a line break is no more than a space."""
        if not any(tag.name in _BLOCKS or tag.name == "br" for tag in self._tags):
            return False
        first, last = self._tags[0], self._tags[-1]
        return not self._text[: first.start].strip() or not self._text[last.end :].strip()

    def pieces(self) -> Iterator[Piece]:
        place, hidden = 0, ""
        for tag in self._tags:
            if not hidden:
                yield from self._content(place, tag.start)
                yield Piece(text=self._break(tag), start=tag.start, end=tag.end)
                hidden = tag.name if tag.name in _HIDDEN and not tag.closes else ""
            elif tag.closes and tag.name == hidden:
                hidden = ""
            place = tag.end
        if not hidden:
            yield from self._content(place, len(self._text))

    def _break(self, tag: _Tag) -> str:
        """Return what replaces a tag."""
        if tag.name == "br" or (tag.name in _BLOCKS and self._is_filled):
            self._is_filled = False
            return "\n"
        return " " if tag.name in _CELLS else ""

    def _content(self, start: int, end: int) -> Iterator[Piece]:
        """Yield what is between two tags, with its entities decoded."""
        place = start
        while (entity := self._text.find("&", place, end)) >= 0:
            stop = self._text.find(";", entity, min(end, entity + _MAX_ENTITY)) + 1
            character = _character(self._text[entity:stop])
            stop = stop if character else entity + 1
            yield self._plain(place, entity)
            yield Piece(text=character or "&", start=entity, end=stop)
            self._is_filled = True
            place = stop
        yield self._plain(place, end)

    def _plain(self, start: int, end: int) -> Piece:
        part = self._text[start:end]
        self._is_filled = self._is_filled or bool(part.strip(" \t\r\n"))
        if self._is_document:
            part = "".join(" " if mark in "\r\n\t" else mark for mark in part)
        return Piece(text=part, start=start, end=end)


def _character(entity: str) -> str:
    """Return what an entity such as ``&eacute;`` stands for; empty if it is none."""
    if entity[1:2] != "#":
        return html5.get(entity[1:], "")
    character = html.unescape(entity)
    return "" if character == entity else character


class _Scanner:
    """Finds tags and comments. Each search starts where an earlier one ended."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found = dict.fromkeys((">", '"', "'", "-->"), -1)

    def tags(self) -> Iterator[_Tag]:
        """Yield the known tags and the comments, in order."""
        place = 0
        while (start := self._text.find("<", place)) >= 0:
            tag = self._tag(start)
            if tag is not None:
                yield tag
            place = tag.end if tag else start + 1

    def _tag(self, start: int) -> _Tag | None:
        if self._text.startswith("<!--", start):
            end = self._next("-->", start + 4)
            return self._as_tag("", start, end + 3) if end >= 0 else None
        name_start = start + 1 + self._text.startswith("/", start + 1)
        name, end = self._name(name_start)
        if name not in _KNOWN and ":" not in name:
            return None
        close = self._close(end)
        return self._as_tag(name, start, close + 1) if close >= 0 else None

    def _as_tag(self, name: str, start: int, end: int) -> _Tag:
        closes = self._text.startswith("/", start + 1)
        return _Tag(name=name, closes=closes, start=start, end=end)

    def _name(self, start: int) -> tuple[str, int]:
        """Return the name that starts here, in lower case, and where it ends; "" if there is none.

        A name with a colon is one of Office's (``o:p``).
        """
        end = start
        while end < len(self._text) and end < start + 20 and self._text[end] not in " \t\r\n/><":
            end += 1
        name = self._text[start:end].lower()
        is_office = ":" in name and name.replace(":", "").isalnum() and name[0].isalpha()
        complete = self._text[end : end + 1] in (" ", "\t", "\r", "\n", "/", ">")
        return (name, end) if complete and (":" not in name or is_office) else ("", end)

    def _close(self, start: int) -> int:
        """Return where the tag's ``>`` is, which is not within quotes; -1 if it has none."""
        place = start
        while (close := self._next(">", place)) >= 0:
            quote = self._first_quote(place, close)
            if quote < 0:
                return close
            place = self._next(self._text[quote], quote + 1) + 1
            if place == 0:  # the quote is never closed
                return close
        return -1

    def _first_quote(self, start: int, end: int) -> int:
        """Return the first quotation mark that opens an attribute's value; -1 if there is none."""
        places = [self._next(quote, start) for quote in "\"'"]
        before = [place for place in places if 0 <= place < end and self._text[place - 1] == "="]
        return min(before, default=-1)

    def _next(self, mark: str, start: int) -> int:
        """Return the next occurrence of a mark; -1 if there is none. Remembers the last one."""
        found = self._found[mark]
        if found < start and found != len(self._text):
            found = self._text.find(mark, start)
            self._found[mark] = found if found >= 0 else len(self._text)
        return -1 if self._found[mark] == len(self._text) else self._found[mark]
