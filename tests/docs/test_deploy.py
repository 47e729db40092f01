"""The deployment's pages: nothing they name is missing, and both languages say the same."""

import re
import tomllib
from pathlib import Path

import pytest

from essay_scorer.contract import DEFAULT_REVIEW_SHARE

PAGES = ("docs/deploy.md", "docs/deploy.fr.md")


def _page(root: Path, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")


def _settings(root: Path) -> dict[str, object]:
    """Read the settings file as if nothing in it were commented out."""
    lines = (root / "settings.toml").read_text(encoding="utf-8").splitlines()
    given = [line[2:] for line in lines if re.match(r"# [a-z_]+ = ", line)]
    return tomllib.loads("\n".join(given).replace("= …", '= ""'))


@pytest.mark.parametrize("name", PAGES)
def test_every_command_it_names_exists(root: Path, name: str) -> None:
    makefile = _page(root, "Makefile")
    for target in re.findall(r"(?:`|\$ |sudo )make ([a-z0-9-]+)", _page(root, name)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("name", PAGES)
def test_every_setting_is_explained(root: Path, name: str) -> None:
    page = _page(root, name)
    assert [setting for setting in _settings(root) if f"`{setting}" not in page] == []


def test_the_share_to_review_is_the_scorers_own_unless_it_is_set(root: Path) -> None:
    assert _settings(root)["review_share"] == DEFAULT_REVIEW_SHARE


@pytest.mark.parametrize("name", PAGES)
def test_its_links_lead_somewhere(root: Path, name: str) -> None:
    page = _page(root, name)
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("#")
    }
    for link in re.findall(r"\]\(([^)]+)\)", page):
        path, _, anchor = link.partition("#")
        assert (root / "docs" / path).exists(), link
        assert path or anchor in headings, link


def test_both_languages_have_the_same_commands_and_rows(root: Path) -> None:
    english, french = (_page(root, name) for name in PAGES)
    code = re.compile(r"^```\w+\n.*?^```$", re.MULTILINE | re.DOTALL)
    assert code.findall(english) == code.findall(french)
    for start in ("## ", "| "):
        assert english.count(f"\n{start}") == french.count(f"\n{start}")
