"""The format of an input, by its first bytes: names lie."""

import errno
import os
import zipfile
from pathlib import Path

from essay_scorer.documents import problems
from essay_scorer.documents.kinds import kind_of
from essay_scorer.documents.office_file import kind_of_names
from essay_scorer.documents.problems import SENTENCES, refusal
from essay_scorer.documents.zip_errors import OPEN_ERRORS
from essay_scorer.errors import FileError
from essay_scorer.tables.formats import DOCUMENTS, PIPE, SUFFIXES, format_of

_SAMPLE_BYTES = 1 << 16
_TEXT_FORMATS = ("csv", "tsv", "jsonl")
# Programs give these names to text that Excel opens, too.
_WORKBOOKS = (".xlsx", ".xls")
_PAGES = ("html", "mht")
_MAYBE_TEXT = ("text", "html", "mht", "flat_odt", problems.SHORTCUT, problems.UNSUPPORTED)


def input_format(name: str, asked: str | None) -> str:
    """Return the format of a file, a folder or a pipe.

    Args:
        name: of the file or folder, or ``PIPE``.
        asked: the format that the user named, for a file whose content and suffix do not tell it.

    Returns:
        One of ``formats.FORMATS``, or ``DOCUMENTS``.

    Raises:
        FileError: it cannot be read, is of no format, or none can be told.
    """
    path = Path(name)
    if name != PIPE and path.is_dir():
        return DOCUMENTS
    if name != PIPE and not path.exists():
        raise FileError(f"{path} cannot be read: {os.strerror(errno.ENOENT)}.")
    if name == PIPE or not path.is_file():  # a pipe or a device can be read only once
        return format_of(name, asked)
    kind = _kind(path)
    named = SUFFIXES.get(path.suffix.lower())
    if kind in _MAYBE_TEXT and (named in _TEXT_FORMATS or asked in _TEXT_FORMATS):
        return format_of(name, asked)
    is_workbook = path.suffix.lower() in _WORKBOOKS
    if kind == "text":
        return "csv" if is_workbook else format_of(name, asked)
    if is_workbook and kind in _PAGES:
        raise refusal(name, problems.SPREADSHEET)
    if kind in ("xlsx", "parquet"):
        return kind
    if kind in SENTENCES:
        raise refusal(name, kind)
    return DOCUMENTS


def is_collection(name: str) -> bool:
    """Return whether an input of the format ``DOCUMENTS`` holds several: a folder or an archive."""
    path = Path(name)
    return path.is_dir() or _kind(path) == "zip"


def _kind(path: Path) -> str:
    """Return what a file holds, as ``kind_of`` does; of archives, what is in them."""
    try:
        with path.open("rb") as file:
            kind = kind_of(file.read(_SAMPLE_BYTES))
        if kind != "zip":
            return kind
        with zipfile.ZipFile(path) as archive:
            inner = kind_of_names(archive.namelist())
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    except OPEN_ERRORS as error:
        raise FileError(f"{path} is a ZIP archive that is damaged.") from error
    return "zip" if inner == problems.ARCHIVE else inner
