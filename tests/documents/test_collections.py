"""Folders and ZIP files of documents: who wrote what, and which files are no essays."""

import io
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from essay_scorer.documents.collection import Collection, open_collection
from essay_scorer.documents.submission_names import name_submissions
from essay_scorer.errors import DocumentError, FileError
from tests.browser.word_bodies import paragraph, run
from tests.browser.word_files import word_file


@pytest.mark.parametrize(
    ("file", "name", "identifier"),
    [
        ("Ann Lee_12345_assignsubmission_file_/essay.docx", "Ann Lee", "12345"),
        ("Ann Lee_12345_assignsubmission_file_essay.docx", "Ann Lee", "12345"),
        ("Zoë O’Hara-Díaz_7_assignsubmission_onlinetext_/onlinetext.html", "Zoë O’Hara-Díaz", "7"),
        ("Class 3b/Ann Lee_12345_assignsubmission_file_/drafts/essay 2.docx", "Ann Lee", "12345"),
        ("leeann_123_456_My essay.docx", "leeann", "123"),
        ("leeann_LATE_123_456_My_essay-1.docx", "leeann", "123"),
        ("leeann_123_text.html", "leeann", "123"),
        ("Essay 1/Ann Lee - Essay 1.docx", "Ann Lee", ""),
        ("Essay 1/Ann_Lee.docx", "Ann Lee", ""),
        ("1984 - a review.docx", "1984 - a review", ""),
    ],
)
def test_names_are_those_of_the_platform(file: str, name: str, identifier: str) -> None:
    (found,) = name_submissions([file])
    assert (found.file, found.name, found.identifier) == (file, name, identifier)


def test_folders_name_students_whose_files_have_one_name() -> None:
    files = ["Class/Ann Lee/essay.docx", "Class/Bob Roe/Version 1/essay.docx"]
    assert [one.name for one in name_submissions(files)] == ["Ann Lee", "Bob Roe"]


def _zip(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _folder(path: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


ESSAY = word_file(paragraph(run("An essay.")))
FILES = {
    "Ann/essay 10.docx": ESSAY,
    "Ann/essay 2.docx": ESSAY,
    "__MACOSX/Ann/._essay 2.docx": b"x",
    ".DS_Store": b"x",
    "Ann/~$essay 2.docx": b"x",
    "Thumbs.db": b"x",
    "scores.csv": b"id,text\n",
}


def _files(collection: Collection) -> list[str]:
    collection.close()
    return [one.submission.file for one in collection.documents]


def test_other_programs_files_are_skipped_and_the_rest_is_sorted(tmp_path: Path) -> None:
    for place in (_zip(tmp_path / "class.zip", FILES), _folder(tmp_path / "class", FILES)):
        collection = open_collection(str(place))
        assert _files(collection) == ["Ann/essay 2.docx", "Ann/essay 10.docx"]
        (note,) = collection.notes
        assert note.startswith("skipped 5 files that are no essay: ")


def test_a_path_that_leads_out_of_the_archive_is_a_name_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    (tmp_path / "in").mkdir()
    path = _zip(
        tmp_path / "in" / "class.zip", {"../../evil.txt": b"An essay.", "/etc/x.txt": b"B."}
    )
    collection = open_collection(str(path))
    assert [one.text() for one in collection.documents] == ["An essay.", "B."]
    collection.close()
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["class.zip", "in"]


def test_names_in_an_archive_are_read_as_their_program_wrote_them(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Zoe.txt", b"An essay.")
    mac = unicodedata.normalize("NFD", "Zoé")
    content = buffer.getvalue().replace(b"Zoe.txt", mac.encode().ljust(7, b"_")[:7])
    (tmp_path / "class.zip").write_bytes(content)
    collection = open_collection(str(tmp_path / "class.zip"))
    assert _files(collection)[0].startswith("Zoé")


def test_a_document_that_cannot_be_read_does_not_end_the_others(tmp_path: Path) -> None:
    bomb = bytes(65 * 2**20)
    files = {"a.txt": b"An essay.", "b.txt": bomb, "c.pdf": b"%PDF-1.4\n", "d.zip": b"PK\5\6"}
    collection = open_collection(str(_zip(tmp_path / "class.zip", files)))
    codes = []
    for document in collection.documents:
        try:
            document.text()
            codes.append("")
        except DocumentError as error:
            codes.append(error.code)
    collection.close()
    assert codes == ["", "document_too_large", "damaged_file", "damaged_file"]


def test_a_collection_without_documents_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 no archive")
    for name in ("empty", "broken.zip", "missing.zip"):
        with pytest.raises(FileError, match=name):
            open_collection(str(tmp_path / name))
