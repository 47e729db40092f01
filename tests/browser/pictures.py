"""The README's two pictures of the page: the shipped model on the essays of ``examples/``."""

import csv
import io
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PUPILS = {
    "Amina": ("strong", "4", ""),
    "Bastien": ("middling", "3", "Bonne idée au deuxième paragraphe"),
    "Chloé": ("weak", "", ""),
    "Daniel": ("middling", "", ""),
    "Élise": ("strong", "5", "À lire en classe"),
    "Farid": ("weak", "2", ""),
}


def _example(name: str) -> str:
    return (ROOT / "examples" / f"{name}.txt").read_text(encoding="utf-8")


def _class() -> bytes:
    out = io.StringIO()
    rows = [(name, _example(essay), own) for name, (essay, own, _) in PUPILS.items()]
    csv.writer(out).writerows([("nom", "texte", "note"), *rows, ("Gaël", "I like school.", "")])
    return out.getvalue().encode()


def _one_essay(page: Page) -> None:
    page.locator("#text").fill(_example("middling"))
    page.locator("#send").click()
    page.locator("#explain").click()
    expect(page.locator(".shaded")).to_be_visible()
    page.locator("h1").scroll_into_view_if_needed()


def _a_class(page: Page) -> None:
    page.locator("nav a").last.click()
    expect(page.locator("#class-open")).to_be_visible()
    page.locator("#class-file").set_input_files(
        {"name": "3e B.csv", "mimeType": "text/csv", "buffer": _class()}
    )
    page.locator("#columns [type=submit]").click()
    expect(page.locator("#class-stop")).to_be_hidden()
    for name, (_, _, remark) in PUPILS.items():
        page.get_by_label(f"Votre remarque : {name}", exact=True).fill(remark)
    page.locator("h1").click()


# language: what is shown, and how high the picture is.
SCENES = {"en": (_one_essay, 700), "fr": (_a_class, 880)}


def _draw(browser: Browser, address: str) -> None:
    for language, (act, height) in SCENES.items():
        size: ViewportSize = {"width": 1200, "height": height}
        page = browser.new_page(locale=language, viewport=size, color_scheme="light")
        page.goto(address)
        page.locator("#model a").wait_for()
        act(page)
        page.screenshot(path=ROOT / "docs" / f"page-{language}.png")


def main() -> None:
    """Serve the shipped model and draw."""
    expect.set_options(timeout=60_000)
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0"]
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server,
        sync_playwright() as playwright,
    ):
        assert server.stderr is not None
        address = server.stderr.readline().split()[-1]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        _draw(browser, address)
        browser.close()
        server.terminate()


if __name__ == "__main__":
    main()
