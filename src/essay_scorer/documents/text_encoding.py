"""The encoding of text that is not Unicode, guessed from its bytes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter

_DEFAULT = "windows-1252"
_MAX_SAMPLE_BYTES = 64 * 1024

# What programs write in the languages of Europe and Asia, by the codec of Python that reads it: the
# names of the encodings for people.
_LATIN: Mapping[str, str] = {"cp1250": "Windows-1250", "cp1254": "Windows-1254"}
_FOREIGN: Mapping[str, str] = {
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "koi8-r": "KOI8-R",
    "gb18030": "GB 18030",
    "big5hkscs": "Big5",
    "cp932": "Shift JIS",
    "euc_jis_2004": "EUC-JP",
    "cp949": "EUC-KR",
}
_MAC_ROMAN = "mac-roman"
_NAMES = {_DEFAULT: "Windows-1252", _MAC_ROMAN: "Mac Roman", **_LATIN, **_FOREIGN}
# How many times as likely as Windows-1252 another encoding must be. Of names and texts in Polish,
# Czech, Hungarian and Turkish, it is so 1.5 to 3 times; in Western languages, at most 1.3 times.
_MIN_RATIO = 1.3
_MIN_LETTERS = 8  # not ASCII; fewer say too little about a language with the Latin script
_HIGH = re.compile(rb"[\x80-\xff]")
# A word that is not ASCII. No byte below "@" is half of a character in an East Asian encoding.
_WORD = re.compile(rb"[@-\x7f]*[\x80-\xff][@-\xff]*")
# In Windows-1252, these bytes are signs and capital letters, which do not stand in a word or right
# after a small letter. In Mac Roman, they are small letters with accents, quotes, and dashes.
_MAC_LETTER = re.compile(
    rb"[A-Za-z][\x80-\x84\x86-\x90\x93-\x96\x98-\x9b\x9d\x9f](?=[a-z])"
    rb"|[a-z][\x88\x8a\x8c-\x90\x98\x9d\x9f\xc0-\xd6]"
)
# Accented letters of Windows-1252, and the apostrophe of English, which is "í" in Mac Roman.
_WINDOWS_LETTER = re.compile(rb"[A-Za-z](?:[\xe0-\xff](?=[a-z])|\x92(?=(?:s|t|re|ll|ve|d|m)\b))")


def detect_encoding(lines: Iterable[bytes]) -> str:
    """Return the codec of lines of text, of those that are not UTF-8: "windows-1252" in doubt.

    Only words with a letter that is not ASCII are looked at, whatever English is around them: of a
    Latin script whole words, of another one those that have hardly any ASCII.
    """
    words = list(_words(lines))
    foreign = [word for word in words if len(word) > 1 and 2 * _count(_HIGH, word) >= len(word)]
    sample = b" ".join(words)
    letters = _count(_HIGH, sample)
    if 3 * sum(_count(_HIGH, word) for word in foreign) >= 2 * letters > 0:
        found = _detect(b"\n".join(foreign), _FOREIGN)
    else:
        found = _detect(sample, _LATIN) if letters >= _MIN_LETTERS else _DEFAULT
    is_mac = _count(_MAC_LETTER, sample) > _count(_WINDOWS_LETTER, sample)
    return _MAC_ROMAN if found == _DEFAULT and is_mac else found


def encoding_name(codec: str) -> str:
    """Return the name of an encoding for people."""
    return _NAMES.get(codec, codec)


def decode_line(line: bytes, other: str) -> str:
    """Return the characters of a line in UTF-8, or else in another encoding."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(other, "replace")


def _words(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the first words that are not ASCII in lines that are not UTF-8."""
    size = 0
    for line in lines:
        if _is_utf_8(line):
            continue
        for match in _WORD.finditer(line):
            yield match.group()
            size += len(match.group())
            if size > _MAX_SAMPLE_BYTES:
                return


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _count(pattern: re.Pattern[bytes], text: bytes) -> int:
    return len(pattern.findall(text))


def _detect(sample: bytes, candidates: Iterable[str]) -> str:
    # Imported here because most files never need it.
    from chardet import detect_all  # noqa: PLC0415

    encodings = ["cp1252", *candidates]
    found = detect_all(
        sample, ignore_threshold=True, compat_names=False, include_encodings=encodings
    )
    confidences = {one["encoding"]: one["confidence"] for one in found if one["encoding"]}
    usual = confidences.pop("cp1252", 0.0)
    best, confidence = max(confidences.items(), key=itemgetter(1), default=(_DEFAULT, 0.0))
    return best if confidence > _MIN_RATIO * usual else _DEFAULT
