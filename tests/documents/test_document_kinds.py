"""What files are read as text, and which are refused with one sentence."""

import codecs

import pytest

from essay_scorer.documents import problems
from essay_scorer.documents.reading import read_document
from essay_scorer.errors import DocumentError
from tests.browser.word_files import compound_file

TEXTS = {
    "UTF-8": "Café.".encode(),
    "a byte order mark": codecs.BOM_UTF8 + "Café.".encode(),
    "Windows-1252": "Café.".encode("cp1252"),
    "UTF-16": "Café.".encode("utf-16"),
    "UTF-16 without a mark": "Café.".encode("utf-16-le"),
    "UTF-16, big-endian": codecs.BOM_UTF16_BE + "Café.".encode("utf-16-be"),
}
REFUSED = {
    "encrypted": (compound_file("EncryptedPackage"), problems.PASSWORD),
    "an old Word file": (compound_file("WordDocument"), problems.OLD_WORD),
    "an old spreadsheet": (compound_file("Workbook"), problems.SPREADSHEET),
    "a photo": (b"\xff\xd8\xff\xe0\0\x10JFIF", problems.PICTURE),
    "a screenshot": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", problems.PICTURE),
    "a phone's photo": (b"\0\0\0\x18ftypheic\0\0\0\0", problems.PICTURE),
    "a compressed file": (b"\x1f\x8b\x08\0abc", problems.ARCHIVE),
    "a program": (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", problems.UNSUPPORTED),
    "a link to Google Docs": (
        b'{"url":"https://docs.google.com/open?id=1","doc_id":"1"}',
        problems.SHORTCUT,
    ),
    "an empty file": (b"", problems.EMPTY),
    "blank lines": (b" \n\n", problems.EMPTY),
    "a damaged PDF": (b"%PDF-1.7\n", problems.DAMAGED),
    "text in a Word file's name": (b"An essay.", problems.DAMAGED),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_read_in_its_encoding(name: str) -> None:
    assert read_document(TEXTS[name], "essay.txt") == "Café."
    assert read_document(TEXTS[name], "essay.md") == "Café."


@pytest.mark.parametrize("what", REFUSED)
def test_other_files_are_refused_with_one_sentence(what: str) -> None:
    data, code = REFUSED[what]
    with pytest.raises(DocumentError) as refused:
        read_document(data, "essay.docx")
    assert refused.value.code == code
    assert str(refused.value).startswith("essay.docx ")
    assert str(refused.value).endswith(".")


def test_punctuation_is_no_text() -> None:
    with pytest.raises(DocumentError, match=r"^essay\.txt has no text\.$"):
        read_document(b" ... \n", "essay.txt")


def test_a_word_that_begins_like_a_picture_is_text() -> None:
    for text in ("BM is a company.", "GIFs are pictures.", "MMX was a year.", "{rtf} is a word."):
        assert read_document(text.encode(), "essay.txt") == text


def test_html_becomes_paragraphs_and_text_that_shows_tags_stays() -> None:
    page = b"<title>No</title><p>One&nbsp;&eacute;.<br>Two.</p><ul><li>Three</ul><!-- no -->"
    assert read_document(page, "essay.html") == "One é.\nTwo.\n\nThree"
    shown = "A <b> tag is bold, and a <p> tag begins a paragraph."
    assert read_document(shown.encode(), "essay.txt") == shown


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (r"{\rtf1\ansi One.\par Two.}", "One.\n\nTwo."),
        (r"{\rtf1\ansi One\line two.}", "One\ntwo."),
        (r"{\rtf1\ansi Caf\'e9 \u8217?s \u-10179?\u-8704?.}", "Café ’s 😀."),
        (r"{\rtf1\ansi\uc2 \u8217\'81\'66s.}", "’s."),
        (r"{\rtf1\ansi\ansicpg1251 \'cf\'f0.}", "Пр."),
        (r"{\rtf1\ansi{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}\f1 \'cf\f0 \'e9.}", "Пé."),
        (r"{\rtf1\ansi One {\deleted gone }two{\v hidden}.}", "One two."),
        (r"{\rtf1\ansi One{\footnote note} two.{\header head}{\*\unknown x}}", "One two."),
        (r"{\rtf1\ansi{\info{\title T}{\author A}}{\stylesheet{\s0 Normal;}}One.}", "One."),
        (r"{\rtf1\ansi{\pict\pngblip 89504e47}One.{\*\shppict{\pict 00}}}", "One."),
        (r"{\rtf1\ansi{\field{\*\fldinst HYPERLINK x}{\fldrslt this}}.}", "this."),
        (r"{\rtf1\ansi\{a\} \\ b\~c\_d\-e}", "{a} \\ b c-de"),
        (r"{\rtf1\ansi One\cell Two\cell\row Three.}", "One\n\nTwo\n\nThree."),
        (r"{\rtf1\ansi{\pict\bin9 }}}{{{}}}}One.}", "One."),
    ],
)
def test_rtf_is_read_as_word_shows_it(rtf: str, text: str) -> None:
    assert read_document(rtf.encode("latin-1"), "essay.docx") == text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>Text.</p>" + '<section role="doc-endnotes">' * 50_000, "Text."),
        ("<p>Text.</p>" + '<div id="ftn1">note</div>' * 20_000, "Text."),
        ("<p>Text.</p>" + "<!--" * 50_000, "Text.\n\n" + "<!--" * 50_000),
    ],
)
def test_a_web_page_takes_time_in_proportion_to_its_size(page: str, text: str) -> None:
    assert read_document(page.encode(), "essay.html") == text


@pytest.mark.parametrize("hostile", ["{" * 2_000_000, r"{\*" * 500_000, r"\'" * 1_000_000])
def test_hostile_rtf_ends_in_one_sentence(hostile: str) -> None:
    with pytest.raises(DocumentError):
        read_document(b"{\\rtf1 " + hostile.encode(), "essay.rtf")
