"""Reviewing a class: the table, the chart, and the dialog for one essay."""

import json

from playwright.sync_api import Page, Route, expect

from tests.browser.fake_server import FakeServer, result
from tests.browser.page_actions import (
    HEADER,
    OpenPage,
    class_rows,
    score_table,
    student_names,
    wait_for_status,
)

RESULTS = {
    "Plain.": result(raw=3.2),
    "Doubtful.": result(**{"essay score": 2, "raw": 2.1}, flags=["off_topic"], review=True),
    "Remarked.": result(**{"essay score": 5, "raw": 5.1}, flags=["too_long"]),
    "Good.": result(**{"essay score": 6, "raw": 5.9}),
}
STUDENTS = {"Bea 10": "Plain.", "Bea 9": "Doubtful.", "Ada": "Remarked.", "Cy": "Good."}


def _reply(route: Route) -> None:
    route.fulfill(json=RESULTS[json.loads(route.request.post_data or "")["text"]])


def _score_mixed_class(page: Page) -> None:
    FakeServer.install(page, _reply)
    score_table(page, [HEADER, *STUDENTS.items()])
    wait_for_status(page)


def test_the_table_sorts_and_exposes_its_order(open_page: OpenPage) -> None:
    page = open_page("#class")
    _score_mixed_class(page)
    orders = {
        "Flags": ["Bea 9", "Ada", "Bea 10", "Cy"],
        "Name": ["Ada", "Bea 9", "Bea 10", "Cy"],
        "Suggested score": ["Bea 9", "Bea 10", "Ada", "Cy"],
    }
    assert student_names(page) == orders["Flags"]
    for column in ("Name", "Suggested score"):
        header = page.get_by_role("columnheader", name=column)
        for direction, step in (("ascending", 1), ("descending", -1)):
            header.get_by_role("button").click()
            expect(header).to_have_attribute("aria-sort", direction)
            expect(header.get_by_role("button")).to_be_focused()
            assert student_names(page) == orders[column][::step]


def test_learning_from_marks_does_not_take_the_focus_from_a_column(open_page: OpenPage) -> None:
    page = open_page("#class")
    page.clock.install(time=0)
    _score_mixed_class(page)
    page.clock.pause_at(3_600_000)
    page.get_by_label("Your mark: Cy").fill("6")
    button = page.get_by_role("columnheader", name="Name").get_by_role("button")
    button.click()
    page.clock.run_for(1000)  # longer than the pause after which marks are learned from
    expect(button).to_be_focused()
    assert student_names(page) == ["Ada", "Bea 9", "Bea 10", "Cy"]


def test_the_table_filters_and_searches(open_page: OpenPage) -> None:
    page = open_page("#class")
    _score_mixed_class(page)
    show = page.get_by_label("Show", exact=True)
    search = page.get_by_label("Search names and texts")
    show.select_option("Needs your reading")
    assert student_names(page) == ["Bea 9", "Ada"]
    expect(page.locator("#shown-count")).to_have_text("Showing 2 of 4")
    show.select_option("All essays")
    search.fill("bea")
    assert student_names(page) == ["Bea 9", "Bea 10"]
    search.fill("good.")
    assert student_names(page) == ["Cy"]
    search.fill("")
    page.get_by_label("Your mark: Cy").fill("6")
    show.select_option("Without your mark")
    assert student_names(page) == ["Bea 9", "Ada", "Bea 10"]


def test_a_finished_run_does_not_move_a_field_that_is_being_edited(open_page: OpenPage) -> None:
    page = open_page("#class")
    pending: list[Route] = []
    FakeServer.install(page, result(), result(), pending.append)
    score_table(page, class_rows(3))
    expect(page.locator(".suggested-score strong")).to_have_count(2)
    comment = page.get_by_label("Your comment: Student 2", exact=True)
    comment.fill("Half a sen")
    pending[0].fulfill(json=result(flags=["too_long"], review=True))
    wait_for_status(page)
    expect(comment).to_be_focused()
    page.keyboard.type("tence.")
    expect(comment).to_have_value("Half a sentence.")
    assert student_names(page) == ["Student 1", "Student 2", "Student 3"]
    page.get_by_role("columnheader", name="Flags").get_by_role("button").click()
    assert student_names(page)[-1] == "Student 3"


def test_the_chart_compares_suggested_scores_with_the_teachers(open_page: OpenPage) -> None:
    page = open_page("#class")
    _score_mixed_class(page)
    bins = page.locator(".chart li")
    spoken = "node => node.querySelector('.visually-hidden').textContent"
    assert [one.evaluate(spoken) for one in bins.all()] == [
        "Score 1: 0 suggested scores.",
        "Score 2: 1 suggested score.",
        "Score 3: 1 suggested score.",
        "Score 4: 0 suggested scores.",
        "Score 5: 1 suggested score.",
        "Score 6: 1 suggested score.",
    ]
    for name, score in (("Cy", "6"), ("Ada", "4"), ("Bea 9", "5")):
        page.get_by_label(f"Your mark: {name}").fill(score)
        page.keyboard.press("Tab")
    expect(bins.last).to_contain_text("1 suggested score. 1 of your marks.")
    expect(page.locator("#score-chart")).to_contain_text(
        "3 essays have a suggestion and your mark: 1 identical, 2 within one point."
    )


def test_the_dialog_shows_an_essay_and_steps_to_the_next(open_page: OpenPage) -> None:
    page = open_page("#class")
    _score_mixed_class(page)
    page.get_by_role("button", name="Bea 9").click()
    dialog = page.get_by_role("dialog", name="Bea 9")
    expect(dialog).to_contain_text("Doubtful.")
    expect(dialog).to_contain_text("The essay doesn’t seem to answer the assignment.")
    expect(dialog.get_by_role("button", name="Previous")).to_be_disabled()
    dialog.get_by_label("Your comment").fill("Off topic indeed.")
    dialog.get_by_role("button", name="Next").click()
    dialog = page.get_by_role("dialog", name="Ada")
    expect(dialog).to_contain_text("Remarked.")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Your comment: Bea 9")).to_have_value("Off topic indeed.")
