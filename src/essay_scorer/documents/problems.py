"""Why a document has no text that can be read: a code for programs, and a sentence for people."""

from collections.abc import Mapping

from essay_scorer.errors import DocumentError

PASSWORD = "password_protected"  # noqa: S105 - a code
OLD_WORD = "old_word_file"
SCANNED = "scanned_document"
PICTURE = "picture"
SPREADSHEET = "spreadsheet"
ARCHIVE = "archive"
UNSUPPORTED = "unsupported_file"
SHORTCUT = "shortcut_file"
EMBEDDED = "embedded_document"
EMPTY = "empty_document"
OVERSIZED = "document_too_large"
DAMAGED = "damaged_file"

# Each follows the name of the file.
SENTENCES: Mapping[str, str] = {
    PASSWORD: "is protected with a password; save it without one",
    OLD_WORD: "is a file of an old version of Word (.doc); save it as .docx",
    SCANNED: "has pages without text, such as scans; only a PDF with text can be read",
    PICTURE: "is a picture; only text can be read",
    SPREADSHEET: "is a spreadsheet; save a list of essays as .xlsx or CSV, and an essay as .docx",
    ARCHIVE: "is an archive or compressed; unpack it (`batch` reads a class in a ZIP file)",
    UNSUPPORTED: "is not a document that can be read; save it as .docx, .odt, .pdf, .rtf or .txt",
    SHORTCUT: "only refers to a document in Google Drive; download the document as .docx",
    EMBEDDED: "has a part in another file or format; save it as one .docx document",
    EMPTY: "has no text",
    OVERSIZED: "is far larger than one essay; split it",
    DAMAGED: "cannot be read; it may be damaged",
}


def refusal(name: str, code: str) -> DocumentError:
    """Return the error of a document.

    Args:
        name: of the file.
        code: one of ``SENTENCES``.
    """
    return DocumentError(code, f"{name} {SENTENCES[code]}.")


class Refused(Exception):
    """A parser found why the document cannot be read; ``code`` is one of ``SENTENCES``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
