"""The reference pages name everything that they list: packages, codes, fields, flags, terms."""

import re

import pytest

from essay_scorer import Scorer
from essay_scorer.checks.flags import FLAGS
from essay_scorer.documents.problems import SENTENCES
from essay_scorer.explain.observations import MEASURES
from essay_scorer.model.files import MANIFEST, OPTIONAL_FILES, REQUIRED_FILES
from essay_scorer.model.thresholds import Thresholds
from essay_scorer.serving.messages import ERRORS

from .markdown_pages import ROOT, code_spans, links, read_page

SOURCE = ROOT / "src" / "essay_scorer"
ARCHITECTURE, TRUST = "docs/architecture.md", "docs/trust.md"
TERM = re.compile(r"^\| \*\*(.+?)\*\* \| (.+) \| (.*) \|$", re.MULTILINE)


def test_every_package_and_module_is_in_the_architecture() -> None:
    named = {link.removeprefix("../src/essay_scorer/") for link in links(read_page(ARCHITECTURE))}
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    modules = {path.name for path in SOURCE.glob("[a-z]*.py")}
    assert (packages | modules) - named == set()


def test_every_error_code_is_in_the_architecture() -> None:
    assert set(ERRORS) - set(code_spans(read_page(ARCHITECTURE))) == set()


def test_every_reason_why_a_document_cannot_be_read_is_explained() -> None:
    assert set(SENTENCES) - set(code_spans(read_page("docs/files.md"))) == set()


def test_every_field_of_a_score_is_in_the_architecture(scorer: Scorer) -> None:
    fields = {*scorer.score("A short essay.", explain=True).to_dict(), "language", "off_topic_part"}
    assert fields - set(code_spans(read_page(ARCHITECTURE))) == set()


def test_every_file_of_a_bundle_is_in_the_architecture() -> None:
    files = {MANIFEST, *REQUIRED_FILES, *OPTIONAL_FILES}
    assert files - set(code_spans(read_page(ARCHITECTURE))) == set()


@pytest.mark.parametrize("code", [*FLAGS, *MEASURES])
def test_every_flag_and_measure_is_explained(code: str) -> None:
    assert re.search(rf"^\| .*`{code}`.* \|", read_page(TRUST), re.MULTILINE)


def _percent(share: float) -> str:
    return f"{100 * share:.3g}%"


def _stated_thresholds(limits: Thresholds) -> dict[str, list[str]]:
    """Return what the page should say of each flag."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return {
        "too_short": [f"{limits.min_words} and {limits.max_words:,} words"],
        "not_english": [
            f"fewer than {_percent(limits.language_common_words)}",
            f"at least {_percent(limits.language_probability)}",
        ],
        "gibberish": [
            f"above {_percent(limits.gibberish)}",
            f"fewer than {_percent(limits.common_words)}",
            f"from {limits.gibberish_min_words} words",
        ],
        "repetitive": [
            f"more than {_percent(limits.repeated)}",
            f"a run of {words[limits.repeated_run]}",
        ],
        "list_or_code": [
            f"more than {_percent(limits.list_lines)}",
            f"more than {_percent(limits.code_characters)}",
        ],
        "off_topic": [f"below {limits.similarity:.2f}"],
        "off_topic_part": [f"above {_percent(limits.off_topic_part)}"],
        "copied_prompt": [
            f"more than {_percent(limits.copied_prompt)}",
            f"a run of {words[limits.copied_run]}",
        ],
    }


def test_thresholds_are_those_of_the_shipped_bundle(scorer: Scorer) -> None:
    table = re.findall(r"^\| `.*", read_page(TRUST), re.MULTILINE)
    rows = {code: row for row in table for code in code_spans(row)[:1]}
    stated = _stated_thresholds(scorer.manifest.thresholds)
    assert {*stated, "too_long"} == set(FLAGS)
    assert [
        (code, part) for code, parts in stated.items() for part in parts if part not in rows[code]
    ] == []


def test_glossary_terms_are_unique() -> None:
    terms = [term for term, _, _ in TERM.findall(read_page("docs/glossary.md"))]
    assert len(terms) > 40
    assert len(terms) == len(set(terms))


def test_glossary_names_existing_code() -> None:
    names = [
        name
        for _, _, code in TERM.findall(read_page("docs/glossary.md"))
        for name in re.findall(r"`([\w.]+)`", code)
    ]
    assert [name for name in names if not _exists(name)] == []


def _exists(name: str) -> bool:
    """Say whether a dotted name below ``essay_scorer`` is a package, a module, or in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = SOURCE.joinpath(*parts[:length])
        if path.is_dir():
            return length == len(parts)
        if path.with_suffix(".py").is_file():
            text = path.with_suffix(".py").read_text(encoding="utf-8")
            return all(re.search(rf"\b{part}\b", text) for part in parts[length:])
    return False


def test_decisions_are_numbered_and_listed() -> None:
    files = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("0*.md"))
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    assert links(read_page("docs/decisions/README.md")) == files
    for name in files:
        text = read_page(f"docs/decisions/{name}")
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequence",
        ], name
