"""The page's texts are complete in English and French, and stand only in their own files."""

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
    *("unreachable", "no_essay", "no_explanation", "other"),
}
# Compressed: what the first visit loads, what the view of a class adds, all files, some of which
# only a document, a gradebook, or printing needs, and what others wrote, which only a PDF needs.
MAX_FIRST_VISIT_BYTES = 48 * 1024
MAX_CLASS_BYTES = 66 * 1024
MAX_BYTES = 156 * 1024
MAX_VENDOR_BYTES = 600 * 1024


@pytest.fixture(scope="module")
def static(root: Path) -> Path:
    return root / "src" / "essay_scorer" / "serving" / "static"


def _messages(static: Path, language: str) -> dict[str, str]:
    table: dict[str, str] = {}
    for name in (f"{language}.json", f"class-{language}.json"):
        messages = json.loads((static / name).read_text(encoding="utf-8"))
        assert table.keys() & messages.keys() == set()
        table |= messages
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


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_observation_is_a_sentence_in_both_directions(static: Path, language: str) -> None:
    messages = _messages(static, language)
    for code in MEASURES:
        for direction in ("low", "high"):
            for number in ("one", "other"):
                sentence = messages[f"remark_{code}_{direction}_{number}"]
                assert {"{count}", "{usual}"} <= set(re.findall(r"\{\w+\}", sentence))
                assert sentence.endswith(".")


def test_every_score_of_the_shipped_scale_has_a_meaning(static: Path, root: Path) -> None:
    bundle = json.loads((root / "models" / "default" / "bundle.json").read_text("utf-8"))
    meaning = (static / "score-meaning.js").read_text("utf-8")
    scale = bundle["scale"]
    assert f'MODEL = "{bundle["name"]}"' in meaning
    assert (f"LOWEST = {scale['min']};" in meaning, f"HIGHEST = {scale['max']};" in meaning) == (
        True,
        True,
    )
    for score in range(scale["min"], scale["max"] + 1):
        assert f"meaning_{score}" in _messages(static, "en")


def test_every_error_with_a_message_exists(static: Path) -> None:
    keys = {key for key in _messages(static, "en") if key.startswith("error_")}
    assert {key.removeprefix("error_") for key in keys} - OTHER_ERRORS <= set(ERRORS)


def test_all_texts_are_in_their_files(static: Path) -> None:
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
    families = (
        *("flag_", "mark_", "error_", "file_", "observation_", "remark_", "meaning_", "keycap_"),
    )
    others = {key for key in keys - used if not key.startswith(families)}
    assert {key for key in others if f'"{key}"' not in scripts} == set()


def _loaded_at_once(static: Path) -> set[str]:
    """Return the files of the first visit: of the languages, the larger one."""
    return {"index.html", "page.css", "icon.svg", "fr.json"} | _imported(static, "page.js")


def _loaded_with_a_class(static: Path) -> set[str]:
    """Return the files that the view of a class adds."""
    files = {"class.css", "class-fr.json"} | _imported(static, "class-view.js")
    return files - _loaded_at_once(static)


def _imported(static: Path, module: str) -> set[str]:
    """Return a module and all that it imports, but for what it loads when needed."""
    found: set[str] = set()
    pending = [module]
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
    assert sum(sizes[name] for name in _loaded_with_a_class(static)) <= MAX_CLASS_BYTES
    assert sum(sizes.values()) <= MAX_BYTES
    vendored = [path for path in static.glob("vendor/*/*") if path.is_file()]
    assert 0 < sum(len(gzip.compress(path.read_bytes())) for path in vendored) <= MAX_VENDOR_BYTES
