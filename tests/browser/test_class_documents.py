"""A class from documents: many files, folders, and the ZIP files of learning platforms."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.class_files import docx, drop_folder, essay, open_files, zip_file
from tests.browser.fake_server import FakeServer, result
from tests.browser.page_actions import OpenPage, reload_class, student_names, wait_for_status
from tests.browser.word_files import compound_file

CASES = Path(__file__).parent / "cases"
JUNK = {
    "__MACOSX/._a.docx": b"junk",
    ".DS_Store": b"\0\0\0\1Bud1",
    "Thumbs.db": compound_file("Thumbs"),
    "~$a.docx": b"\5User",
}


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page("#class")


def names(page: Page) -> list[str]:
    page.locator("#import-list li").first.wait_for()
    return page.locator("#import-list strong").all_inner_texts()


def notes(page: Page) -> list[str]:
    return page.locator("#table-notes li").all_inner_texts()


def score(page: Page) -> list[str]:
    """Score the class, and return the texts that were sent."""
    server = FakeServer.install(page, result())
    page.get_by_role("button", name="Score all essays").click()
    wait_for_status(page)
    return sorted(request["text"] for request in server.requests)


def test_thirty_word_files_are_a_class_of_thirty(page: Page) -> None:
    open_files(page, {f"Student {n:02}.docx": docx(essay(n)) for n in range(30)})
    assert names(page) == [f"Student {n:02}" for n in range(30)]
    expect(page.locator("#essay-count")).to_have_text("30 essays in 30 documents.")
    expect(page.locator("#import-list li").first).to_contain_text("43 words, 1 paragraph")
    assert score(page) == sorted(essay(n) for n in range(30))


REFUSED = {
    "photo.docx": (b"\x89PNG\r\n\x1a\n" + bytes(50), "This is an image."),
    "phone.heic": (b"\0\0\0\x18ftypheic" + bytes(50), "This is an image."),
    "old.doc": (compound_file("WordDocument"), "old version of Word"),
    "empty.docx": (docx(""), "There is no text in this file."),
    "nothing.txt": (b"", "There is no text in this file."),
    "setup.txt": (b"MZ\x90\0" + bytes(80), "This file is a program, not an essay."),
    "marks.csv": (b"name,essay\nAda,One.\n", "This is a table, not an essay."),
    "list.xlsx": ((CASES / "class.xlsx").read_bytes(), "This is a table, not an essay."),
    "scan.pdf": ((CASES / "scan.pdf").read_bytes(), "This PDF is a scan"),
    "broken.docx": (docx(essay(1))[:-40], "This file can’t be read"),
    "sound.mp3": (b"ID3\x04\0" + bytes(50), "sound or video"),
    "all.rar": (b"Rar!\x1a\x07\0" + bytes(50), "This kind of archive"),
}


def test_a_file_that_cannot_be_read_is_named_and_does_not_stop_the_others(page: Page) -> None:
    files = {name: content for name, (content, _) in REFUSED.items()}
    open_files(page, {"Ann.docx": docx(essay(1)), **files, "Bob.txt": essay(2).encode()})
    assert names(page) == ["Ann", "Bob"]
    found = notes(page)
    assert f"{len(REFUSED)} files can’t be read:" in found
    for name, (_, reason) in REFUSED.items():
        assert any(note.startswith(f"{name}: ") and reason in note for note in found), name
    assert score(page) == sorted([essay(1), essay(2)])


@pytest.mark.parametrize("name", sorted(REFUSED.keys() - {"marks.csv", "list.xlsx"}))
def test_a_single_file_without_essays_is_refused(page: Page, name: str) -> None:
    content, reason = REFUSED[name]
    open_files(page, {name: content})
    expect(page.locator("#class-error")).to_contain_text(reason)
    expect(page.locator("#column-form")).to_be_hidden()


MOODLE = {
    "Ann Lee_12345_assignsubmission_file_/essay.docx": docx(essay(1)),
    "Ann Lee_12345_assignsubmission_onlinetext_/onlinetext.html": b"<p></p>",
    "Bob Ray_12346_assignsubmission_onlinetext_/onlinetext.html": (
        f"<p>{essay(2)}</p><p>{essay(3)}</p>".encode()
    ),
    "Cy Fox_12347_assignsubmission_file_/one.docx": docx(essay(4)),
    "Cy Fox_12347_assignsubmission_file_/two.rtf": b"{\\rtf1 %b}" % essay(5).encode(),
    "Élise Du Pré_12348_assignsubmission_file_copie.txt": essay(6).encode(),
    "Dan Orr_12349_assignsubmission_file_/a.docx": docx(essay(7)),
    "Dan Orr_12349_assignsubmission_file_/a.txt": essay(7).encode(),
}
CANVAS = {
    "leeann_123_456_My essay.docx": docx(f"Ann Lee\n\n4 March 2026\n\n{essay(1)}"),
    "rayb_LATE_124_457_title-1.docx": docx(essay(2)),
    "foxcy_125_text.html": f"<p>{essay(3)}</p>".encode(),
}
DRIVE = {
    "Essay/Ann Lee - Essay 2.docx": docx(essay(1)),
    "Essay/Bob Ray - Essay 2.docx": docx(essay(2)),
    "Essay/late/Cy Fox - Essay 2.docx": docx(essay(3)),
}
FOLDERS = {
    "8b/Ann Lee/essay.docx": docx(essay(1)),
    "8b/Bob Ray/essay.docx": docx(essay(2)),
    "8b/Cy Fox/final/essay.pdf": (CASES / "spaced.pdf").read_bytes(),
}
PLATFORMS: dict[str, tuple[Mapping[str, bytes], list[str]]] = {
    "Moodle": (MOODLE, ["Ann Lee", "Bob Ray", "Cy Fox", "Dan Orr", "Élise Du Pré"]),
    "Canvas": (CANVAS, ["foxcy", "Ann Lee", "rayb"]),
    "Drive": (DRIVE, ["Ann Lee", "Bob Ray", "Cy Fox"]),
}


@pytest.mark.parametrize("name", PLATFORMS)
def test_the_zip_file_of_a_platform_is_a_class_with_its_names(page: Page, name: str) -> None:
    files, expected = PLATFORMS[name]
    nested = {"more.zip": zip_file({"x.txt": essay(9)})}
    open_files(page, {"class.zip": zip_file({**files, **JUNK, **nested})})
    assert names(page) == expected
    expect(page.locator("#essay-count")).to_have_text(f"{len(expected)} essays in class.zip.")
    found = notes(page)
    assert "4 system files were skipped." in found
    assert any(note.startswith("more.zip: This is a ZIP file in a ZIP file") for note in found)
    texts = score(page)
    assert student_names(page) == expected
    if name == "Moodle":
        assert f"{essay(4)}\n\n{essay(5)}" in texts
        assert f"{essay(2)}\n\n{essay(3)}" in texts
        assert "The files of one student were joined: Cy Fox." in found
        assert any("a.txt" in note and "same text" in note for note in found)
    if name == "Canvas":
        assert essay(1) in texts  # without the heading


@pytest.mark.parametrize("files", [DRIVE, FOLDERS], ids=["names of files", "names of folders"])
def test_a_folder_that_is_dropped_is_a_class(page: Page, files: Mapping[str, bytes]) -> None:
    drop_folder(page, {**files, "8b/.DS_Store": b"\0\0\0\1Bud1"})
    assert names(page) == ["Ann Lee", "Bob Ray", "Cy Fox"]
    assert len(score(page)) == 3


def test_a_folder_can_be_chosen(page: Page, tmp_path: Path) -> None:
    for path, content in DRIVE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    page.locator("#class-folder").set_input_files(tmp_path / "Essay")
    assert names(page) == ["Ann Lee", "Bob Ray", "Cy Fox"]
    expect(page.locator("#essay-count")).to_have_text("3 essays in Essay.")


def test_a_class_of_documents_keeps_its_names_over_a_reload(page: Page) -> None:
    open_files(page, {"Ann.docx": docx(essay(1)), "Bob.docx": docx(essay(2))})
    score(page)
    reload_class(page)
    page.locator("#class-table-body th").first.wait_for()
    assert sorted(student_names(page)) == ["Ann", "Bob"]


def test_several_files_are_no_single_essay(open_page: OpenPage) -> None:
    page = open_page()
    data = page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " for (const name of ['a.txt', 'b.txt']) data.items.add(new File(['One.'], name));"
        " return data; }"
    )
    page.locator("#essay-text").dispatch_event("drop", {"dataTransfer": data})
    expect(page.locator("#essay-error")).to_have_text(
        "You chose several files. Open them under “Whole class”."
    )
    expect(page.locator("#essay-text")).to_have_value("")
