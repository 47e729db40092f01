"""Requests for one essay: what is sent, stopping, retries, errors, and the access key."""

import pytest
from playwright.sync_api import Route, expect

from tests.browser.fake_server import (
    FakeServer,
    Reply,
    disconnect,
    error,
    no_reply,
    result,
    throttle,
)
from tests.browser.page_actions import ESSAY, OpenPage, submit_essay


def test_the_prompt_is_sent_if_it_is_given(open_page: OpenPage) -> None:
    page = open_page()
    server = FakeServer.install(page, result())
    submit_essay(page)
    expect(page.locator(".score")).to_be_visible()
    page.locator("#essay-prompt-details summary").click()
    page.get_by_label("What the students were asked to write").fill("Write about school.")
    page.get_by_role("button", name="Suggest a score").click()
    expect(page.locator("#essay-status")).to_be_empty()
    assert server.requests == [{"text": ESSAY}, {"text": ESSAY, "prompt": "Write about school."}]


def test_a_second_click_sends_nothing(open_page: OpenPage) -> None:
    page = open_page()
    pending: list[Route] = []
    server = FakeServer.install(page, pending.append)
    submit_essay(page)
    page.get_by_role("button", name="Suggest a score").click(force=True)
    page.get_by_label("Essay", exact=True).press("Control+Enter")
    expect(page.locator("#essay-status")).to_have_text("Scoring the essay…")
    pending[0].fulfill(json=result())
    expect(page.locator(".score")).to_be_visible()
    assert len(server.requests) == 1


def test_a_text_without_words_is_not_sent(open_page: OpenPage) -> None:
    page = open_page()
    server = FakeServer.install(page, result())
    submit_essay(page, " \n ")
    expect(page.get_by_role("alert")).to_have_text("Paste an essay first.")
    assert server.requests == []


def test_a_request_can_be_stopped(open_page: OpenPage) -> None:
    page = open_page()
    FakeServer.install(page, no_reply, result())
    submit_essay(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#announcer")).to_have_text("Stopped. Your text is still here.")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    expect(page.get_by_label("Essay", exact=True)).to_have_value(ESSAY)
    submit_essay(page)
    expect(page.locator(".score")).to_be_visible()


def test_a_throttled_request_is_retried(open_page: OpenPage) -> None:
    page = open_page()
    server = FakeServer.install(page, throttle, 503, result())
    submit_essay(page)
    expect(page.locator(".score")).to_be_visible()
    assert len(server.requests) == 3


ERRORS: dict[str, tuple[Reply, str]] = {
    "no words": (error(422, "text_without_words"), "This text contains no words."),
    "too large": (error(413, "too_large"), "This text is too long to score."),
    "too large for the gateway": (413, "This text is too long to score."),
    "internal error": (error(500, "internal"), "The server couldn’t score this text."),
    "unknown code": (error(418, "teapot"), "The server couldn’t score this text."),
    "not JSON": (
        lambda route: route.fulfill(body="<html>"),
        "The server couldn’t score this text.",
    ),
    "no connection": (
        disconnect,
        "The server didn’t respond. Your text is still here; try again.",
    ),
    "always throttled": (throttle, "The server is busy."),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_has_a_message_and_keeps_the_text(open_page: OpenPage, name: str) -> None:
    page = open_page()
    reply, message = ERRORS[name]
    FakeServer.install(page, reply)
    submit_essay(page)
    expect(page.get_by_role("alert").filter(has_text=message)).to_be_visible()
    expect(page.get_by_label("Essay", exact=True)).to_have_value(ESSAY)
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()


@pytest.mark.parametrize("status", [401, 403])
def test_the_access_key_is_asked_for_and_kept_for_the_tab(open_page: OpenPage, status: int) -> None:
    page = open_page()
    server = FakeServer.install(page, status, status, result())
    submit_essay(page)
    dialog = page.get_by_role("dialog", name="Access key needed")
    key = dialog.get_by_label("Access key")
    key.fill("wrong")
    dialog.get_by_role("button", name="Use this key").click()
    expect(dialog).to_contain_text("The server didn’t accept this key.")
    key.fill("right")
    key.press("Enter")
    expect(page.locator(".score")).to_be_visible()
    page.reload()
    submit_essay(page)
    expect(page.locator(".score")).to_be_visible()
    assert server.keys == [None, "wrong", "right", "right"]
    stored = page.evaluate("[JSON.stringify(localStorage), document.cookie]")
    assert "right" not in "".join(stored)


def test_canceling_the_access_key_returns_to_the_text(open_page: OpenPage) -> None:
    page = open_page()
    FakeServer.install(page, 401)
    submit_essay(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_have_text("This server needs an access key.")
    expect(page.get_by_label("Essay", exact=True)).to_have_value(ESSAY)
