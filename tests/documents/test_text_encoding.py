"""The encoding of text that is not Unicode."""

from collections.abc import Sequence

import pytest

from essay_scorer.documents.decoding import decode_text
from essay_scorer.documents.text_encoding import detect_encoding, encoding_name
from tests.documents.national_texts import FRENCH, GERMAN, TEXTS

POLISH_LINE = "Uważam, że szkoła powinna zaczynać się później, ponieważ uczniowie śpią za mało."
CASES = [(encoding, text) for encoding, texts in TEXTS.items() for text in texts]


@pytest.mark.parametrize(("encoding", "text"), CASES)
def test_a_text_is_read_in_the_encoding_of_its_language(encoding: str, text: str) -> None:
    assert decode_text(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "text",
    [
        FRENCH,
        GERMAN,
        "Perchè no? Così è la vita.",
        "don’t",
        "café",
        "naïve,2",
        "The fiancée’s résumé",
    ],
)
def test_a_few_letters_are_windows_1252(text: str) -> None:
    for length in range(4, len(text)):
        part = text[:length].encode("windows-1252")
        assert detect_encoding([part]) == "windows-1252", text[:length]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("windows-1252", ["José", "María Núñez", "Ángel Peña"]),
        ("windows-1252", ["Jürgen Groß", "Björn", "Käthe"]),
        ("macintosh", ["José", "María Núñez", "Ángel Peña"]),
        ("windows-1250", ["Jiří Dvořák", "Tomáš Novák", "Šárka Černá"]),
        ("windows-1251", ["Иван Петров", "Ольга"]),
        ("windows-1254", ["Ayşe Yılmaz", "Çağrı Öztürk", "İbrahim Şahin"]),
        ("gb18030", ["王小明", "李华"]),
        ("shift_jis", ["山田太郎", "鈴木花子"]),
    ],
)
def test_a_list_of_names_is_enough(encoding: str, names: Sequence[str]) -> None:
    lines = [f"{number};{name};Essay {number}.\n" for number, name in enumerate(names)]
    assert decode_text("".join(lines).encode(encoding)) == "".join(lines)


def test_lines_in_unicode_stay_as_they_are() -> None:
    lines = [POLISH_LINE.encode("windows-1250"), "Zoë, naïve".encode(), b"ASCII"]
    assert decode_text(b"\n".join(lines)) == f"{POLISH_LINE}\nZoë, naïve\nASCII"


def test_an_encoding_has_a_name_for_people() -> None:
    assert (
        encoding_name(detect_encoding(["学校はもっと遅く始まるべきだ".encode("shift_jis")]))
        == "Shift JIS"
    )
