"""The text of a ZIP archive that an office program wrote; other archives are refused by kind."""

from collections.abc import Sequence

from essay_scorer.documents import problems
from essay_scorer.documents.office_archive import OfficeArchive
from essay_scorer.documents.open_document import odt_text
from essay_scorer.documents.problems import Refused
from essay_scorer.documents.word_document import docx_text


def office_text(data: bytes) -> str:
    """Return the text of a Word or OpenDocument file.

    Raises:
        Refused: it is another archive, or cannot be read.
    """
    archive = OfficeArchive(data)
    kind = kind_of_names(archive.names(), (archive.read("mimetype") or b"").decode("latin-1"))
    match kind:
        case "docx":
            return docx_text(archive)
        case "odt":
            return odt_text(archive)
        case "xlsx":
            raise Refused(problems.SPREADSHEET)
    raise Refused(kind)


def kind_of_names(names: Sequence[str], declared: str = "") -> str:
    """Return what an archive holds, by the names of its parts.

    Args:
        names: of the parts.
        declared: the content of its part ``mimetype``.

    Returns:
        "docx", "odt", "xlsx", or the code of why it is no document; ``ARCHIVE`` if it is an
        ordinary one.
    """
    lower = [name.replace("\\", "/").lstrip("/").lower() for name in names]
    if "spreadsheet" in declared:
        return problems.SPREADSHEET
    if "opendocument.text" in declared or (
        not declared and {"content.xml", "styles.xml"} <= {*lower}
    ):
        return "odt"
    if declared or any(name.startswith(("ppt/", "index/document.iwa")) for name in lower):
        return problems.UNSUPPORTED
    if any(name.startswith("xl/") for name in lower):
        return "xlsx"
    is_word = "[content_types].xml" in lower or "word/document.xml" in lower
    return "docx" if is_word else problems.ARCHIVE
