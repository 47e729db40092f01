"""Fixtures for tests of the page in a real browser: Debian's headless Chromium with Playwright."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.browser.browser_program import find_browser
from tests.browser.page_actions import OpenPage, PdfPages

REQUIRED = "ESSAY_SCORER_BROWSER"  # if set, the tests fail without a browser instead of skipping
TIMEOUT_MS = 120_000  # so long that only a hang, no busy machine, fails a test


def _miss(reason: str) -> NoReturn:
    """Skip a test, or let it fail where nothing may be missing."""
    (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(reason)
    raise AssertionError  # neither returns


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = find_browser()
    if program is None:
        _miss("Chromium is not installed, so the page is not tested; run `make browser`")
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture
def page_errors() -> list[str]:
    """Errors that the browser reports: exceptions, console messages, requests to other hosts."""
    return []


@pytest.fixture
def open_page(chromium: Browser, port: int, page_errors: list[str]) -> Iterator[OpenPage]:
    """Open the page in a new browser context; keyword arguments are the context's options.

    After the test, assert that no page threw, logged an error, violated the
    Content-Security-Policy, or sent a request to another host.
    """
    contexts = []

    def check_console(message: ConsoleMessage) -> None:
        # The browser logs every failed request; tests that provoke one expect it.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            page_errors.append(message.text)

    def check_host(request: Request) -> None:
        if urlsplit(request.url).netloc not in {f"127.0.0.1:{port}", ""}:
            page_errors.append(f"request to {request.url}")

    def open_page(path: str = "", **options: Any) -> Page:
        context = chromium.new_context(**{"locale": "en-GB", **options})
        contexts.append(context)
        context.on("request", check_host)
        page = context.new_page()
        page.on("console", check_console)
        page.on("pageerror", lambda error: page_errors.append(str(error)))
        page.set_default_timeout(TIMEOUT_MS)
        page.goto(f"http://127.0.0.1:{port}/{path}")
        if not path.rstrip("/").endswith("docs"):  # which is complete without scripts
            page.get_by_role("link", name="essay-scorer-en").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert page_errors == []


@pytest.fixture(scope="session")
def pdf_pages() -> PdfPages:
    """Return the text of each page of a PDF, which the browser has printed."""
    program = shutil.which("pdftotext")
    if program is None:
        _miss("pdftotext (Debian's poppler-utils) is not installed, so no printout is tested")

    def pdf_pages(path: Path) -> list[str]:
        command = [program, "-layout", str(path), "-"]
        text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        return text.rstrip("\f").split("\f")

    return pdf_pages


@pytest.fixture(scope="session")
def screenshots(root: Path) -> Path:
    """Return the folder where tests leave screenshots for visual review."""
    folder = root / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
