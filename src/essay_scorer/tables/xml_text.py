"""XML as text: where its tags are, and the same text with some of it replaced.

A parser that writes a document again changes more than it was asked to: prefixes, quotes, spaces.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TAG = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    r"|<(?P<slash>/?)(?P<name>[^\s/>]+)(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^\"'>])*)>",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag in a text.

    Attributes:
        name: with its prefix; ``local`` is without.
        attributes: as they are written.
        start: where the tag begins, and ``end`` where it ends.
        depth: how many elements are around its element.
    """

    name: str
    attributes: str
    start: int
    end: int
    depth: int
    is_closing: bool
    is_empty: bool

    @property
    def local(self) -> str:
        return self.name.rpartition(":")[2]

    def get(self, name: str) -> str | None:
        """Return an attribute as it is written, or None."""
        found = re.search(rf"\s{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", self.attributes)
        return None if found is None else found[1] if found[1] is not None else found[2]


@dataclass(frozen=True, slots=True)
class Edit:
    """What replaces a part of a text."""

    start: int
    end: int
    text: str


def tags(xml: str) -> Iterator[Tag]:
    """Yield the tags of a well-formed text."""
    depth = 0
    for found in _TAG.finditer(xml):
        name, rest = found["name"], found["rest"]
        if name is None:  # a comment, a processing instruction, or characters
            continue
        is_closing, is_empty = found["slash"] == "/", rest.endswith("/")
        depth -= is_closing
        yield Tag(
            name=name,
            attributes=rest[:-1] if is_empty else rest,
            start=found.start(),
            end=found.end(),
            depth=depth,
            is_closing=is_closing,
            is_empty=is_empty,
        )
        depth += not is_closing and not is_empty


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return a text with changes that do not overlap; those at one place come in their order."""
    parts, done = [], 0
    for edit in sorted(edits, key=lambda one: one.start):
        parts += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join((*parts, text[done:]))
