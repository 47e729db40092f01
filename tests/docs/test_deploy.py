"""The deployment's pages explain every setting, and both languages have the same commands."""

import re
import tomllib

import pytest

from essay_scorer.contract import DEFAULT_REVIEW_SHARE

from .markdown_pages import ROOT, read_page

PAGES = ("docs/deploy.md", "docs/deploy.fr.md")


def _default_settings() -> dict[str, object]:
    """Read the settings file as if nothing in it were commented out."""
    lines = (ROOT / "settings.toml").read_text(encoding="utf-8").splitlines()
    given = [line[2:] for line in lines if re.match(r"# [a-z_]+ = ", line)]
    return tomllib.loads("\n".join(given).replace("= …", '= ""'))


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_is_explained(page: str) -> None:
    text = read_page(page)
    named = set(re.findall(r"`([a-z_]+)\b", text))
    assert set(_default_settings()) - named == set()


@pytest.mark.parametrize("page", PAGES)
def test_settings_on_the_command_line_exist(page: str) -> None:
    given = re.findall(r'SETTINGS="([^"]+)"', read_page(page))
    named = {word.partition("=")[0] for words in given for word in words.split()}
    assert named <= {"settings", *_default_settings()}  # the first names another settings file


def test_default_review_share_is_the_scorers() -> None:
    assert _default_settings()["review_share"] == DEFAULT_REVIEW_SHARE


def test_both_languages_have_the_same_commands_and_rows() -> None:
    english, french = map(read_page, PAGES)
    code = re.compile(r"^```\w+\n.*?^```$", re.MULTILINE | re.DOTALL)
    assert code.findall(english) == code.findall(french)
    for start in ("## ", "### ", "| "):
        assert english.count(f"\n{start}") == french.count(f"\n{start}")
