"""Read a document of any kind: ``PARSERS`` says by which function, and what must be installed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from essay_scorer.documents import problems
from essay_scorer.documents.decoding import decode_text
from essay_scorer.documents.kinds import SAMPLE_BYTES, is_text, kind_of
from essay_scorer.documents.problems import Refused, refusal
from essay_scorer.extras import require

MAX_FILE_BYTES = 64 * 1024 * 1024  # documents may have pictures
MAX_CHARACTERS = 4 * 1024 * 1024  # the longest essays have a few thousand
EXTRA = "documents"

_WEB_PAGES = (".html", ".htm", ".xhtml")
_NO_TEXT_FILES = frozenset([".docx", ".docm", ".dotx", ".odt", ".ott", ".pdf", ".rtf", ".doc"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """The parser of one kind of document.

    Attributes:
        module: in which it is.
        function: takes the bytes of a file, and returns its text.
        packages: which it needs, by their import names.
    """

    module: str
    function: str
    packages: Sequence[str] = ()

    def parse(self, data: bytes) -> str:
        """Return the text of a document.

        Raises:
            ExtraMissing: a package is not installed.
            Refused: the document cannot be read.
        """
        require(EXTRA, *self.packages)
        function: Callable[[bytes], str] = getattr(
            import_module(f"essay_scorer.documents.{self.module}"), self.function
        )
        return function(data)


PARSERS: Mapping[str, Parser] = {
    "zip": Parser(module="office_file", function="office_text", packages=["defusedxml"]),
    "flat_odt": Parser(module="open_document", function="flat_odt_text", packages=["defusedxml"]),
    "pdf": Parser(module="pdf_pages", function="pdf_text", packages=["pypdf"]),
    "rtf": Parser(module="rich_text", function="rtf_text"),
    "html": Parser(module="web_page", function="html_text"),
    "mht": Parser(module="web_page", function="mht_text"),
    "text": Parser(module="decoding", function="decode_text"),
}


def read_document(data: bytes, name: str) -> str:
    """Return the text of a document, with blank lines between paragraphs where its kind has them.

    Args:
        data: the file's bytes; the first of them decide the kind.
        name: the file's; its suffix only tells web pages from text.

    Raises:
        DocumentError: it has no text that can be read; the message is one sentence.
        ExtraMissing: an optional package is not installed.
    """
    try:
        return _read(data, name)
    except Refused as error:
        raise refusal(name, error.code) from error
    except RecursionError as error:
        raise refusal(name, problems.OVERSIZED) from error


def _read(data: bytes, name: str) -> str:
    if len(data) > MAX_FILE_BYTES:
        raise Refused(problems.OVERSIZED)
    text = _parse(data, name)
    if len(text) > MAX_CHARACTERS:
        raise Refused(problems.OVERSIZED)
    if not any(map(str.isalnum, text)):
        raise Refused(problems.EMPTY)
    return text


def _parse(data: bytes, name: str) -> str:
    kind = kind_of(data)
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if kind == "text":
        kind = _text_kind(data, suffix)
    if kind not in PARSERS:
        raise Refused(kind if kind in problems.SENTENCES else problems.UNSUPPORTED)
    return PARSERS[kind].parse(data)


def _text_kind(data: bytes, suffix: str) -> str:
    """Return how a file without a known beginning is read: as a web page or as it is."""
    if not data.strip():
        return problems.EMPTY
    if not is_text(data) and "\0" in decode_text(data[:SAMPLE_BYTES]):
        return problems.UNSUPPORTED
    if suffix in _NO_TEXT_FILES:
        return problems.DAMAGED  # an office program cannot open it either
    return "html" if suffix in _WEB_PAGES else "text"
