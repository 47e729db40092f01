"""Parse the XML of office programs, without entities, and walk it by local names.

The namespaces of a format differ between its variants, such as Strict Office Open XML.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from essay_scorer.documents.decoding import decode_text
from essay_scorer.documents.problems import DAMAGED, OVERSIZED, Refused

MAX_TAGS = 400_000  # an essay has a tenth of them
MAX_DEPTH = 200  # of elements in elements: the walkers are recursive

_DECLARED = re.compile(rb"encoding=[\"']([\w.-]{1,40})[\"']")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


def parse_xml(data: bytes) -> Element:
    """Return the root of an XML document.

    Raises:
        Refused: it is not XML, has a document type or entities, or is too large.
    """
    if data.count(b"<") > MAX_TAGS:
        raise Refused(OVERSIZED)
    try:
        root: Element = fromstring(_DECLARATION.sub("", decode_xml(data), count=1), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Refused(DAMAGED) from error
    _check_depth(root)
    return root


def decode_xml(data: bytes) -> str:
    """Return the text of an XML document, in the encoding that it names."""
    declared = _DECLARED.search(data[:200].replace(b"\0", b""))
    return decode_text(data, declared.group(1).decode() if declared else None)


def _check_depth(root: Element) -> None:
    level, depth = [root], 0
    while level:
        level, depth = [child for node in level for child in node], depth + 1
        if depth > MAX_DEPTH:
            raise Refused(OVERSIZED)


def local_name(node: Element) -> str:
    """Return an element's name without its namespace; empty for a comment."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def namespace(node: Element) -> str:
    """Return an element's namespace; empty if it has none."""
    tag = node.tag if isinstance(node.tag, str) else ""
    return tag[1:].rpartition("}")[0] if tag.startswith("{") else ""


def child(node: Element | None, name: str) -> Element | None:
    """Return an element's first child of a local name; None if it has none."""
    found = (one for one in (() if node is None else node) if local_name(one) == name)
    return next(found, None)


def attribute(node: Element | None, name: str) -> str | None:
    """Return an attribute by its local name; None if there is none."""
    attributes = {} if node is None else node.attrib
    return next(
        (value for key, value in attributes.items() if key.rpartition("}")[2] == name), None
    )


def descendants(node: Element, name: str) -> Iterator[Element]:
    """Yield the elements of a local name in an element, in order."""
    return (one for one in node.iter() if local_name(one) == name)
