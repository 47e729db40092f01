"""Essay files: read in the browser, by dialog or drag and drop."""

import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.page_actions import ESSAY, HOSTILE, OpenPage
from tests.browser.word_files import compound_file


def _docx(
    *paragraphs: str, compression: int = zipfile.ZIP_DEFLATED, member: str = "word/document.xml"
) -> bytes:
    runs = "".join(f"<w:p><w:r>{text}</w:r></w:p>" for text in paragraphs)
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", compression) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        body = f'<w:document xmlns:w="{w}" xmlns:mc="{mc}"><w:body>{runs}</w:body></w:document>'
        file.writestr(member, body)
    return archive.getvalue()


WORD = _docx(
    "<w:t>One &amp; </w:t><w:tab/><w:t>two é</w:t>",
    "",
    "<w:t>Three</w:t><w:br/><w:t>four</w:t><w:delText>gone</w:delText>",
    "<mc:Fallback><w:t>a copy</w:t></mc:Fallback>",
)
ACCEPTED = {
    "plain.txt": ("One é.\n\nTwo.".encode(), "One é.\n\nTwo."),
    "UPPER.TXT": (b"One.", "One."),
    "cp1252.txt": ("Café “one”".encode("cp1252"), "Café “one”"),
    "utf8-bom.txt": ("\ufeffCafé".encode(), "Café"),
    "utf16.txt": ("Café".encode("utf-16"), "Café"),
    "notes.md": (b"# One\n\ntwo", "# One\n\ntwo"),
    "mixed.txt": ("Café.\n".encode() + "Café.".encode("cp1252"), "Café.\nCafé."),
    "utf16le-bare.txt": ("Café.".encode("utf-16le"), "Café."),
    "hostile.txt": (HOSTILE.encode(), HOSTILE),
    "page.html": (
        f"<title>No</title><p>One&nbsp;é.{HOSTILE}<br>Two.</p>".encode(),
        "One é.\nTwo.",
    ),
    "essay.docx": (WORD, "One & \ttwo é\n\nThree\nfour"),
    "no suffix": (b"One.", "One."),
    "a word file.txt": (WORD, "One & \ttwo é\n\nThree\nfour"),
    "stored.docx": (_docx("<w:t>One.</w:t>", compression=zipfile.ZIP_STORED), "One."),
}
REJECTED = {
    "essay.pdf": (b"%PDF-1.7", "This file can’t be read"),
    "essay.odt": (b"PK\x03\x04", "This file can’t be read"),
    "essay.rtf": (b"{\\rtf1 }", "There is no text in this file."),
    "essay.doc": (
        compound_file("WordDocument"),
        "This file is from an old version of Word (.doc).",
    ),
    "photo.docx": (b"\x89PNG\r\n\x1a\n" + bytes(99), "This is an image."),
    "essay.txt": (b"\x7fELF" + bytes(99), "This file is a program, not an essay."),
    "table.csv": (b"name,essay\nAda,One.\n", "This is a table, not an essay."),
    "data.txt": (bytes(range(32)) * 9, "This type of file can’t be opened."),
    "words.txt": (b" \n ... ", "There is no text in this file."),
    "locked.docx": (compound_file("EncryptedPackage"), "protected by a password"),
    "broken.docx": (b"PK\x03\x04 no archive", "This file can’t be read"),
    "empty.docx": (b"", "There is no text in this file."),
    "truncated.docx": (WORD[:-30], "This file can’t be read"),
    "spreadsheet.docx": (
        _docx("<w:t>One.</w:t>", member="xl/workbook.xml"),
        "This is a table, not an essay.",
    ),
}


def _choose_file(page: Page, name: str, content: bytes) -> None:
    file: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(file)


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_text_of_a_file_is_extracted_in_the_browser(open_page: OpenPage, name: str) -> None:
    page = open_page()
    content, text = ACCEPTED[name]
    _choose_file(page, name, content)
    expect(page.get_by_label("Essay", exact=True)).to_have_value(text)


@pytest.mark.parametrize("name", REJECTED)
def test_a_file_without_text_is_rejected_with_a_message(open_page: OpenPage, name: str) -> None:
    page = open_page()
    page.get_by_label("Essay", exact=True).fill(ESSAY)
    content, message = REJECTED[name]
    _choose_file(page, name, content)
    expect(page.get_by_role("alert")).to_contain_text(message)
    expect(page.get_by_label("Essay", exact=True)).to_have_value(ESSAY)


def test_a_file_that_is_too_large_is_not_read(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(20 * 2**20 + 1)
    page.locator("#essay-file").set_input_files(path)
    expect(page.get_by_role("alert")).to_contain_text("This file is too large.")


def test_a_word_file_with_malformed_xml_is_rejected(
    open_page: OpenPage, page_errors: list[str]
) -> None:
    page = open_page()
    _choose_file(page, "essay.docx", _docx("<w:t>"))
    expect(page.get_by_role("alert")).to_contain_text("This file can’t be read")
    # Chromium's own report of malformed XML has inline styles, which the policy forbids.
    assert all("inline style" in message for message in page_errors)
    page_errors.clear()


@pytest.mark.parametrize("target", ["#essay-text", "footer"])
def test_a_dropped_file_never_replaces_the_page(open_page: OpenPage, target: str) -> None:
    page = open_page()
    data = page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " data.items.add(new File(['Dropped text.'], 'essay.txt')); return data; }"
    )
    drop = "node => node.dispatchEvent(new DragEvent('drop', {bubbles: true, cancelable: true}))"
    assert page.locator(target).evaluate(drop) is False  # the browser's default is prevented
    page.locator(target).dispatch_event("drop", {"dataTransfer": data})
    text = "Dropped text." if target == "#essay-text" else ""
    expect(page.get_by_label("Essay", exact=True)).to_have_value(text)


def test_typed_text_that_a_file_replaces_comes_back(open_page: OpenPage) -> None:
    page = open_page()
    essay, notice = page.get_by_label("Essay", exact=True), page.locator("#replacement")
    _choose_file(page, "one.txt", b"One.")
    expect(essay).to_have_value("One.")
    expect(notice).to_be_hidden()  # nothing was lost
    essay.fill(ESSAY)
    _choose_file(page, "two.txt", b"Two.\r\nLines.")
    expect(notice).to_contain_text("The text of two.txt has replaced your previous text.")
    expect(page.locator("#announcer")).to_contain_text("two.txt")
    essay.press("End")
    essay.press_sequentially("!")
    page.get_by_role("button", name="Undo").click()
    expect(essay).to_have_value(ESSAY)
    expect(essay).to_be_focused()
    expect(notice).to_contain_text("Your previous text is back.")
    page.get_by_role("button", name="Undo").click()
    expect(essay).to_have_value("Two.\nLines.!")  # with what was typed after opening it


def test_ctrl_z_undoes_what_was_typed_and_then_the_file(open_page: OpenPage) -> None:
    page = open_page()
    essay = page.get_by_label("Essay", exact=True)
    essay.press_sequentially("Typed.")
    _choose_file(page, "two.txt", b"Two.")
    expect(essay).to_have_value("Two.")
    essay.press("Control+End")
    essay.press_sequentially("!")
    essay.press("Control+z")
    expect(essay).to_have_value("Two.")
    essay.press("Control+z")
    expect(essay).to_have_value("Typed.")
    expect(page.locator("#word-count")).to_have_text("1 word, 1 paragraph")


def test_a_file_can_be_pasted_but_text_is_pasted_as_text(open_page: OpenPage) -> None:
    page = open_page()
    paste = (
        "(node, text) => { const data = new DataTransfer();"
        " data.items.add(new File(['<p>One.</p><p>Two.</p>'], 'essay.html'));"
        " if (text) data.setData('text/plain', text);"
        " return node.dispatchEvent(new ClipboardEvent('paste',"
        " {clipboardData: data, bubbles: true, cancelable: true})); }"
    )
    essay = page.locator("#essay-text")
    assert essay.evaluate(paste, "Text of a word processor, with a picture of it") is True
    expect(essay).to_have_value("")
    assert essay.evaluate(paste, "") is False  # the browser's default is prevented
    expect(essay).to_have_value("One.\n\nTwo.")
