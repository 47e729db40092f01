"""Word files as many programs store them: one text, with other documents embedded, and locked."""

import base64
import zipfile

from tests.browser import word_files as word
from tests.browser.word_bodies import hidden_style, paragraph, run

MAIN = word.document(paragraph(run("Café.")))
PARTS = word.package(MAIN)
# Styles that hide text: by themselves, by what they are based on, and, in a circle, not at all.
STYLE_PARTS = {
    "word/_rels/document.xml.rels": word.relationships({"styles": "/word/looks.xml"}),
    "word/looks.xml": word.styles(
        hidden_style("character", "Hidden"),
        hidden_style("character", "Derived", "Hidden"),
        hidden_style("character", "Circle", "Circle"),
        hidden_style("paragraph", "Form"),
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"/>',
    ),
}
DECLARED = '<?xml version="1.0" encoding="{}"?>'
STRICT_MAIN = word.document(paragraph(run("Café.")), w=word.STRICT)
STRICT_PARTS = {
    **word.package(STRICT_MAIN),
    "_rels/.rels": word.relationships(
        {"officeDocument": "word/document.xml"}, base=word.STRICT_RELATIONSHIPS
    ),
}
WRITERS: dict[str, bytes] = {
    "stored": word.archive(PARTS, compression=zipfile.ZIP_STORED),
    "streamed": word.streamed(PARTS),
    "zip64": word.zip64(PARTS),
    "Strict": word.archive(STRICT_PARTS),
    "another name": word.archive(word.package(MAIN, name="word/document2.xml")),
    "another folder": word.archive(word.package(MAIN, name="doc/main.xml")),
    "an absolute target": word.archive(
        {**PARTS, "_rels/.rels": word.relationships({"officeDocument": "/word/document.xml"})}
    ),
    "another case": word.archive(
        {**PARTS, "_rels/.rels": word.relationships({"officeDocument": "Word/Document.XML"})}
    ),
    "an escaped name": word.archive(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": word.relationships({"officeDocument": "word/my%20essay.xml"}),
            "word/my essay.xml": MAIN,
        }
    ),
    "backslashes": word.archive({name.replace("/", "\\"): part for name, part in PARTS.items()}),
    "no relationships": word.archive({"[Content_Types].xml": "", "word/document.xml": MAIN}),
    "UTF-8 with a byte order mark": word.archive(word.package(f"\ufeff{MAIN}")),
    "UTF-16": word.archive(word.package((DECLARED.format("UTF-16") + MAIN).encode("utf-16"))),
    "UTF-16, big-endian, without a mark": word.archive(
        word.package((DECLARED.format("UTF-16") + MAIN).encode("utf-16be"))
    ),
    "Windows-1252": word.archive(
        word.package((DECLARED.format("windows-1252") + MAIN).encode("cp1252"))
    ),
}

CHUNK = paragraph(run("Before.")) + '<w:altChunk r:id="aFChunk"/>' + paragraph(run("After."))


def with_chunk(name: str, content: str | bytes) -> bytes:
    """Return a document in which another one is embedded."""
    rels = word.relationships({"aFChunk": f"/word/{name}"})
    return word.word_file(CHUNK, {"word/_rels/document.xml.rels": rels, f"word/{name}": content})


def embedded_documents() -> dict[str, str | bytes]:
    """Return documents that say "Café." by the names under which they are embedded."""
    mht = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n boundary=b\r\n\r\n--b\r\n"
        "Content-Type: text/html; charset=windows-1252\r\n"
        "Content-Transfer-Encoding: {}\r\n\r\n{}\r\n--b--\r\n"
    )
    encoded = base64.b64encode("<p>Café.</p>".encode("cp1252")).decode()
    return {
        "a.htm": "<html><head><title>No</title></head><body><p>Café.</p></body></html>",
        "b.txt": "Café.",
        "c.docx": WRITERS["Strict"],
        "d.mht": mht.format("quoted-printable", "<p>Caf=E9=\r\n.</p>"),
        "e.mht": mht.format("base64", encoded),
    }


def deeply_embedded(depth: int) -> bytes:
    """Return a document in a document in a document."""
    nested = WRITERS["stored"]
    for _ in range(depth):
        nested = with_chunk("n.docx", nested)
    return nested


def locked() -> bytes:
    """Return an archive whose entries are marked as encrypted."""
    content = bytearray(WRITERS["stored"])
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 1)
    return bytes(content)
