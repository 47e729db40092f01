"""The page in a real browser: Debian's Chromium, without a window, driven by Playwright."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

REQUIRED = (
    "ESSAY_SCORER_BROWSER"  # set: without a browser these tests fail instead of being skipped
)

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        reason = "the page is not tested: no Chromium on this machine; run `make browser`"
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(reason)
    expect.set_options(timeout=15_000)  # a machine that does other things too is slow, not wrong
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser found wrong with the page."""
    return []


@pytest.fixture
def visit(chromium: Browser, port: int, complaints: list[str]) -> Iterator[Open]:
    """Open the page as a visitor with such a browser would; afterwards look what it did.

    No page may fail, report an error, break the Content-Security-Policy or ask another host.
    """
    contexts = []

    def complain(message: Any) -> None:
        # The browser itself notes each failed request; the tests that make one know.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def note(request: Any) -> None:
        if urlsplit(request.url).netloc not in {f"127.0.0.1:{port}", ""}:
            complaints.append(f"asked {request.url}")

    def visit(path: str = "", **options: Any) -> Page:
        context = chromium.new_context(**{"locale": "en-GB", **options})
        contexts.append(context)
        context.on("request", note)
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_default_timeout(15_000)
        page.goto(f"http://127.0.0.1:{port}/{path}")
        page.get_by_role("link", name="essay-scorer-en").wait_for()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def pictures(root: Path) -> Path:
    """Where pictures of the page are left to be looked at."""
    folder = root / "build" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
