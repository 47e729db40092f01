"""Word files as different programs write them, for tests of the page's reader."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONSHIPS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PREFIXES = {
    "r": RELATIONSHIPS,
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "v": "urn:schemas-microsoft-com:vml",
}
_TYPES = f'<Types xmlns="{_PACKAGE}/content-types"/>'

Parts = Mapping[str, str | bytes]


def document(body: str, *, w: str = TRANSITIONAL) -> str:
    """Return the main part with these elements in its body."""
    prefixes = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in _PREFIXES.items())
    return f'<w:document xmlns:w="{w}"{prefixes}><w:body>{body}<w:sectPr/></w:body></w:document>'


def styles(*elements: str) -> str:
    """Return the part with the styles."""
    return f'<w:styles xmlns:w="{TRANSITIONAL}">{"".join(elements)}</w:styles>'


def relationships(targets: Mapping[str, str], *, base: str = RELATIONSHIPS) -> str:
    """Return a part with relationships: targets by the name of their type, which is the id too."""
    entries = "".join(
        f'<Relationship Id="{name}" Type="{base}/{name}" Target="{target}"/>'
        for name, target in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'


def archive(parts: Parts, *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def package(
    main: str | bytes, parts: Parts | None = None, *, name: str = "word/document.xml"
) -> Parts:
    """Return the parts of a Word file whose main part has this name."""
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relationships({"officeDocument": name}),
        name: main,
        **(parts or {}),
    }


def word_file(body: str, parts: Parts | None = None) -> bytes:
    """Return a Word file with these elements in its body."""
    return archive(package(document(body), parts))


def streamed(parts: Parts) -> bytes:
    """Return an archive whose sizes follow the data, as of a program that cannot seek."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.content = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.content += data
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return bytes(pipe.content)


def zip64(parts: Parts) -> bytes:
    """Return an archive with the 64-bit sizes and offsets of large archives."""
    content, directory = b"", b""
    for name, part in parts.items():
        data = part.encode() if isinstance(part, str) else part
        fixed = struct.pack("<HHHHHI", 45, 0x800, 0, 0, 0, zlib.crc32(data))
        both, size = (
            struct.pack("<II", 2**32 - 1, 2**32 - 1),
            struct.pack("<QQ", len(data), len(data)),
        )
        encoded = name.encode()
        extra = struct.pack("<HH", 1, 24) + size + struct.pack("<Q", len(content))
        directory += b"PK\1\2" + struct.pack("<H", 45) + fixed + both
        directory += struct.pack("<HHHHHII", len(encoded), len(extra), 0, 0, 0, 0, 2**32 - 1)
        directory += encoded + extra
        content += b"PK\3\4" + fixed + both + struct.pack("<HH", len(encoded), 20)
        content += encoded + struct.pack("<HH", 1, 16) + size + data
    count, start = len(parts), len(content)
    end = struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, len(directory), start)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, start + len(directory), 1)
    last = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 2**16 - 1, 2**16 - 1, 2**32 - 1, 2**32 - 1, 0)
    return content + directory + b"PK\6\6" + end + locator + last


def compound_file(stream: str) -> bytes:
    """Return the beginning of an OLE compound file whose directory names a stream."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    entry = stream.encode("utf-16le").ljust(128, b"\0")
    return header + "Root Entry".encode("utf-16le").ljust(128, b"\0") + entry + bytes(256)
