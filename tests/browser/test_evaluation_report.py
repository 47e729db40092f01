"""The page of ``essay-scorer evaluate``: phones, dark screens, keyboards, screen readers, print."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from essay_scorer.cli.entry_point import main
from tests.browser.test_accessibility import DESKTOP, PHONE, RULES

PROMPTS = ("Should $5 or $10 be spent on a library? " * 3, "公園", "<b>park</b>", "")


@pytest.fixture(scope="module", params=["own-scale", "other-scale"])
def report_page(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    example: Callable[[str], str],
) -> Path:
    folder, words = tmp_path_factory.mktemp("report"), example("strong").split(" ")
    pytest.importorskip("matplotlib")
    with (folder / "essays.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "score", "prompt_id", "class of the writer", "rater1", "rater2"])
        for number in range(72):
            text = f"Essay {number}. " + " ".join(words[: 40 + 75 * (number % 6 + 1)])
            prompt, score = PROMPTS[number % 4], number % 6 + 1
            rater = min(score + number % 2, 6)
            writer.writerow([text, score, prompt, f"class {number % 2}", score, rater])
    command = ["evaluate", "--data", str(folder / "essays.csv"), "--out", str(folder)]
    option = ["--other-scale"] if request.param == "other-scale" else []
    assert main([*command, "--group", "class of the writer", *option]) == 0
    return (folder / "report.html").rename(folder / f"{request.param}.html")


@pytest.fixture
def opened(chromium: Browser, report_page: Path) -> Iterator[Page]:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.on("request", lambda one: errors.append(one.url) if "file:" not in one.url else None)
    page.goto(report_page.as_uri())
    yield page
    context.close()
    assert errors == []


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_the_report(
    opened: Page, screenshots: Path, report_page: Path, color_scheme: Literal["light", "dark"]
) -> None:
    opened.emulate_media(color_scheme=color_scheme)
    for size in (DESKTOP, PHONE):
        opened.set_viewport_size(size)
        name = f"evaluation-{report_page.stem}-{color_scheme}-{size['width']}.png"
        opened.screenshot(path=screenshots / name, full_page=True)
        found = Axe().run(opened, options=RULES)
        assert found.violations_count == 0, found.generate_report()


def test_only_tables_scroll_sideways_and_with_the_keyboard(opened: Page) -> None:
    assert opened.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    regions = opened.get_by_role("region")
    assert regions.count() == opened.locator("table").count() > 3
    names = [one.get_attribute("aria-label") for one in regions.all()]
    assert len(set(names)) == len(names)
    wide = "one => one.scrollWidth > one.clientWidth"
    region = next(one for one in regions.all() if one.evaluate(wide))
    region.focus()
    opened.keyboard.press("ArrowRight")
    opened.wait_for_function("one => one.scrollLeft > 0", arg=region.element_handle())


def test_tables_and_charts_have_names_for_screen_readers(opened: Page) -> None:
    for table in opened.locator("table").all():
        assert table.locator("caption").inner_text()
        assert table.locator("th:not([scope])").count() == 0
        rows, heads = (
            table.locator("tbody tr").count(),
            table.locator("tbody th[scope=row]").count(),
        )
        assert rows == heads > 0
    charts = opened.locator("svg")
    assert charts.count() > 0
    for chart in charts.all():
        assert (chart.get_attribute("role"), chart.get_attribute("aria-label")) != ("img", None)
    ids = opened.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(set(ids)) == len(ids)


def test_charts_have_the_colors_of_the_screen(opened: Page) -> None:
    color = "getComputedStyle(document.querySelector('svg text')).fill"
    opened.emulate_media(color_scheme="light")
    light = opened.evaluate(color)
    opened.emulate_media(color_scheme="dark")
    assert opened.evaluate(color) == opened.evaluate("getComputedStyle(document.body).color")
    assert opened.evaluate(color) != light


def test_no_table_is_cut_on_paper(opened: Page, screenshots: Path, report_page: Path) -> None:
    opened.emulate_media(media="print", color_scheme="dark")
    opened.set_viewport_size({"width": 680, "height": 900})  # A4 without its margins
    assert opened.evaluate("document.documentElement.scrollWidth") <= 680
    assert (
        opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )
    widths = opened.locator("table").evaluate_all("all => all.map(one => one.scrollWidth)")
    assert max(widths) <= 680
    for name, value in (("overflow-x", "visible"), ("break-inside", "avoid")):
        style = f"all => all.map(one => getComputedStyle(one).getPropertyValue('{name}'))"
        assert set(opened.locator(".scroll").evaluate_all(style)) == {value}
    opened.pdf(path=screenshots / f"evaluation-{report_page.stem}.pdf", format="A4")
