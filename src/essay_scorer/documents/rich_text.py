"""The text of RTF documents (Rich Text Format 1.9.1): tracked changes accepted, notes left out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from essay_scorer.documents.decoding import is_known
from essay_scorer.documents.problems import OVERSIZED, Refused

MAX_RTF_GROUPS = 1_000  # in each other
MAX_RTF_TOKENS = 500_000  # an essay has a tenth of them

_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    r"|\\'(?P<hex>[0-9a-fA-F]{2})"
    r"|\\(?P<symbol>[^a-zA-Z])"
    r"|(?P<brace>[{}])"
    r"|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
# Groups whose text is no part of the body. All others that a program may not know begin with \*.
_SKIPPED = frozenset(
    [
        "annotation",
        "atnauthor",
        "atnid",
        "author",
        "category",
        "colortbl",
        "comment",
        "company",
        "creatim",
        "doccomm",
        "fldinst",
        "fonttbl",
        "footer",
        "footerf",
        "footerl",
        "footerr",
        "footnote",
        "header",
        "headerf",
        "headerl",
        "headerr",
        "info",
        "keywords",
        "listtable",
        "listoverridetable",
        "manager",
        "nonshppict",
        "object",
        "operator",
        "pict",
        "private",
        "revtbl",
        "revtim",
        "stylesheet",
        "subject",
        "template",
        "title",
        "txe",
        "xe",
        "tc",
        "listtext",
        "pntext",
        "nonesttables",
    ]
)
_SHOWN = frozenset(
    ["shpinst", "shptxt", "do", "dptxbxtext"]
)  # text boxes, although they begin with \*
_BREAKS: Mapping[str, str] = {
    **dict.fromkeys(("par", "sect", "page", "cell", "nestcell", "row", "nestrow"), "\n\n"),
    "line": "\n",
    "tab": "\t",
}
_CHARACTERS: Mapping[str, str] = {
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
}
_LIST_MARK = re.compile(r"^(?:[•▪◦‣·–-]|\d{1,3}[.)])\t")  # as text, where a program has no lists
_SYMBOLS: Mapping[str, str] = {"~": " ", "_": "-", "-": "", "\\": "\\", "{": "{", "}": "}"}
_CHARSETS: Mapping[int, str] = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "cp936",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The state of a group, which ends with it.

    Attributes:
        is_skipped: its text is no part of the body.
        is_gone: it was deleted, or is hidden.
        fallback: how many characters follow one in Unicode, for programs that cannot show it.
        encoding: of its bytes.
        in_fonts: it is the table of fonts.
    """

    is_skipped: bool = False
    is_deleted: bool = False
    is_hidden: bool = False
    fallback: int = 1
    encoding: str = "cp1252"
    in_fonts: bool = False


@dataclass(slots=True)
class _Rtf:
    """What was read of a document."""

    groups: list[_Group] = field(default_factory=lambda: [_Group()])
    parts: list[str] = field(default_factory=list)
    fonts: dict[int, str] = field(default_factory=dict)
    font: int = 0  # of the table's entry that is being read
    encoding: str = "cp1252"  # of the document
    pending: bytearray = field(default_factory=bytearray)  # bytes of characters
    to_skip: int = 0  # characters after one in Unicode
    is_optional: bool = False  # the group began with \*
    high: int | None = None  # the first half of a character beyond 16 bits

    def change(self, **values: object) -> None:
        self.groups[-1] = replace(self.groups[-1], **values)  # type: ignore[arg-type]


def rtf_text(data: bytes) -> str:
    """Return the text of a document, with blank lines between paragraphs.

    Raises:
        Refused: it has far more in it than an essay.
    """
    rtf = _Rtf()
    for number, token in enumerate(_tokens(data.decode("latin-1"))):
        if number > MAX_RTF_TOKENS:
            raise Refused(OVERSIZED)
        _read(rtf, token)
    _flush(rtf)
    paragraphs = [_LIST_MARK.sub("", one.strip("\n")) for one in "".join(rtf.parts).split("\n\n")]
    return "\n\n".join(one for one in paragraphs if one.strip())


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield the tokens; the bytes of binary data are left out."""
    place = text.find("{\\rtf")
    while token := _TOKEN.search(text, place):
        place = token.end()
        if token["word"] == "bin":
            place += max(0, int(token["number"] or 0))
            continue
        yield token


def _read(rtf: _Rtf, token: re.Match[str]) -> None:
    if token["hex"]:
        _add_bytes(rtf, bytes.fromhex(token["hex"]))
    elif token["text"]:
        _add_bytes(rtf, token["text"].encode("latin-1"))
    elif token["brace"] == "{":
        _open(rtf)
    elif token["brace"]:
        _close(rtf)
    elif token["symbol"]:
        _symbol(rtf, token["symbol"])
    else:
        _word(rtf, token["word"], token["number"])


def _open(rtf: _Rtf) -> None:
    _flush(rtf)
    if len(rtf.groups) > MAX_RTF_GROUPS:
        raise Refused(OVERSIZED)
    rtf.groups.append(rtf.groups[-1])
    rtf.is_optional, rtf.to_skip = False, 0


def _close(rtf: _Rtf) -> None:
    _flush(rtf)
    if len(rtf.groups) > 1:
        rtf.groups.pop()
    rtf.is_optional, rtf.to_skip = False, 0


def _symbol(rtf: _Rtf, symbol: str) -> None:
    if symbol == "*":
        rtf.is_optional = True
    elif symbol in "\r\n":
        _add(rtf, "\n\n")
    elif rtf.to_skip > 0:
        rtf.to_skip -= 1
    else:
        _add(rtf, _SYMBOLS.get(symbol, ""))


def _word(rtf: _Rtf, word: str, number: str | None) -> None:
    is_optional, rtf.is_optional = rtf.is_optional, False
    if word == "u" and number is not None:
        _add_unicode(rtf, int(number))
    elif word in _BREAKS or word in _CHARACTERS:
        _add(rtf, _BREAKS.get(word) or _CHARACTERS[word])
    elif word == "fonttbl":
        rtf.change(in_fonts=True, is_skipped=True)
    elif word in _SKIPPED or (is_optional and word not in _SHOWN):
        rtf.change(is_skipped=True)
    else:
        _flush(rtf)
        _property(rtf, word, None if number is None else int(number))


def _property(rtf: _Rtf, word: str, number: int | None) -> None:
    """Change the state of the group as a control word says."""
    match word:
        case "deleted":
            rtf.change(is_deleted=number != 0)
        case "v":
            rtf.change(is_hidden=number != 0)
        case "plain":
            rtf.change(is_deleted=False, is_hidden=False, encoding=rtf.encoding)
        case "uc":
            rtf.change(fallback=min(max(number or 0, 0), 9))
        case "mac":
            rtf.encoding = "mac_roman"
            rtf.change(encoding=rtf.encoding)
        case "ansicpg" if number and is_known(f"cp{number}"):
            rtf.encoding = f"cp{number}"
            rtf.change(encoding=rtf.encoding)
        case "f" | "fcharset" if number is not None:
            _font(rtf, word, number)


def _font(rtf: _Rtf, word: str, number: int) -> None:
    if word == "fcharset":
        rtf.fonts[rtf.font] = _CHARSETS.get(number, "")
    elif rtf.groups[-1].in_fonts:
        rtf.font = number
    else:
        rtf.change(encoding=rtf.fonts.get(number) or rtf.encoding)


def _add_unicode(rtf: _Rtf, number: int) -> None:
    code = number % 0x10000
    if 0xD800 <= code < 0xDC00:
        rtf.high = code
    elif 0xDC00 <= code < 0xE000:
        _add(rtf, chr(0x10000 + ((rtf.high - 0xD800) << 10) + code - 0xDC00) if rtf.high else "")
        rtf.high = None
    else:
        _add(rtf, chr(code))
    rtf.to_skip = rtf.groups[-1].fallback


def _add_bytes(rtf: _Rtf, data: bytes) -> None:
    skipped = min(rtf.to_skip, len(data))
    rtf.to_skip -= skipped
    rtf.is_optional = False
    rtf.pending += data[skipped:]


def _flush(rtf: _Rtf) -> None:
    """Add the pending bytes, which several of them may spell one character."""
    if rtf.pending:
        data, rtf.pending = bytes(rtf.pending), bytearray()
        _append(rtf, data.decode(rtf.groups[-1].encoding, "replace"))


def _add(rtf: _Rtf, text: str) -> None:
    _flush(rtf)
    _append(rtf, text)


def _append(rtf: _Rtf, text: str) -> None:
    group = rtf.groups[-1]
    if not (group.is_skipped or group.is_deleted or group.is_hidden):
        rtf.parts.append(text)
