"""The documentation's Markdown pages, and what they contain."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/*.md", "docs/decisions/*.md")
    for path in ROOT.glob(pattern)
)

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def read_page(name: str) -> str:
    """Return a page's text.

    Args:
        name: relative to the repository.
    """
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """Return a page's text without its code blocks."""
    return _FENCE.sub("", text)


def links(text: str) -> list[str]:
    """Return the targets of a page's relative links and images."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(text))
    return [target for target in targets if "://" not in target]


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def code_spans(text: str) -> list[str]:
    """Return the contents of a page's inline code."""
    return re.findall(r"`([^`\n]+)`", prose(text))


def commands(text: str) -> list[tuple[str, str]]:
    """Return the commands of all console blocks with the output below each.

    A command that continues on the next line is returned as one line.
    """
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    parts = [
        part
        for block in blocks
        for part in re.split(r"^\$ ", block.replace("\\\n", ""), flags=re.MULTILINE)
    ]
    return [(head, tail) for head, _, tail in (part.partition("\n") for part in parts) if head]
