"""The text of a Word document's body: all tracked changes accepted, hidden text left out."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from essay_scorer.documents.symbol_fonts import symbol_character
from essay_scorer.documents.word_styles import WordStyles, toggle
from essay_scorer.documents.xml_parts import attribute, child, descendants, local_name, namespace

# Word's own elements and formulas; others, such as shapes, only have such elements in them.
_TEXT_NAMESPACE = re.compile(r"/wordprocessingml/|/math$")
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"

# Elements whose text is gone, elsewhere, or no part of the sentence (pronunciation aids).
_DROPPED = frozenset(["del", "moveFrom", "rt", "Fallback"])
_CHARACTERS: Mapping[str, Callable[[Element], str]] = {
    "t": lambda node: re.sub(r"[\r\n]+", " ", "".join(node.itertext())),
    "tab": lambda _: "\t",
    "ptab": lambda _: "\t",
    "br": lambda _: "\n",
    "cr": lambda _: "\n",
    "noBreakHyphen": lambda _: "-",
    "sym": lambda node: symbol_character(attribute(node, "font"), attribute(node, "char")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a body refers to.

    Attributes:
        styles: of the document.
        embedded: the texts of embedded documents by the elements that stand for them.
        unclosed: the beginnings of fields that never end.
    """

    styles: WordStyles
    embedded: Mapping[Element, str]
    unclosed: frozenset[Element]


def word_text(root: Element, styles: WordStyles, embedded: Mapping[Element, str]) -> str:
    """Return the text of a body, with blank lines between paragraphs."""
    unclosed = frozenset(_unclosed_fields(root))
    reader = _Reader(Surroundings(styles=styles, embedded=embedded, unclosed=unclosed))
    return "\n\n".join(reader.read_all(root))


class _Reader:
    """Reads the paragraphs in an element."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._paragraphs: list[str] = []
        self._text = ""  # of the paragraph that is being read
        self._properties: Element | None = None  # of that paragraph
        self._boxes: list[str] = []  # paragraphs of the text boxes that are anchored in it
        self._fields: list[bool] = []  # for each open field: whether its result has begun

    def read_all(self, node: Element) -> list[str]:
        self._children(node)
        self._end_paragraph()
        return self._paragraphs

    def _children(self, node: Element) -> None:
        for one in node:
            self._visit(one)

    def _visit(self, node: Element) -> None:
        name = local_name(node)
        if name.endswith("Pr") or name in _DROPPED:
            return
        if node in self._around.embedded:
            self._insert(self._around.embedded[node])
        elif name == "AlternateContent":
            self._children(_chosen_alternative(node))
        elif not _TEXT_NAMESPACE.search(namespace(node)):
            self._children(node)
        elif name in _CHARACTERS:
            self._add(_CHARACTERS[name](node))
        else:
            self._visit_element(node, name)

    def _visit_element(self, node: Element, name: str) -> None:
        match name:
            case "p":
                self._paragraph(node)
            case "r":
                self._run(node)
            case "fldChar":
                self._field(node)
            case "txbxContent":
                self._boxes += _Reader(self._around).read_all(node)
            case "tbl" | "tc" | "tr":
                self._table_part(node, name)
            case _ if toggle(child(node, "sdtPr"), "showingPlcHdr") is not True:
                self._children(node)  # unless it shows only what to enter in it

    def _paragraph(self, node: Element) -> None:
        self._properties = child(node, "pPr")
        self._children(node)
        mark = child(self._properties, "rPr")
        is_gone = child(mark, "del") is not None or child(mark, "moveFrom") is not None
        # Without its mark, a paragraph runs on into the next one.
        if not (is_gone or self._around.styles.is_hidden(mark, self._properties)):
            self._end_paragraph()

    def _run(self, node: Element) -> None:
        is_hidden = self._around.styles.is_hidden(child(node, "rPr"), self._properties)
        for one in node:
            if not is_hidden or local_name(one) == "fldChar":
                self._visit(one)

    def _table_part(self, node: Element, name: str) -> None:
        properties = child(node, f"{name}Pr")
        if any(child(properties, gone) is not None for gone in ("del", "cellDel")):
            return
        if toggle(properties, "hidden"):
            return
        self._end_paragraph()
        self._children(node)
        self._end_paragraph()

    def _field(self, node: Element) -> None:
        kind = attribute(node, "fldCharType")
        if kind == "begin" and node not in self._around.unclosed:
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _add(self, text: str) -> None:
        """Add to the paragraph, unless it is the instruction of a field."""
        if all(self._fields):
            self._text += text

    def _insert(self, text: str) -> None:
        self._end_paragraph()
        self._text = text
        self._end_paragraph()

    def _end_paragraph(self) -> None:
        paragraphs = [self._text.strip("\n"), *self._boxes]  # without page breaks around it
        self._paragraphs += [one for one in paragraphs if one.strip()]
        self._text, self._boxes = "", []


def _chosen_alternative(node: Element) -> Element:
    """Return the first alternative with text, or else the last: the fallback of old programs."""
    alternatives = [one for one in node if namespace(one) == _COMPATIBILITY]
    with_text = (one for one in alternatives if next(descendants(one, "t"), None) is not None)
    return next(with_text, alternatives[-1] if alternatives else node)


def _unclosed_fields(root: Element) -> list[Element]:
    """Return the beginnings of fields that never end: they must not swallow the rest."""
    opened: list[Element] = []
    for node in _outside_deletions(root):
        if local_name(node) == "fldChar":
            kind = attribute(node, "fldCharType")
            if kind == "begin":
                opened.append(node)
            elif kind == "end" and opened:
                opened.pop()
    return opened


def _outside_deletions(node: Element) -> Iterator[Element]:
    if local_name(node) not in ("del", "moveFrom"):
        yield node
        for one in node:
            yield from _outside_deletions(one)
