"""Whoever follows a document, or an error message, installs this project and not another one.

The package index has an ``essay-scorer`` by another author.
"""

import re
import tomllib

import essay_scorer
from essay_scorer.extras import DISTRIBUTION

from .markdown_pages import ROOT
from .test_wording import tracked_texts

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
THIS_FILE = "tests/docs/test_distribution_name.py"
INSTALLED = re.compile(r'pip3? install ([^`"\n;&|#)]*)')
NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")


def test_the_project_has_the_name_and_the_version_that_the_code_states() -> None:
    assert PROJECT["name"] == DISTRIBUTION
    assert PROJECT["version"] == essay_scorer.__version__


def test_no_text_names_an_extra_of_another_distribution() -> None:
    wrong = re.compile(rf"(?<!serverless-)essay[-_.]scorer\[({'|'.join(_extras())})\]")
    found = {name for name, text in tracked_texts().items() if wrong.search(text)}
    assert found - {THIS_FILE} == set()


def test_what_the_texts_install_is_this_project_or_locked() -> None:
    known = {DISTRIBUTION, "torch", *_locked()}
    for name, text in tracked_texts().items():
        if name != THIS_FILE and not name.startswith("requirements/"):
            for command in INSTALLED.findall(text):
                assert _installed_names(command) <= known, f"{name}: pip install {command}"


def _extras() -> list[str]:
    return list(PROJECT["optional-dependencies"])


def _locked() -> set[str]:
    locks = [*(ROOT / "requirements").glob("*.txt"), *ROOT.glob("image/*.txt")]
    lines = "\n".join(lock.read_text() for lock in locks)
    return set(re.findall(r"^([a-z0-9-]+)==", lines, flags=re.MULTILINE))


def _installed_names(command: str) -> set[str]:
    """Return the distributions that a command of pip names, until its first option or sentence."""
    names = set()
    for word in command.split():
        bare = word.strip("'\"")
        if bare.startswith(("-", ".", "$", "{", "/")) or not NAME.match(bare):
            break
        names.add(re.split(r"[\[=<>~!]", bare)[0].lower())
    return names
