"""The documents of a folder or of a ZIP archive, one at a time; nothing is extracted to disk."""

import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from essay_scorer.documents import problems
from essay_scorer.documents.problems import refusal
from essay_scorer.documents.reading import MAX_FILE_BYTES, read_document
from essay_scorer.documents.submission_names import Submission, name_submissions
from essay_scorer.documents.zip_errors import ENTRY_ERRORS, OPEN_ERRORS
from essay_scorer.errors import DocumentError, FileError

MAX_DOCUMENTS = 100_000
_IS_ENCRYPTED, _IS_UTF8 = 1, 0x800  # flags of an entry
_MAX_NAMED = 3  # skipped files in a note

_SYSTEM_FILES = re.compile(r"(?i)\.[^.].*|~\$.*|~.*\.tmp|thumbs\.db|desktop\.ini|icon\r?")
_TABLES = frozenset(
    {".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xlsm", ".xls", ".ods"}
    | {".checkpoint", ".checkpoint-journal", ".part"}  # of a batch that writes its output here
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document of a collection.

    Attributes:
        submission: its path, and who wrote it.
        read: returns its bytes.
    """

    submission: Submission
    read: Callable[[], bytes]

    def text(self) -> str:
        """Return its text.

        Raises:
            DocumentError: it cannot be read.
        """
        return read_document(self.read(), self.submission.file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """The documents of a folder or an archive.

    Attributes:
        documents: sorted by path.
        notes: which files were skipped, for people.
        close: closes the archive.
    """

    documents: Sequence[Document]
    notes: tuple[str, ...]
    close: Callable[[], None]


def open_collection(name: str) -> Collection:
    """List the documents of a folder or a ZIP archive.

    Raises:
        FileError: it cannot be read, or has no document.
    """
    path = Path(name)
    if path.is_dir():
        files, close = dict(_folder_files(path)), _nothing
    else:
        archive = _open_archive(path)
        files, close = dict(_archive_files(archive)), archive.close
    return _collect(name, files, close)


def open_single(name: str) -> Collection:
    """Return a collection of one document."""
    path = Path(name)
    return _collect(name, {path.name: lambda: _read_file(path, path.name)}, _nothing)


def _nothing() -> None:
    pass


def _collect(
    name: str, files: dict[str, Callable[[], bytes]], close: Callable[[], None]
) -> Collection:
    if len(files) > MAX_DOCUMENTS:
        raise FileError(f"{name} has over {MAX_DOCUMENTS:,} files; split it.")
    kept = sorted((file for file in files if not _is_skipped(file)), key=_sort_key)
    if not kept:
        raise FileError(f"{name} has no documents.")
    named = name_submissions(kept)
    documents = [Document(submission=one, read=files[one.file]) for one in named]
    return Collection(documents=documents, notes=_notes(files, set(kept)), close=close)


def _is_skipped(file: str) -> bool:
    """Return whether a file is no essay: one of an operating system's, or a table."""
    parts = PurePosixPath(file).parts
    if "__MACOSX" in parts or any(_SYSTEM_FILES.fullmatch(part) for part in parts):
        return True
    return PurePosixPath(file).suffix.lower() in _TABLES


def _notes(
    files: Sequence[str] | dict[str, Callable[[], bytes]], kept: set[str]
) -> tuple[str, ...]:
    skipped = [file for file in files if file not in kept]
    if not skipped:
        return ()
    named = ", ".join(PurePosixPath(file).name for file in skipped[:_MAX_NAMED])
    more = ", …" if len(skipped) > _MAX_NAMED else ""
    what = "file that is" if len(skipped) == 1 else "files that are"
    return (f"skipped {len(skipped):,} {what} no essay: {named}{more}",)


def _sort_key(file: str) -> list[tuple[int, str]]:
    """Return a key by which ``essay 2`` comes before ``essay 10``."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part.casefold())
        for part in re.split(r"([0-9]{1,18})", file)
    ]


def _folder_files(folder: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    for path in folder.rglob("*"):
        if path.is_file():
            file = path.relative_to(folder).as_posix()
            yield file, lambda path=path, file=file: _read_file(path, file)  # type: ignore[misc]


def _read_file(path: Path, file: str) -> bytes:
    try:
        with path.open("rb") as opened:
            data = opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}."
        raise DocumentError(problems.DAMAGED, message) from error
    return data


def _open_archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    except OPEN_ERRORS as error:
        raise FileError(f"{path} is not a ZIP archive, or is damaged.") from error


def _archive_files(archive: zipfile.ZipFile) -> Iterator[tuple[str, Callable[[], bytes]]]:
    for entry in archive.infolist():
        if not entry.is_dir():
            file = _entry_name(entry)
            yield file, lambda entry=entry, file=file: _read_entry(archive, entry, file)  # type: ignore[misc]


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Return the path of an entry; some programs write UTF-8 and do not say so."""
    name = entry.filename.replace("\\", "/").lstrip("/")
    if not entry.flag_bits & _IS_UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return unicodedata.normalize("NFC", name)


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, file: str) -> bytes:
    if entry.flag_bits & _IS_ENCRYPTED:
        raise refusal(file, problems.PASSWORD)
    if entry.file_size > MAX_FILE_BYTES:
        raise refusal(file, problems.OVERSIZED)
    try:
        return archive.read(entry)
    except ENTRY_ERRORS as error:
        raise refusal(file, problems.DAMAGED) from error
