"""Marking by keyboard, from the first student to the last; the focus is never lost."""

import json

from playwright.sync_api import Page, Route, expect

from tests.browser.fake_server import EXPLANATION, FakeServer, result
from tests.browser.page_actions import (
    HEADER,
    OpenPage,
    class_rows,
    csv_bytes,
    open_table,
    reload_class,
    score_table,
    student_names,
    wait_for_status,
)


def _open_class(page: Page, size: int = 4) -> None:
    FakeServer.install(page, result())
    score_table(page, class_rows(size))
    wait_for_status(page)


def _focused(page: Page) -> str:
    """Return the accessible name of the control that has the focus, or its text."""
    control = "document.activeElement"
    return str(page.evaluate(f"{control}.ariaLabel ?? {control}.textContent"))


def test_enter_goes_from_mark_to_mark(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    page.keyboard.press("Alt+ArrowDown")
    for number in range(1, 5):
        assert _focused(page) == f"Your mark: Student {number}"
        page.keyboard.type(f"{number % 3 + 2}")
        page.keyboard.press("Enter")
    assert _focused(page) == "Your mark: Student 4"  # there is no next student
    page.keyboard.press("Shift+Enter")
    assert _focused(page) == "Your mark: Student 3"
    fields = page.locator(".teacher-score").all()
    assert [field.input_value() for field in fields] == ["3", "4", "2", "3"]


def test_letters_step_filter_and_open_fields(open_page: OpenPage) -> None:
    page = open_page("#class")
    replies = {
        "One.": result(),
        "Two.": result(flags=["off_topic"], review=True),
        "Three.": result(flags=["too_long"]),
    }

    def reply(route: Route) -> None:
        route.fulfill(json=replies[json.loads(route.request.post_data or "")["text"]])

    FakeServer.install(page, reply)
    score_table(page, [HEADER, ("Ada", "One."), ("Bo", "Two."), ("Cy", "Three.")])
    wait_for_status(page)
    page.get_by_role("button", name="Bo", exact=True).focus()
    for key, focused in (("n", "Cy"), ("n", "Ada"), ("p", "Cy"), ("m", "Your mark: Cy")):
        page.keyboard.press(key)
        assert _focused(page) == focused
    page.keyboard.type("4")
    page.keyboard.press("Escape")
    assert _focused(page) == "Cy"
    for key, names in (("u", ["Bo", "Ada"]), ("f", ["Bo", "Cy"]), ("t", ["Bo", "Cy", "Ada"])):
        page.keyboard.press(key)
        assert student_names(page) == names
        assert _focused(page) == names[0]
    page.keyboard.press("c")
    page.keyboard.type("no upper run ? =")
    expect(page.get_by_label("Your comment: Bo", exact=True)).to_have_value("no upper run ? =")
    assert student_names(page) == ["Bo", "Cy", "Ada"]


def test_a_suggestion_is_taken_with_one_key_and_given_back(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    first = page.get_by_label("Your mark: Student 1", exact=True)
    second = page.get_by_label("Your mark: Student 2", exact=True)
    first.fill("5")
    first.press("=")
    expect(first).to_have_value("3")
    expect(page.locator("#acceptance-message")).to_have_text(
        "Suggestion accepted for Student 1: 3."
    )
    first.press("Enter")
    page.keyboard.press("=")
    expect(second).to_have_value("3")
    page.keyboard.press("Control+z")
    expect(second).to_have_value("")
    expect(second).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(first).to_have_value("5")
    reload_class(page)
    expect(first).to_have_value("5")


def test_taken_suggestions_are_no_agreement(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    page.get_by_label("Your mark: Student 1", exact=True).fill("4")
    page.get_by_label("Your mark: Student 2", exact=True).press("=")
    expect(page.locator("#score-chart")).to_contain_text(
        "1 essay has a suggestion and your mark: 0 identical"
    )


def test_the_keys_are_listed(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    page.get_by_role("button", name="Student 1", exact=True).press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_contain_text("Accept the suggestion as your mark")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert _focused(page) == "Student 1"


def test_the_focus_is_on_the_class_after_scoring_starts_and_stops(open_page: OpenPage) -> None:
    page = open_page("#class", viewport={"width": 360, "height": 740})
    FakeServer.install(page, result())
    open_table(page, csv_bytes(class_rows(12)))
    submit = page.locator("#column-form [type=submit]")
    submit.scroll_into_view_if_needed()
    submit.press("Enter")
    wait_for_status(page)
    heading = page.get_by_role("heading", name="class.csv")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()


def test_the_focus_stays_in_the_reader(open_page: OpenPage) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, result())
    score_table(page, class_rows(3))
    wait_for_status(page)
    server.reset(result(explanation=EXPLANATION))
    page.get_by_role("button", name="Student 1", exact=True).press("Enter")
    page.get_by_role("button", name="Next").press("Enter")
    expect(page.get_by_role("button", name="Next")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Student 3")).to_be_visible()
    expect(page.get_by_role("button", name="Previous")).to_be_focused()  # there is no next one
    page.keyboard.press("p")
    expect(page.get_by_role("dialog", name="Student 2")).to_be_visible()
    page.keyboard.press("m")
    page.keyboard.type("4")
    page.keyboard.press("Shift+Enter")
    dialog = page.get_by_role("dialog", name="Student 1")
    expect(dialog.get_by_label("Your mark")).to_be_focused()
    page.keyboard.press("=")
    expect(dialog.get_by_label("Your mark")).to_have_value("3")
    page.keyboard.press("Alt+ArrowDown")
    page.get_by_role("button", name="Explain this score").press("Enter")
    expect(page.get_by_role("heading", name="Where to look")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Student 2", exact=True)).to_be_focused()


def test_the_focus_survives_stopping(open_page: OpenPage) -> None:
    page = open_page("#class")
    FakeServer.install(page, result(), lambda _route: None)
    score_table(page, class_rows(6))
    expect(page.locator(".suggested-score strong")).to_have_count(1)
    page.get_by_role("button", name="Stop").press("Enter")
    wait_for_status(page, "Stopped.")
    expect(page.get_by_role("heading", name="class.csv")).to_be_focused()
