"""The characters of text files: UTF-16, UTF-32, UTF-8, a named encoding, or a detected one."""

import codecs
import re

from essay_scorer.documents.kinds import SAMPLE_BYTES
from essay_scorer.documents.text_encoding import decode_line, detect_encoding

_CHARSET = re.compile(rb"charset=[\"']?([\w-]{1,40})", re.IGNORECASE)


def decode_text(data: bytes, encoding: str | None = None) -> str:
    """Return the characters of a text.

    Args:
        data: UTF-16, UTF-32, UTF-8, or else in the named encoding. Without a name, lines that are
            not UTF-8 have the encoding that is detected: files are put together from several
            sources.
        encoding: as the file names it; one that Python does not know is ignored.
    """
    if (wide := wide_encoding(data)) is not None:
        return data.decode(wide, "replace").removeprefix("\ufeff")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    if encoding and is_known(encoding):
        return data.decode(encoding, "replace")
    lines = data.splitlines(keepends=True)
    other = detect_encoding(lines)
    return "".join(decode_line(line, other) for line in lines)


def decode_html(data: bytes) -> str:
    """Return the characters of a web page, whose head may name its encoding."""
    named = _CHARSET.search(data[:1024])
    return decode_text(data, named.group(1).decode() if named else None)


def is_known(encoding: str) -> bool:
    """Return whether Python knows an encoding of texts."""
    try:
        return codecs.lookup(encoding)._is_text_encoding
    except LookupError:
        return False


def wide_encoding(data: bytes) -> str | None:
    """Return the name of UTF-16 or UTF-32, by its mark or by the bytes that are 0; else None."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[:SAMPLE_BYTES]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    few, many = len(sample) / 50, len(sample) / 5
    if odd > many and even <= few:
        return "utf-16-le"
    return "utf-16-be" if even > many and odd <= few else None
