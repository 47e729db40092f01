"""The text of web pages, and of pages saved as one file (MHT, RFC 2557)."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from essay_scorer.documents.decoding import decode_html, decode_text
from essay_scorer.documents.problems import DAMAGED, OVERSIZED, Refused
from essay_scorer.text.markup import Piece, remove_markup

MAX_PAGE_TAGS = 100_000  # an essay has a few thousand

# Elements of notes: of pandoc, LibreOffice, Google Docs and Word.
_NOTES = tuple(
    (name, re.compile(rf"<{name}\b[^<>]{{0,500}}{mark}", re.IGNORECASE))
    for name, mark in (
        ("section", r'role="doc-endnotes"'),
        ("a", r'role="doc-noteref"'),
        ("div", r'title="(?:header|footer)"'),  # of LibreOffice's pages
        ("div", r"id=\"?(?:sdfootnote|sdendnote|ftn|edn)\d"),
        ("a", r"class=\"?(?:sdfootnoteanc|sdendnoteanc)"),
        ("a", r"name=\"?_(?:ftn|edn)ref\d"),
        ("a", r"id=\"?(?:ftnt_ref)\d"),
    )
)
_BREAK = "\0"  # between paragraphs; no text has this character after its markup was removed


def html_text(data: bytes) -> str:
    """Return the text of a web page."""
    return markup_text(decode_html(data))


def markup_text(html: str) -> str:
    """Return what a reader sees of HTML, with blank lines between paragraphs and cells.

    Raises:
        Refused: it has far more tags than an essay.
    """
    if html.count("<") > MAX_PAGE_TAGS:
        raise Refused(OVERSIZED)
    html = _without_notes(html)
    text = "".join(_laid_out(piece, html) for piece in remove_markup(html))
    paragraphs = [_join_lines(part) for part in text.split(_BREAK)]
    return "\n\n".join(part for part in paragraphs if part)


def _without_notes(html: str) -> str:
    """Return a page without its footnotes, as word processors export them, and their numbers."""
    for name, beginning in _NOTES:
        parts, place = [], 0
        for found in beginning.finditer(html):
            if found.start() < place:
                continue
            end = html.find(f"</{name}>", found.end())
            if end < 0:  # none of the following ends either
                break
            parts.append(html[place : found.start()])
            place = end + len(name) + 3
        html = "".join(parts) + html[place:]
    return html


def _laid_out(piece: Piece, html: str) -> str:
    """Return a piece's text, or a paragraph's end in the place of the tag of a block or a cell."""
    if not html.startswith("<", piece.start) or piece.text not in ("\n", " "):
        return piece.text.replace("\xa0", " ")
    return "\n" if html[piece.start : piece.start + 3].lower() == "<br" else _BREAK


def _join_lines(part: str) -> str:
    return "\n".join(filter(None, (" ".join(line.split()) for line in part.splitlines())))


def mht_text(data: bytes) -> str:
    """Return the text of the first part that has one, HTML or plain.

    Raises:
        Refused: it has none.
    """
    message = message_from_bytes(data.lstrip(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "text/plain"):
            content = part.get_payload(decode=True)
            charset = part.get_content_charset()
            text = decode_text(content if isinstance(content, bytes) else b"", charset)
            return markup_text(text) if part.get_content_type() == "text/html" else text
    raise Refused(DAMAGED)
