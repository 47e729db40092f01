"""From lines on pages to paragraphs: by the space above a line, its indent, and its size."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

_SMALL = 0.8  # of the size of the other text: a note's mark; times 1.15: a note
_SAME_LINE = 0.6  # of the size, by which pieces of one line may stand higher or lower
_WIDER = 1.25  # times the usual space between lines: a paragraph ends
_APART = 1.2  # likewise: a running head
_LARGER = 1.15  # times the size of the line before: a heading, or what follows one
_INDENTS = (0.8, 8)  # times the size: what is indented less or more begins no paragraph
_POINTS_PER_PAGE = 600  # its width, about: indents are shares of it
_SHORT = 0.75  # of the longest line: the last line of a paragraph
_ROOM = 0.82  # likewise: another word would have fit
_ENDING = 0.93  # likewise, if a sentence ends in it
_BULLET = re.compile(r"^[•▪◦‣●○■□➢✓*\uf000-\uf0ff]\s*(?=\S)")
_NUMBER_ONLY = re.compile(r"(?i)\W*(?:page\s*)?\d{1,4}(?:\s*(?:/|of|sur|von)\s*\d{1,4})?\W*")
_NAME_AND_NUMBER = re.compile(r"[^\W\d_][\w'’-]{1,30} \d{1,3}")  # as MLA puts it on top of a page
_RIGHT_HALF = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a page, or a piece of one.

    Attributes:
        text: its characters.
        x: where it begins, as a share of the page's width.
        y: its height on the page, in points from below.
        size: of its letters, in points.
    """

    text: str
    x: float
    y: float
    size: float

    def is_beside(self, piece: "Line") -> bool:
        """Return whether a piece that is drawn next stands on the same line."""
        return abs(self.y - piece.y) <= _SAME_LINE * max(self.size, piece.size)

    def joined(self, piece: "Line") -> "Line":
        """Return the line with a piece at its end; the number of a note is left out."""
        if piece.text.strip().isdigit() and piece.size < _SMALL * self.size:
            return self
        if self.text.strip().isdigit() and self.size < _SMALL * piece.size:
            return replace(piece, x=self.x, text=f"{self.text.strip()} {piece.text}")
        larger = piece if len(piece.text) > len(self.text) else self
        return replace(self, text=self.text + piece.text, y=larger.y, size=larger.size)


def join_pages(pages: Sequence[Sequence[Line]]) -> str:
    """Return the text of pages: paragraphs between blank lines, or lines if none can be told."""
    heads = _running_heads(pages)
    size = _usual_size(pages)
    kept = [_without_notes(_without(page, heads), size) for page in pages]
    breaks = _Breaks(kept)
    paragraphs = list(breaks.paragraphs())
    if breaks.are_visible:
        return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)
    return "\n\n".join("\n".join(paragraph) for paragraph in paragraphs)


def _usual_size(pages: Sequence[Sequence[Line]]) -> float:
    sizes = Counter[float]()
    for line in (line for page in pages for line in page):
        sizes[round(line.size, 1)] += len(line.text)
    return max(sizes, key=sizes.__getitem__, default=1.0)


def _running_heads(pages: Sequence[Sequence[Line]]) -> frozenset[str]:
    """Return the first and last lines that most pages share, with their numbers as #."""
    if len(pages) < 2:
        return frozenset()
    found = Counter(text for page in pages for text in {_pattern(one) for one in _edges(page)})
    return frozenset(text for text, count in found.items() if count >= max(2, len(pages) / 2))


def _edges(page: Sequence[Line]) -> list[Line]:
    """Return the lowest and the highest line, as far as they stand apart from the others."""
    lines = sorted(page, key=lambda line: line.y)
    gaps = [above.y - line.y for line, above in pairwise(lines)]
    apart = [(lines[0], gaps[0]), (lines[-1], gaps[-1])] if gaps else []
    usual = median(gaps) if gaps else 0.0
    return [line for line, gap in apart if len(lines) < 4 or gap > _APART * usual]


def _pattern(line: Line) -> str:
    return re.sub(r"\d+", "#", " ".join(line.text.split()))


def _without(page: Sequence[Line], heads: frozenset[str]) -> list[Line]:
    """Return a page's lines without running heads and page numbers."""
    edges = _edges(page)
    return [line for line in page if line not in edges or not _is_running_head(line, heads)]


def _is_running_head(line: Line, heads: frozenset[str]) -> bool:
    text = line.text.strip()
    if _pattern(line) in heads or _NUMBER_ONLY.fullmatch(text):
        return True
    return line.x > _RIGHT_HALF and _NAME_AND_NUMBER.fullmatch(text) is not None


def _without_notes(page: list[Line], size: float) -> list[Line]:
    """Return a page's lines without the notes below: small lines, the first with a number."""
    end = len(page)
    while end > 1 and page[end - 1].size < size * _SMALL * 1.15:
        end -= 1
    numbered = [n for n in range(end, len(page)) if re.match(r"\W?\d{1,3}\b", page[n].text)]
    if not numbered and len(page) > 1:
        # A note as large as the text, as some programs write it, begins with its number alone.
        numbered = [n for n in range(1, len(page)) if _is_note(page, n, size)]
    return page[: numbered[0]] if numbered else page


def _is_note(page: Sequence[Line], number: int, size: float) -> bool:
    line, above = page[number], page[number - 1]
    begins = re.match(r"\d{1,2} \s?\S", line.text) is not None
    return begins and line.size <= size and above.y - line.y > 6 * size


class _Breaks:
    """Decides after which lines a paragraph ends.

    Attributes:
        are_visible: whether space or indents show where paragraphs begin.
    """

    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        self._pages = [page for page in pages if page]
        pairs = [pair for page in self._pages for pair in pairwise(page)]
        gaps = [above.y - line.y for above, line in pairs if above.y > line.y]
        self._gap = median(gaps) if gaps else 0.0
        small = sorted(gap for gap in gaps if gap <= self._gap)
        self._gap = median(small) if small else self._gap
        lines = [line for page in self._pages for line in page]
        lengths = sorted(len(line.text.strip()) for line in lines)
        self._usual_length = lengths[int(0.9 * len(lengths))] if lengths else 0
        self._margin = min((line.x for line in lines), default=0.0)
        self._longest = max((len(line.text) for line in lines), default=0)
        self._indents = self._find_indents(lines)
        self.are_visible = any(
            self._is_wide(*pair) or self._begins_indented(*pair) or self._had_room(*pair)
            for pair in pairs
        )

    def _find_indents(self, lines: Sequence[Line]) -> bool:
        """Return whether a usual share of the lines, and no more, is indented."""
        indented = sum(map(self._is_indented, lines))
        return 0 < indented <= 0.5 * len(lines)

    def paragraphs(self) -> Iterator[list[str]]:
        paragraph: list[str] = []
        above: Line | None = None
        for page in self._pages:
            for number, line in enumerate(page):
                if above is not None and self._ends(above, line, is_first=number == 0):
                    yield paragraph
                    paragraph = []
                paragraph.append(_BULLET.sub("", " ".join(line.text.split())))
                above = line
        if paragraph:
            yield paragraph

    def _ends(self, above: Line, line: Line, *, is_first: bool) -> bool:
        if _BULLET.match(line.text.strip()) or self._begins_indented(above, line):
            return True
        if self._had_room(above, line):
            return True
        if is_first:
            return self.are_visible and self._is_last(above)
        ratio = line.size / above.size
        return self._is_wide(above, line) or not 1 / _LARGER < ratio < _LARGER

    def _had_room(self, above: Line, line: Line) -> bool:
        """Return whether the first word of a line would have fit on the one above."""
        words = line.text.split(maxsplit=1)
        length = len(above.text.strip()) + 1 + len(words[0] if words else "")
        return length < _ROOM * self._usual_length

    def _is_last(self, line: Line) -> bool:
        """Return whether a line is probably its paragraph's last: short, and a sentence ends."""
        share = len(line.text.strip()) / self._longest
        ends = line.text.rstrip(" \"'”’»)")[-1:] in tuple(".!?…:")
        return share < (_ENDING if ends else _SHORT)

    def _is_wide(self, above: Line, line: Line) -> bool:
        return self._gap > 0 and above.y - line.y > _WIDER * self._gap

    def _begins_indented(self, above: Line, line: Line) -> bool:
        return self._indents and self._is_indented(line) and line.x - above.x > 0.005

    def _is_indented(self, line: Line) -> bool:
        indent = (line.x - self._margin) * _POINTS_PER_PAGE / line.size
        return _INDENTS[0] <= indent <= _INDENTS[1]
