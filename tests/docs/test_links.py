"""Every link, anchor and file path in the documentation exists."""

import re

import pytest

from .markdown_pages import PAGES, ROOT, anchors, code_spans, links, read_page

PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]*")
# Folders of the repository in which the reader creates files.
USER_FOLDERS = ("image/models/", "models/NAME/", "models/NOM/", "image/src/aes_model.h5", "build/")


@pytest.mark.parametrize("page", PAGES)
def test_links_exist(page: str) -> None:
    text, folder = read_page(page), (ROOT / page).parent
    for link in links(text):
        path, _, anchor = link.partition("#")
        target = (folder / path).resolve() if path else ROOT / page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("page", PAGES)
def test_paths_exist(page: str) -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    paths = [
        span
        for span in code_spans(read_page(page))
        if PATH.fullmatch(span)
        and span.split("/")[0] in folders
        and not span.startswith(USER_FOLDERS)
    ]
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_page_is_in_the_index() -> None:
    index = {link.partition("#")[0] for link in links(read_page("docs/index.md"))}
    documentation = {
        page.removeprefix("docs/") if page.startswith("docs/") else f"../{page}"
        for page in PAGES
        if not page.startswith("docs/decisions/")
    }
    assert documentation - {"index.md"} - index == set()
