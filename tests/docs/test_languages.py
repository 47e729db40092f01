"""The page's texts are complete in English and French, and stand only in their two files."""

import gzip
import json
import re
from pathlib import Path

import pytest

from essay_scorer.checks.flags import FLAGS
from essay_scorer.explain.observations import MEASURES
from essay_scorer.serving.messages import ERRORS

# Codes of errors that come from API Gateway or from the page itself.
OTHER_ERRORS = {
    *("unauthorised", "quota_exceeded", "throttled"),
    *("unreachable", "no_explanation", "other"),
}
# Compressed: what the first visit loads, all files, some of which only a Word file needs, and what
# others wrote, which only a PDF needs.
MAX_FIRST_VISIT_BYTES = 70 * 1024
MAX_BYTES = 160 * 1024
MAX_VENDOR_BYTES = 600 * 1024


@pytest.fixture(scope="module")
def static(root: Path) -> Path:
    return root / "src" / "essay_scorer" / "serving" / "static"


def _messages(static: Path, language: str) -> dict[str, str]:
    table: dict[str, str] = json.loads((static / f"{language}.json").read_text(encoding="utf-8"))
    return table


def _scripts(static: Path) -> dict[str, str]:
    """Return the page's modules by name, without comments."""
    comment = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
    return {path.name: comment.sub("", path.read_text("utf-8")) for path in static.glob("*.js")}


def test_both_languages_have_the_same_keys_and_placeholders(static: Path) -> None:
    english, french = _messages(static, "en"), _messages(static, "fr")
    assert list(english) == list(french)
    for key, message in english.items():
        assert sorted(re.findall(r"\{\w+\}", message)) == sorted(
            re.findall(r"\{\w+\}", french[key])
        ), key


def test_french_punctuation_follows_a_no_break_space(static: Path) -> None:
    for key, message in _messages(static, "fr").items():
        assert re.findall(r" [:;?!%]", message) == [], key


def test_every_flag_has_a_sentence_and_a_mark(static: Path) -> None:
    for kind in ("flag", "mark"):
        assert {f"{kind}_{flag}" for flag in FLAGS} <= set(_messages(static, "en"))


def test_every_observation_has_a_name(static: Path) -> None:
    assert {f"observation_{code}" for code in MEASURES} <= set(_messages(static, "en"))


def test_every_error_with_a_message_exists(static: Path) -> None:
    keys = {key for key in _messages(static, "en") if key.startswith("error_")}
    assert {key.removeprefix("error_") for key in keys} - OTHER_ERRORS <= set(ERRORS)


def test_all_texts_are_in_the_two_files(static: Path) -> None:
    page = (static / "index.html").read_text(encoding="utf-8")
    visible = re.findall(r">([^<>]*[A-Za-z][^<>]*)<", page)
    assert [text.strip() for text in visible] == ["essay-scorer", "English", "Français"]
    assert re.findall(r'\b(?:aria-label|title|placeholder|alt)="', page) == []
    for name, script in _scripts(static).items():
        literals = re.findall(r'"[^"\n]*"|`[^`]*`', script)
        prose = [text for text in literals if re.search(r"[A-Za-z]{2,} +[a-z]{2,} +[a-z]", text)]
        assert (name, prose) == (name, [])


def test_every_key_in_use_exists_and_every_key_is_in_use(static: Path) -> None:
    page = (static / "index.html").read_text(encoding="utf-8")
    scripts = "\n".join(_scripts(static).values())
    used = set(re.findall(r'data-i18n(?:-label)?="(\w+)"', page))
    used |= set(re.findall(r'\btranslate\("(\w+)"', scripts))
    for key in re.findall(r'\bplural\("(\w+)"', scripts):
        used |= {f"{key}_one", f"{key}_other"}
    for family in re.findall(r'\btranslateCode\("(\w+)"', scripts):
        used |= {f"{family}_other"}
    keys = set(_messages(static, "en"))
    assert used <= keys
    # The other keys end in a code, or are string constants in a module.
    families = ("flag_", "mark_", "error_", "file_", "observation_")
    others = {key for key in keys - used if not key.startswith(families)}
    assert {key for key in others if f'"{key}"' not in scripts} == set()


def _loaded_at_once(static: Path) -> set[str]:
    """Return the files of the first visit: of the languages, the larger one."""
    found, pending = {"index.html", "page.css", "icon.svg", "fr.json"}, ["page.js"]
    while pending:
        if (name := pending.pop()) not in found:
            found.add(name)
            pending += re.findall(r'\bfrom "\./([\w-]+\.js)"', (static / name).read_text("utf-8"))
    return found


def test_the_page_is_small(static: Path) -> None:
    sizes = {
        path.name: len(gzip.compress(path.read_bytes()))
        for path in static.iterdir()
        if path.is_file() and path.name != "openapi.json"
    }
    assert sum(sizes[name] for name in _loaded_at_once(static)) <= MAX_FIRST_VISIT_BYTES
    assert sum(sizes.values()) <= MAX_BYTES
    vendored = [path for path in static.glob("vendor/*/*") if path.is_file()]
    assert 0 < sum(len(gzip.compress(path.read_bytes())) for path in vendored) <= MAX_VENDOR_BYTES
