"""The encoding of text that is not Unicode, guessed from its bytes."""

import re
from collections.abc import Iterable, Mapping
from operator import itemgetter

DEFAULT = "windows-1252"
_MAX_SAMPLE_BYTES = 64 * 1024

# What programs write in the languages of Europe and East Asia, by the codec of Python that reads
# it: the names of the encodings for people.
_NAMES: Mapping[str, str] = {
    DEFAULT: "Windows-1252",
    "mac-roman": "Mac Roman",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "koi8-r": "KOI8-R",
    "gb18030": "GB 18030",
    "big5hkscs": "Big5",
    "cp932": "Shift JIS",
    "euc_jis_2004": "EUC-JP",
    "cp949": "EUC-KR",
}
# How many times as likely as Windows-1252 another encoding must be; more in a short text, such as a
# list of names, whose few letters say little.
_MIN_RATIO = 1.01
_MIN_RATIO_IF_UNSURE = 1.2
_SURE = 0.05  # confidence, of at most 1
# In Mac Roman, an accented letter or an apostrophe in a word, such as "don’t", which the detector
# overlooks among much English. After a small letter, Windows-1252 has none of these.
_MAC_ROMAN = re.compile(rb"[a-z](?:[\x81\x87\x88\x8a\x8c-\x90\x98\x9d\x9f]|[\xd4\xd5][a-z])")
# Bytes that are not ASCII, side by side. In languages with the Latin alphabet, they stand alone.
_RUN = re.compile(rb"[\x80-\xff]{2,}")
_HIGH = re.compile(rb"[\x80-\xff]")
_MIN_LETTERS = 4
_LATIN = {"mac-roman", "cp1250", "cp1254"}


def detect_encoding(lines: Iterable[bytes]) -> str:
    """Return the codec of lines of text, of those that are not UTF-8: "windows-1252" in doubt."""
    sample = b""
    for line in lines:
        if not is_utf_8(line):
            sample += line[: _MAX_SAMPLE_BYTES - len(sample)]
        if len(sample) == _MAX_SAMPLE_BYTES:
            break
    return _detect(sample) if sample else DEFAULT


def encoding_name(codec: str) -> str:
    """Return the name of an encoding for people."""
    return _NAMES.get(codec, codec)


def is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _detect(sample: bytes) -> str:
    # Imported here because most files never need it.
    from chardet import detect_all  # noqa: PLC0415

    found = detect_all(sample, ignore_threshold=True, compat_names=False, include_encodings=_NAMES)
    confidences = {one["encoding"] or "": one["confidence"] for one in found}
    usual = confidences.pop("cp1252", 0.0)
    best, confidence = max(confidences.items(), key=itemgetter(1), default=("", 0.0))
    ratio = _MIN_RATIO if confidence > _SURE else _MIN_RATIO_IF_UNSURE
    is_likely = confidence > ratio * usual
    if is_likely and (_has_runs(sample) if best not in _LATIN else _has_enough(sample)):
        return best
    return "mac-roman" if _MAC_ROMAN.search(sample) else DEFAULT


def _has_enough(sample: bytes) -> bool:
    """Say whether there are more accented letters than in an English text with "naïve" in it."""
    return len(_HIGH.findall(sample)) >= _MIN_LETTERS


def _has_runs(sample: bytes) -> bool:
    return 2 * sum(map(len, _RUN.findall(sample))) > len(_HIGH.findall(sample))
