"""No text of the repository uses the translated-sounding phrases of earlier versions."""

import re
import subprocess

import pytest

from .markdown_pages import ROOT

PHRASES = (
    "walks through small rooms",
    "goes on where it was",
    "and take it away again",
    "artefacts, becomes a bundle too",
    "never meets a caller",
    "What may be changed stands",
    "What chance alone gives",
    "restored from a picture",
    "picture_gb_second",
    "To report a hole",
    "version is mended",
    "files that unfold",
    "ends with a sentence",
    "Eight bits instead of thirty-two",
    "Figures of one size",
    "text of so many tokens that comes now",
    "gains more than one text more cores",
    "what a head claims",
    "the hash of a key is none",
    "but for rows that have an error",
    "the essays drift",
    "before the names of what is added",
    "the one that killed it is alone",
    "at its name whole or not at all",
    "not the function at every door",
    "what chance gives once in a hundred",
    "let the version before the present one answer",
    "a page waits for no essay",
)
_LINE_BREAK = re.compile(r"[ \t]*\n[ \t]*(?:#|//|\*|>)?[ \t]*")


def tracked_texts() -> dict[str, str]:
    """Return every tracked text file by name, as one line each."""
    if not (ROOT / ".git").exists():
        pytest.skip("the list of tracked files needs a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    texts = {}
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if not path.is_file() or name == "tests/docs/test_wording.py":
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            texts[name] = _LINE_BREAK.sub(" ", content.decode("utf-8", "replace")).lower()
    return texts


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return tracked_texts()


@pytest.mark.parametrize("phrase", PHRASES)
def test_phrase_is_not_used(phrase: str, texts: dict[str, str]) -> None:
    assert [name for name, text in texts.items() if phrase.lower() in text] == []
