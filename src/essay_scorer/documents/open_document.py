"""The text of OpenDocument texts (ODF 1.3): tracked changes accepted, notes left out."""

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from essay_scorer.documents.office_archive import OfficeArchive
from essay_scorer.documents.problems import DAMAGED, PASSWORD, Refused
from essay_scorer.documents.xml_parts import attribute, child, descendants, local_name, parse_xml

_MAX_SPACES = 100  # that one element stands for
_PARAGRAPHS = frozenset(["p", "h"])
# Elements without text of the body: notes, comments, deletions, forms, and pronunciation aids.
_DROPPED = frozenset(
    {"note", "annotation", "annotation-end", "tracked-changes", "forms", "ruby-text", "desc"}
    | {"title", "sequence-decls", "user-field-decls", "variable-decls", "index-title-template"}
)
_ANCHORED = frozenset({"frame", "custom-shape", "text-box", "list", "table"})


def odt_text(archive: OfficeArchive) -> str:
    """Return the text of a document, with blank lines between paragraphs.

    Raises:
        Refused: it cannot be read.
    """
    manifest = archive.read("META-INF/manifest.xml")
    if manifest and b"encryption-data" in manifest:
        raise Refused(PASSWORD)
    content = archive.read("content.xml")
    if content is None:
        raise Refused(DAMAGED)
    styles = archive.read("styles.xml")
    return _text(parse_xml(content), None if styles is None else parse_xml(styles))


def flat_odt_text(data: bytes) -> str:
    """Return the text of a document in one XML file.

    Raises:
        Refused: it cannot be read.
    """
    return _text(parse_xml(data), None)


def _text(root: Element, styles: Element | None) -> str:
    body = child(child(root, "body"), "text")
    if body is None:
        raise Refused(DAMAGED)
    hidden = _hidden_styles([root] if styles is None else [root, styles])
    return "\n\n".join(_Paragraphs(hidden, _deletions(body)).read(body))


def _deletions(body: Element) -> frozenset[str]:
    """Return the ids of deletions, which flat files leave where they were."""
    regions = descendants(body, "changed-region")
    deleted = (one for one in regions if child(one, "deletion") is not None)
    return frozenset(attribute(one, "id") or "" for one in deleted)


def _hidden_styles(parts: list[Element]) -> frozenset[str]:
    """Return the names of styles whose text is hidden, by themselves or by what they inherit."""
    found: dict[str, bool | str] = {}  # a style's own value, else its parent's name
    for part in parts:
        for style in descendants(part, "style"):
            display = attribute(child(style, "text-properties"), "display")
            own = attribute(style, "parent-style-name") or False if display is None else None
            found[attribute(style, "name") or ""] = display == "none" if own is None else own
    return frozenset(name for name in found if _is_hidden(name, found))


def _is_hidden(name: str, styles: Mapping[str, bool | str]) -> bool:
    for _ in range(20):  # a circle of styles ends
        value = styles.get(name, False)
        if isinstance(value, bool):
            return value
        name = value
    return False


class _Paragraphs:
    """Reads the paragraphs in an element."""

    def __init__(self, hidden: frozenset[str], deletions: frozenset[str]) -> None:
        self._hidden, self._deletions = hidden, deletions
        self._open: set[str] = set()  # deletions that have begun
        self._carried = ""  # text before a deletion that goes on in the next paragraph
        self._paragraphs: list[str] = []
        self._boxes: list[str] = []  # paragraphs of what is anchored in the one that is read

    def read(self, node: Element) -> list[str]:
        self._visit(node)
        return self._paragraphs

    def _visit(self, node: Element) -> None:
        """Collect the paragraphs in an element that is no paragraph."""
        for one in node:
            name = local_name(one)
            if name in _DROPPED or self._is_gone(one):
                continue
            if name in ("change-start", "change-end"):
                self._change(one, name)
            elif name in _PARAGRAPHS:
                self._paragraph(one)
            else:
                self._visit(one)

    def _is_gone(self, node: Element) -> bool:
        if attribute(node, "style-name") in self._hidden:
            return True
        return attribute(node, "display") == "none" and local_name(node) == "section"

    def _paragraph(self, node: Element) -> None:
        text = self._carried + "".join(self._runs(node)).rstrip("\n ")
        self._carried = text if self._open else ""
        text = "" if self._open else text.lstrip("\n ")
        boxes, self._boxes = self._boxes, []
        self._paragraphs += [one for one in (text, *boxes) if one.strip()]

    def _runs(self, node: Element) -> list[str]:
        parts = [self._shown(node.text)]
        for one in node:
            parts += self._run(one)
            parts.append(self._shown(one.tail))
        return parts

    def _shown(self, text: str | None) -> str:
        return "" if self._open else _collapsed(text)

    def _change(self, node: Element, name: str) -> None:
        """Note where a deletion begins or ends."""
        change = attribute(node, "change-id") or ""
        if name == "change-end":
            self._open.discard(change)
        elif change in self._deletions:
            self._open.add(change)

    def _run(self, node: Element) -> list[str]:
        name = local_name(node)
        if name in _DROPPED or name == "" or self._is_gone(node):
            return []
        if name in ("change-start", "change-end"):
            self._change(node, name)
        elif name in _ANCHORED and not self._open:
            self._boxes += _Paragraphs(self._hidden, self._deletions).read(node)
        elif name in _CHARACTERS:
            return [] if self._open else [_CHARACTERS[name](node)]
        else:
            return self._runs(node)
        return []


def _spaces(node: Element) -> str:
    count = attribute(node, "c") or "1"
    return " " * min(int(count) if count.isdecimal() else 1, _MAX_SPACES)


_CHARACTERS: Mapping[str, Callable[[Element], str]] = {
    "s": _spaces,
    "tab": lambda _: "\t",
    "line-break": lambda _: "\n",
    "soft-page-break": lambda _: "",
}


def _collapsed(text: str | None) -> str:
    """Return text with its white space as one space, as ODF counts it."""
    if not text:
        return ""
    words = " ".join(text.split())
    before, after = (" " if mark.isspace() else "" for mark in (text[0], text[-1]))
    return f"{before}{words}{after}" if words else " "
