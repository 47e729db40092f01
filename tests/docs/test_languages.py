"""The page speaks English and French, and says nothing outside its two files."""

import gzip
import json
import re
from pathlib import Path

import pytest

from essay_scorer.checks import flags
from essay_scorer.serving.app import ERRORS

# Errors that the application does not name: the gateway before it does, or the page itself.
OTHERS = {"unauthorised", "quota_exceeded", "throttled", "unreachable", "no_reasons", "other"}


@pytest.fixture(scope="module")
def web(root: Path) -> Path:
    return root / "src" / "essay_scorer" / "web"


def _sentences(web: Path, language: str) -> dict[str, str]:
    sentences: dict[str, str] = json.loads((web / f"{language}.json").read_text(encoding="utf-8"))
    return sentences


def _scripts(web: Path) -> dict[str, str]:
    """The page's modules without their comments."""
    comment = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
    return {path.name: comment.sub("", path.read_text("utf-8")) for path in web.glob("*.js")}


def test_both_languages_say_the_same_things(web: Path) -> None:
    english, french = _sentences(web, "en"), _sentences(web, "fr")
    assert list(english) == list(french)
    for key, sentence in english.items():
        assert sorted(re.findall(r"\{\w+\}", sentence)) == sorted(
            re.findall(r"\{\w+\}", french[key])
        ), key


def test_every_flag_has_its_sentence(web: Path) -> None:
    named = {value for name, value in vars(flags).items() if name.isupper()}
    for kind in ("flag", "mark"):
        assert {f"{kind}_{flag}" for flag in named} <= set(_sentences(web, "en"))


def test_every_error_that_the_page_names_exists(web: Path) -> None:
    keys = {key for key in _sentences(web, "en") if key.startswith("error_")}
    assert {key.removeprefix("error_") for key in keys} - OTHERS <= set(ERRORS)


def test_no_sentence_stands_outside_the_two_files(web: Path) -> None:
    page = (web / "index.html").read_text(encoding="utf-8")
    visible = re.findall(r">([^<>]*[A-Za-z][^<>]*)<", page)
    assert [text.strip() for text in visible] == ["essay-scorer", "English", "Français"]
    spoken = re.findall(r'\b(?:aria-label|title|placeholder|alt)="', page)
    assert spoken == []
    for name, script in _scripts(web).items():
        literals = re.findall(r'"[^"\n]*"|`[^`]*`', script)
        wordy = [text for text in literals if re.search(r"[A-Za-z]{2,} +[a-z]{2,} +[a-z]", text)]
        assert (name, wordy) == (name, [])


def test_every_key_that_the_page_asks_for_is_there_and_no_other(web: Path) -> None:
    page = (web / "index.html").read_text(encoding="utf-8")
    scripts = "\n".join(_scripts(web).values())
    asked = set(re.findall(r'data-say(?:-label)?="(\w+)"', page))
    asked |= set(re.findall(r'\bsay\("(\w+)"', scripts))
    for key in re.findall(r'\bsayMany\("(\w+)"', scripts):
        asked |= {f"{key}_one", f"{key}_other"}
    keys = set(_sentences(web, "en"))
    for family in re.findall(r'\bsayOf\("(\w+)"', scripts):
        asked |= {f"{family}_other"}
    assert asked <= keys
    # The rest is named by what a server or a file says, or stands as a plain word in a module.
    families = ("flag_", "mark_", "error_", "file_", "observation_")
    rest = {key for key in keys - asked if not key.startswith(families)}
    assert {key for key in rest if f'"{key}"' not in scripts} == set()


def test_the_page_is_small(web: Path) -> None:
    files = [path for path in web.iterdir() if path.name != "openapi.json"]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) <= 60 * 1024
