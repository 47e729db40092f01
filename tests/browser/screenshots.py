"""Take the screenshots in the README: the shipped model scores the essays in ``examples/``.

Run ``python -m tests.browser.screenshots``.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.browser_program import find_browser
from tests.browser.page_actions import csv_bytes, open_table

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_MS = 60_000
WIDTH = 1200  # pixels


@dataclass(frozen=True, kw_only=True)
class Student:
    """A row of the class.

    Attributes:
        essay: name of the example essay.
        score: the teacher's score, from 1 to 6, or empty.
        comment: the teacher's comment, or empty.
    """

    essay: str
    score: str = ""
    comment: str = ""


STUDENTS = {
    "Amina": Student(essay="strong", score="4"),
    "Bastien": Student(essay="middling", score="3", comment="Bonne idée au deuxième paragraphe"),
    "Chloé": Student(essay="weak"),
    "Daniel": Student(essay="middling"),
    "Élise": Student(essay="strong", score="5", comment="À lire en classe"),
    "Farid": Student(essay="weak", score="2"),
}


def _example(name: str) -> str:
    return (ROOT / "examples" / f"{name}.txt").read_text(encoding="utf-8")


def _class_csv() -> bytes:
    rows = [(name, _example(one.essay), one.score) for name, one in STUDENTS.items()]
    return csv_bytes([("nom", "texte", "note"), *rows, ("Gaël", "I like school.", "")])


def _explain_essay(page: Page) -> None:
    page.locator("#essay-text").fill(_example("middling"))
    page.locator("#suggest-score").click()
    page.locator("#explain-score").click()
    expect(page.locator(".annotated")).to_be_visible()
    page.locator("h1").scroll_into_view_if_needed()


def _score_class(page: Page) -> None:
    page.locator("nav a").last.click()
    expect(page.locator("#choose-class-file")).to_be_visible()
    open_table(page, _class_csv(), "3e B.csv")
    page.locator("#column-form [type=submit]").click()
    expect(page.locator("#stop-class")).to_be_hidden()
    for name, student in STUDENTS.items():
        page.get_by_label(f"Votre appréciation : {name}", exact=True).fill(student.comment)
    page.locator("h1").click()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a screenshot shows.

    Attributes:
        language: of the page, and in the file's name.
        height: of the screenshot, in pixels.
        act: brings the page into the state to show.
    """

    language: str
    height: int
    act: Callable[[Page], None]


SCENES = (
    Scene(language="en", height=700, act=_explain_essay),
    Scene(language="fr", height=880, act=_score_class),
)


def _capture(browser: Browser, url: str, scene: Scene) -> None:
    page = browser.new_page(
        locale=scene.language,
        viewport={"width": WIDTH, "height": scene.height},
        color_scheme="light",
    )
    page.goto(url)
    page.locator("#model-info a").wait_for()
    scene.act(page)
    page.screenshot(path=ROOT / "docs" / f"page-{scene.language}.png")


def main() -> None:
    """Serve the shipped model and take all screenshots."""
    expect.set_options(timeout=TIMEOUT_MS)
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0"]
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server,
        sync_playwright() as playwright,
    ):
        assert server.stderr is not None
        url = server.stderr.readline().split()[-1]
        browser = playwright.chromium.launch(executable_path=find_browser())
        for scene in SCENES:
            _capture(browser, url, scene)
        browser.close()
        server.terminate()


if __name__ == "__main__":
    main()
