"""Text extraction from Word documents: a .docx file is a ZIP archive of XML files (ECMA-376)."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element

from essay_scorer.documents.decoding import decode_text
from essay_scorer.documents.kinds import kind_of
from essay_scorer.documents.office_archive import OfficeArchive
from essay_scorer.documents.problems import DAMAGED, EMBEDDED, Refused
from essay_scorer.documents.rich_text import rtf_text
from essay_scorer.documents.web_page import html_text, mht_text
from essay_scorer.documents.word_body import word_text
from essay_scorer.documents.word_styles import WordStyles
from essay_scorer.documents.xml_parts import (
    attribute,
    descendants,
    local_name,
    namespace,
    parse_xml,
)

_USUAL_MAIN_PART = "word/document.xml"
_WORD = frozenset(
    [
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",  # the Strict variant of the format
    ]
)
_MAX_NESTING = 3  # of documents in documents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relationship:
    """What a part refers to within the archive: an id, the type's name, and the part's name."""

    id: str
    type: str
    part: str


def docx_text(archive: OfficeArchive, nesting: int = _MAX_NESTING) -> str:
    """Return the text of a Word document, with blank lines between paragraphs.

    Args:
        archive: the document.
        nesting: how many documents may be in each other.

    Raises:
        Refused: it cannot be read.
    """
    found = [one for one in _relationships(archive, "") if one.type == "officeDocument"]
    part = found[0].part if found else _USUAL_MAIN_PART
    root = _parse(archive, part)
    if root is None:
        root = _parse(archive, _USUAL_MAIN_PART)
    if root is None or local_name(root) != "document" or namespace(root) not in _WORD:
        raise Refused(DAMAGED)
    related = _relationships(archive, part)
    styles = [_parse(archive, one.part) for one in related if one.type == "styles"]
    embedded = _embedded_texts(root, archive, related, nesting)
    return word_text(root, WordStyles(styles[0] if styles else None), embedded)


def _relationships(archive: OfficeArchive, part: str) -> Sequence[_Relationship]:
    folder, _, name = part.rpartition("/")
    base = f"{folder}/" if folder else ""
    root = _parse(archive, f"{base}_rels/{name}.rels")
    if root is None:
        return ()
    return [
        _Relationship(
            id=node.get("Id", ""),
            type=node.get("Type", "").rpartition("/")[2],
            part=_resolve(node.get("Target", ""), base),
        )
        for node in descendants(root, "Relationship")
        if node.get("TargetMode") != "External"
    ]


def _resolve(target: str, folder: str) -> str:
    """Return the name of the part at a target, which is relative to a folder or rooted."""
    try:
        return unquote(urlsplit(urljoin(f"http://archive/{folder}", target)).path).lstrip("/")
    except ValueError:
        return ""


def _parse(archive: OfficeArchive, name: str) -> Element | None:
    data = archive.read(name)
    return None if data is None else parse_xml(data)


def _embedded_texts(
    root: Element, archive: OfficeArchive, related: Sequence[_Relationship], nesting: int
) -> dict[Element, str]:
    """Return the texts of embedded documents by the elements that stand for them."""
    if next(descendants(root, "subDoc"), None) is not None:  # in another file
        raise Refused(EMBEDDED)
    parts = {one.id: one.part for one in related}
    texts = {}
    for node in descendants(root, "altChunk"):
        part = parts.get(attribute(node, "id") or "", "")
        data = archive.read(part) if part else None
        if data is None:
            raise Refused(EMBEDDED)
        texts[node] = _embedded_text(data, part, archive, nesting)
    return texts


def _embedded_text(data: bytes, name: str, archive: OfficeArchive, nesting: int) -> str:
    match kind_of(data):
        case "mht":
            return mht_text(data)
        case "rtf":
            return rtf_text(data)
        case "html":
            return html_text(data)
        case "text" if "htm" in name.lower():
            return html_text(data)
        case "text":
            return "\n\n".join(line for line in decode_text(data).splitlines() if line)
        case "zip" if nesting > 0:
            return docx_text(archive.nested(data), nesting - 1)
    raise Refused(EMBEDDED)
