"""Take the screenshots in the README, in both languages, with the shipped model.

Run ``python -m tests.browser.screenshots``. It shows one essay, and the stages of a class of
thirty, and prints how long each stage of the class takes this machine.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.browser import teacher_walk
from tests.browser.browser_program import find_browser
from tests.browser.class_of_thirty import moodle_worksheet, word_files

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_MS = 60_000
WIDTH, HEIGHT = 1200, 840  # pixels
SHEET_WIDTH = 760  # pixels; A4 has 680 between its margins
LANGUAGES = ("en", "fr")


def _open(browser: Browser, url: str, language: str) -> Page:
    page = browser.new_page(
        locale=language, viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light"
    )
    page.goto(url)
    page.locator("#model-info a").first.wait_for()
    return page


def _picture(name: str, language: str) -> Path:
    return ROOT / "docs" / f"page-{name}-{language}.png"


def _show_essay(page: Page, language: str) -> None:
    text = (ROOT / "examples" / "middling.txt").read_text(encoding="utf-8")
    page.locator("#essay-text").fill(text)
    page.locator("#suggest-score").click()
    page.locator("#explain-score").click()
    expect(page.locator(".annotated")).to_be_visible()
    page.locator("h1").scroll_into_view_if_needed()
    page.screenshot(path=_picture("essay", language))


class ClassPictures:
    """Marks the class of thirty, and takes pictures between the stages.

    Args:
        page: the view of a class, empty.
        language: of the page.
    """

    def __init__(self, page: Page, language: str) -> None:
        self._page, self._language = page, language
        self.seconds: dict[str, float] = {}  # of each stage

    def _run(self, stage: str, act: Callable[[], object]) -> None:
        start = time.perf_counter()
        act()
        self.seconds[stage] = time.perf_counter() - start

    def _take(self, name: str, place: Locator) -> None:
        place.evaluate("node => node.scrollIntoView({ block: 'start' })")
        self._page.screenshot(path=_picture(name, self._language))

    def take(self, folder: Path) -> None:
        """Take all pictures.

        Args:
            folder: for the printed sheets.
        """
        page, walk = self._page, teacher_walk
        self._run("scored", lambda: walk.open_class(page, word_files()))
        self._run("ten marked", lambda: walk.mark_first(page))
        self._run("a mark corrected", lambda: walk.correct_the_slip(page))
        self._take("class", page.locator(".marking"))
        self._run("three read", lambda: walk.read_essays(page, on_read=self._take_essay))
        self._run("suggestions accepted", lambda: walk.accept_suggestions(page))
        path = folder / "sheets.pdf"
        self._run("sheets printed", lambda: walk.print_sheets(page, path, self._take_sheet))
        self._run("worksheet filled", lambda: walk.fill_worksheet(page, moodle_worksheet()))

    def _take_essay(self) -> None:
        self._page.locator("#essay-dialog").evaluate("node => node.scrollTo(0, 0)")
        self._page.screenshot(path=_picture("reader", self._language))

    def _take_sheet(self) -> None:
        self._page.set_viewport_size({"width": SHEET_WIDTH, "height": HEIGHT})
        self._page.emulate_media(media="print")
        marked = self._page.locator("#print-area .sheet").filter(has=self._page.locator("h3 + p"))
        marked.first.screenshot(path=_picture("sheet", self._language))
        self._page.emulate_media(media="screen")
        self._page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def _capture(browser: Browser, url: str, language: str) -> None:
    _show_essay(_open(browser, url, language), language)
    page = _open(browser, f"{url}#class", language)
    pictures = ClassPictures(page, language)
    with tempfile.TemporaryDirectory() as folder:
        pictures.take(Path(folder))
    for stage, seconds in pictures.seconds.items():
        sys.stdout.write(f"{language}  {seconds:6.1f} s  {stage}\n")
    sys.stdout.write(f"{language}  {sum(pictures.seconds.values()):6.1f} s\n")


def _capture_all(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser())
        for language in LANGUAGES:
            _capture(browser, url, language)
        browser.close()


def main() -> None:
    """Serve the shipped model and take all screenshots."""
    expect.set_options(timeout=TIMEOUT_MS)
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            _capture_all(server.stderr.readline().split()[-1])
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
