"""Files in the encodings of Windows, Excel for Mac, and East Asia, as the page reads them."""

import codecs

import pytest
from playwright.sync_api import Page, expect

from tests.browser.gradebook_actions import attach, download, enter, score_class
from tests.browser.page_actions import ESSAY, OpenPage, csv_bytes, open_table
from tests.browser.test_word_files import read
from tests.documents import national_texts
from tests.documents.national_texts import TEXTS

CODECS = {"macintosh": "mac-roman"}  # where Python and browsers have different names


def _encode(text: str, encoding: str) -> bytes:
    return text.encode(CODECS.get(encoding, encoding))


def _table(*rows: tuple[str, str], encoding: str, line_end: str = "\r\n") -> bytes:
    text = csv_bytes([("id", "texte"), *rows], delimiter=";", lineterminator=line_end).decode()
    return _encode(text, encoding)


def _drop(page: Page, selector: str, name: str, content: bytes) -> None:
    data = page.evaluate_handle(
        "([name, bytes]) => { const data = new DataTransfer();"
        " data.items.add(new File([Uint8Array.from(bytes)], name)); return data; }",
        [name, list(content)],
    )
    page.locator(selector).dispatch_event("drop", {"dataTransfer": data})


@pytest.mark.parametrize("encoding", TEXTS)
def test_an_essay_in_a_national_encoding_has_its_letters(
    open_page: OpenPage, encoding: str
) -> None:
    page = open_page()
    for text in TEXTS[encoding]:
        _drop(page, "#essay-text", "essay.txt", _encode(text, encoding))
        expect(page.get_by_label("Essay", exact=True)).to_have_value(text)


@pytest.mark.parametrize("encoding", TEXTS)
def test_a_class_in_a_national_encoding_has_its_letters(open_page: OpenPage, encoding: str) -> None:
    page = open_page("#class")
    for number, text in enumerate(TEXTS[encoding], 1):
        table = _table((f"Ada {number}", text), ("Bo", ESSAY), encoding=encoding)
        _drop(page, "#class-file", "6e.csv", table)
        expect(page.locator("#essay-preview")).to_have_text(text)


def test_a_table_of_excel_for_mac_has_its_rows(open_page: OpenPage) -> None:
    page = open_page("#class")
    rows = (("Zoé", national_texts.FRENCH), ("Noël", "Un élève a écrit ça."))
    open_table(page, _table(*rows, encoding="macintosh", line_end="\r"))
    expect(page.locator("#essay-count")).to_have_text("2 essays in class.csv.")
    expect(page.locator("#essay-preview")).to_have_text(national_texts.FRENCH)


def test_lines_in_utf_8_stay_among_lines_in_another_encoding(open_page: OpenPage) -> None:
    page = open_page()
    mixture = "One “café”.\n".encode() + "It’s — “naïve”.\n".encode("cp1252") + b"Plain.\n"
    assert read(page, mixture, "essay.txt") == "One “café”.\nIt’s — “naïve”.\nPlain.\n"
    russian = f"{national_texts.RUSSIAN}\n"
    mixture = "Был “café”.\n".encode() + russian.encode("cp1251")
    assert read(page, mixture, "essay.txt") == f"Был “café”.\n{russian}"


NAMES = {
    "cp1251": ["Иван Петров", "Ольга Смирнова", "Сергей Кузнецов", "Анна Попова", "Яна Соколова"],
    "cp1250": ["Paweł Wałęsa", "Michał Gałązka", "Żaneta Dąbrowska", "Józef Król"],
}


@pytest.mark.parametrize("encoding", NAMES)
def test_names_do_not_get_lost_in_english_essays(open_page: OpenPage, encoding: str) -> None:
    lines = "".join(f"{name};{ESSAY * 9}\r\n" for name in NAMES[encoding])
    assert read(open_page(), lines.encode(encoding), "essay.txt") == lines


IN_DOUBT = {
    "dashes in words": "School—students say—starts too early—far too early—and ends late.",
    "ligatures": "Mon cœur et ma sœur, l’œuvre… “Œdipe”, un nœud",
    "names": "Identifier;Name\n1;Pérez\n2;Šimon\n3;Müller\n4;Niccolò\n5;Ångström\n6;Žižek",
    "short": "Après la fête",
    "signs": "5 €… ———— §§ ••• ««»» ½½½ £££ 10 °°",
}


@pytest.mark.parametrize("name", IN_DOUBT)
def test_windows_1252_is_the_encoding_in_doubt(open_page: OpenPage, name: str) -> None:
    text = IN_DOUBT[name]
    assert read(open_page(), text.encode("cp1252"), "essay.txt") == text


def test_a_web_page_without_a_charset_is_in_the_encoding_of_its_letters(
    open_page: OpenPage,
) -> None:
    page = open_page()
    html = f"<!DOCTYPE html><p>{national_texts.POLISH}</p>"
    assert read(page, html.encode("cp1250"), "essay.html") == national_texts.POLISH
    named = f'<!DOCTYPE html><meta charset="ISO-8859-1"><p>{"ÆØÅæøå " * 9}</p>'
    assert read(page, named.encode("latin-1"), "essay.html") == ("ÆØÅæøå " * 9).strip()


def test_the_detector_is_loaded_for_bytes_that_are_not_unicode_only(open_page: OpenPage) -> None:
    page = open_page()
    paths: list[str] = []
    page.on("request", lambda request: paths.append(request.url))
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        text = national_texts.CHINESE
        assert read(page, text.encode(encoding), "essay.txt") == text
    assert [path for path in paths if "chardet" in path or "text-encoding" in path] == []
    read(page, national_texts.FRENCH.encode("cp1252"), "essay.txt")
    assert [path.rpartition("/")[2] for path in paths if "/vendor/" in path] == ["chardet.mjs"]


HEADER = "Identifier;Full name;Status;Grade;Feedback comments\r\n"
# By encoding: a gradebook's lines with places for a mark and a comment, its first student, and a
# comment that the encoding can hold.
GRADEBOOKS = {
    "gb18030": (
        "4711;李明;学校已经提交作业，等待老师评分;{};{}\r\n4712;王芳;学生没有提交作业;;\r\n",
        "李明",
        "很好，继续努力。",
    ),
    "windows-1250": (
        "4711;Łukasz Wiśniewski;Przesłano do oceny, sprawdź później;{};{}\r\n"
        "4712;Żaneta Gałązka;Jeszcze nie przesłano żadnej pracy, proszę się zgłosić;;\r\n",
        "Łukasz Wiśniewski",
        "Świetna praca – dużo pomysłów.",
    ),
    "shift_jis": (
        "4711;髙橋 﨑子;課題を提出しました。評価をお待ちください;{};{}\r\n"
        "4712;山田 太郎;まだ提出していません;;\r\n",
        "髙橋 﨑子",
        "とても良いと思います。",
    ),
}
# Shift JIS has them twice: Python writes the first, Windows the second.
TWICE = {b"\xee\xe0": b"\xfb\xfc", b"\xed\x95": b"\xfa\xb1"}


def _encode_gradebook(encoding: str, mark: str, comment: str) -> bytes:
    text = HEADER + GRADEBOOKS[encoding][0].format(mark, comment)
    if encoding != "shift_jis":
        return text.encode(encoding)
    content = text.encode("cp932")
    for first, second in TWICE.items():
        content = content.replace(first, second)
    return content


def _filled(page: Page, content: bytes, name: str, comment: str) -> bytes:
    score_class(page, [(name, "One essay.")])
    enter(page, name, mark="14.5", comment=comment)
    attach(page, content, "grades.csv")
    expect(page.locator("#gradebook-report")).to_contain_text("1 mark and 1 comment")
    return download(page)[1]


@pytest.mark.parametrize("encoding", GRADEBOOKS)
def test_a_gradebook_keeps_its_bytes(open_page: OpenPage, encoding: str) -> None:
    _, name, comment = GRADEBOOKS[encoding]
    content = _encode_gradebook(encoding, "", "")
    filled = _filled(open_page("#class"), content, name, comment)
    assert filled == _encode_gradebook(encoding, "14,5", comment)


def test_a_comment_that_the_encoding_lacks_makes_the_gradebook_utf_8(open_page: OpenPage) -> None:
    lines, name, _ = GRADEBOOKS["windows-1250"]
    content = _encode_gradebook("windows-1250", "", "")
    filled = _filled(open_page("#class"), content, name, "Good 👍")
    assert filled == codecs.BOM_UTF8 + f"{HEADER}{lines.format('14,5', 'Good 👍')}".encode()


def test_a_gradebook_whose_bytes_cannot_be_kept_becomes_utf_8(open_page: OpenPage) -> None:
    name = "𠮷田"  # four bytes in GB 18030, and two
    lines = f"{HEADER}4711;{name};学校已经提交作业，等待老师评分;{{}};{{}}\r\n"
    content = lines.format("", "").encode("gb18030")
    filled = _filled(open_page("#class"), content, name, "很好")
    assert filled == codecs.BOM_UTF8 + lines.format("14,5", "很好").encode()
