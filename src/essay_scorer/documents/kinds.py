"""What kind of document a file is, by its content: names lie."""

import re
from collections.abc import Sequence

from essay_scorer.documents import problems

SAMPLE_BYTES = 4096

_BINARY: Sequence[tuple[bytes, str]] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # an empty one
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),  # old Office files, and new ones with a password
    (b"PAR1", "parquet"),
    (b"\x89PNG\r\n\x1a\n", problems.PICTURE),
    (b"\xff\xd8\xff", problems.PICTURE),  # JPEG
    (b"GIF8", problems.PICTURE),
    (b"II*\0", problems.PICTURE),  # TIFF
    (b"MM\0*", problems.PICTURE),
    (b"BM", problems.PICTURE),
    (b"7z\xbc\xaf\x27\x1c", problems.ARCHIVE),
    (b"Rar!\x1a\x07", problems.ARCHIVE),
    (b"\x1f\x8b\x08", problems.ARCHIVE),  # gzip
    (b"BZh", problems.ARCHIVE),
    (b"\xfd7zXZ\0", problems.ARCHIVE),
    (b"]\0\0", problems.ARCHIVE),  # LZMA
    (b"\xffWPC", problems.UNSUPPORTED),  # WordPerfect
)
_CONTAINERS = re.compile(rb"(?s)....ftyp(heic|heix|mif1|avif)|RIFF....WEBP")
_TEXTUAL: Sequence[tuple[re.Pattern[bytes], str]] = (
    (re.compile(rb"(?s)\s*(?:.{0,1000}?[\r\n])?%PDF-\d"), "pdf"),
    (re.compile(rb"\s*\{\\rtf"), "rtf"),
    (
        re.compile(
            rb"(?i)\s*(?:[\w-]{1,60}:.{0,500}\r?\n(?:[ \t].{0,500}\r?\n){0,9}){0,20}mime-version:"
        ),
        "mht",
    ),
    (
        re.compile(
            rb"(?is)\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,1000}?-->\s*){0,9}<(?:!doctype\s+html|html)\b"
        ),
        "html",
    ),
    (re.compile(rb"(?s)\s*<\?xml.{0,1500}<office:document\b"), "flat_odt"),
    (
        re.compile(rb"(?s)\s*<\?xml.{0,1500}(?:<pkg:package|<w:wordDocument)\b"),
        problems.UNSUPPORTED,
    ),
    # A workbook of Excel 2003, which is often named .xls.
    (
        re.compile(rb"(?s)\s*<\?xml.{0,1500}urn:schemas-microsoft-com:office:spreadsheet"),
        problems.SPREADSHEET,
    ),
    (
        re.compile(rb'(?s)\s*\{.{0,500}"(?:doc_id|url)"\s*:\s*"[^"]*".{0,500}\}\s*$'),
        problems.SHORTCUT,
    ),
)
# Names of streams in OLE files, in the order in which they decide.
_STREAMS = (
    ("WordDocument", problems.OLD_WORD),
    ("EncryptedPackage", problems.PASSWORD),
    ("Workbook", problems.SPREADSHEET),
)
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def kind_of(data: bytes) -> str:
    """Return what a file holds.

    Returns:
        "zip", "parquet", "pdf", "rtf", "mht", "html", "flat_odt", "text", or the code of why it
        cannot be read.
    """
    sample = data[:SAMPLE_BYTES]
    for signature, kind in _BINARY:
        if sample.startswith(signature) and _is_certain(signature, sample):
            return _stream_kind(data) if kind == "ole" else kind
    if _CONTAINERS.match(sample):
        return problems.PICTURE
    bare = sample.removeprefix(b"\xef\xbb\xbf")
    for pattern, kind in _TEXTUAL:
        if pattern.match(bare):
            return kind
    return "text"


def _is_certain(signature: bytes, sample: bytes) -> bool:
    """Return whether a signature of two letters is followed by bytes that no text has."""
    return signature != b"BM" or b"\0" in sample[:26]


def _stream_kind(data: bytes) -> str:
    for name, kind in _STREAMS:
        if name.encode("utf-16le") in data:
            return kind
    return problems.UNSUPPORTED


def is_text(data: bytes) -> bool:
    """Return whether bytes are text: they have no characters that only programs have."""
    if data.startswith(_BYTE_ORDER_MARKS[:2]):
        return True
    return not any(byte < 9 or 14 <= byte < 27 or 28 <= byte < 32 for byte in data[:SAMPLE_BYTES])
