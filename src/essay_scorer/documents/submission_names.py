"""Who wrote a document, by the names that learning platforms and drives give to files."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

# Moodle: "Ann Lee_12345_assignsubmission_file_", a folder or the beginning of a file's name.
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+(?:_.*)?", re.DOTALL)
# Canvas: "leeann_LATE_123_456_My essay.docx", or "leeann_123_text.html" for typed answers.
_CANVAS = re.compile(
    r"(?P<name>[^_\d][^_]*)_(?:LATE_)?(?P<id>\d+)_(?:\d+_.+|text\.html?)", re.DOTALL
)
# Google Classroom: "Ann Lee - My essay.docx".
_CLASSROOM = re.compile(
    r"(?P<name>[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,3}) [-–] .+", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A document, and who wrote it.

    Attributes:
        file: its path in the folder or archive, with slashes.
        name: of the writer, as far as the path tells it.
        identifier: the platform's, of the writer or of the submission; empty without one.
    """

    file: str
    name: str
    identifier: str = ""


def name_submissions(files: Sequence[str]) -> list[Submission]:
    """Return who wrote which document.

    Args:
        files: paths with slashes.
    """
    named = [_by_platform(file) for file in files]
    others = [file for file, found in zip(files, named, strict=True) if found is None]
    names = iter(_by_path(others))
    return [
        found or Submission(file=file, name=next(names))
        for file, found in zip(files, named, strict=True)
    ]


def _by_platform(file: str) -> Submission | None:
    """Return what a platform wrote into the path; None if none of them did."""
    parts = PurePosixPath(file).parts
    for part in reversed(parts):
        if found := _MOODLE.fullmatch(part):
            return _submission(file, found["name"], found["id"])
    if found := _CANVAS.fullmatch(parts[-1]):
        return _submission(file, found["name"], found["id"])
    if found := _CLASSROOM.fullmatch(PurePosixPath(parts[-1]).stem):
        return _submission(file, found["name"])
    return None


def _submission(file: str, name: str, identifier: str = "") -> Submission:
    tidy = " ".join(unicodedata.normalize("NFC", name).replace("_", " ").split())
    return Submission(file=file, name=tidy, identifier=identifier)


def _by_path(files: Sequence[str]) -> list[str]:
    """Return the files' names without suffixes, or of their folders where files share a name."""
    stems = [PurePosixPath(file).stem for file in files]
    shared = {stem for stem, count in Counter(stems).items() if count > 1}
    common = _common_folders(files)
    names = []
    for file, stem in zip(files, stems, strict=True):
        folders = PurePosixPath(file).parts[common:-1]
        names.append(folders[0] if stem in shared and folders else stem)
    return [_submission("", name).name for name in names]


def _common_folders(files: Sequence[str]) -> int:
    """Return how many folders all paths begin with."""
    parents = [PurePosixPath(file).parts[:-1] for file in files]
    common = 0
    for parts in zip(*parents, strict=False):
        if len(set(parts)) > 1:
            break
        common += 1
    return common
