"""The page speaks English and French, and says nothing outside its two files."""

import json
import re
from pathlib import Path

import pytest

from essay_scorer.api import ERRORS
from essay_scorer.flags import TOO_LONG, TOO_SHORT


@pytest.fixture(scope="module")
def web(root: Path) -> Path:
    return root / "src" / "essay_scorer" / "web"


def _sentences(web: Path, language: str) -> dict[str, str]:
    sentences: dict[str, str] = json.loads((web / f"{language}.json").read_text(encoding="utf-8"))
    return sentences


def test_both_languages_say_the_same_things(web: Path) -> None:
    english, french = _sentences(web, "en"), _sentences(web, "fr")
    assert list(english) == list(french)
    for key, sentence in english.items():
        assert sorted(re.findall(r"\{\w+\}", sentence)) == sorted(
            re.findall(r"\{\w+\}", french[key])
        ), key


def test_every_flag_and_code_that_the_page_names_exists(web: Path) -> None:
    sentences = _sentences(web, "en")
    flags = {key.removeprefix("flag_") for key in sentences if key.startswith("flag_")}
    codes = {key.removeprefix("error_") for key in sentences if key.startswith("error_")}
    assert flags == {TOO_SHORT, TOO_LONG}
    assert codes - {"other", "unreachable"} <= set(ERRORS)


def test_no_sentence_stands_outside_the_two_files(web: Path) -> None:
    page = (web / "index.html").read_text(encoding="utf-8")
    visible = re.findall(r">([^<>]*[A-Za-z][^<>]*)<", page)
    assert [text.strip() for text in visible] == ["essay-scorer", "English", "Français"]
    script = (web / "page.js").read_text(encoding="utf-8")
    literals = re.findall(r'"[^"\n]*"', re.sub(r"//.*", "", script))
    assert [text for text in literals if len(text.split()) > 2] == []


def test_every_key_that_the_page_asks_for_is_there(web: Path) -> None:
    page = (web / "index.html").read_text(encoding="utf-8")
    keys = set(re.findall(r'data-say="(\w+)"', page))
    keys |= set(re.findall(r'say\("(\w+)"', (web / "page.js").read_text(encoding="utf-8")))
    assert keys <= set(_sentences(web, "en"))
