"""Scoring a class: progress, retries, stopping and resuming, and the access key."""

from collections.abc import Callable

from playwright.sync_api import Route, expect

from essay_scorer import Scorer
from tests.browser.fake_server import (
    FakeServer,
    Reply,
    disconnect,
    error,
    no_reply,
    result,
    throttle,
)
from tests.browser.page_actions import (
    HEADER,
    OpenPage,
    class_rows,
    score_table,
    student_names,
    wait_for_status,
)


def test_a_class_gets_the_scores_of_the_scorer_and_flagged_essays_come_first(
    open_page: OpenPage, scorer: Scorer, example: Callable[[str], str]
) -> None:
    page = open_page("#class")
    essays = {name: example(name) for name in ("weak", "middling", "strong")}
    rows = [("none", "1234"), ("short", "A short one."), ("", "")]
    score_table(page, [HEADER, *essays.items(), *rows])
    wait_for_status(page)
    flagged = [name for name, text in essays.items() if scorer.score(text).flags]
    rest = [name for name in essays if name not in flagged]
    assert student_names(page) == ["none", *flagged, "short", *rest]
    expect(page.get_by_role("row", name="none")).to_contain_text("This text contains no words.")
    expect(page.get_by_role("row", name="short")).to_contain_text("needs your reading too short")
    for name, text in essays.items():
        score = scorer.score(text)
        cell = page.get_by_role("row", name=name).locator(".suggested-score")
        expect(cell).to_have_text(f"{score.value} {score.interval.low} to {score.interval.high}")
    to_review = f"{len(flagged) + 1} need{'' if flagged else 's'} your reading"
    expect(page.locator("#class-progress-text")).to_have_text(
        f"4 of 5 essays scored. {to_review}. 1 couldn’t be scored."
    )


def test_two_hundred_essays_are_sent_a_few_at_a_time_and_once_each(open_page: OpenPage) -> None:
    page = open_page("#class")
    pending: list[Route] = []
    server = FakeServer.install(page, pending.append)
    score_table(page, class_rows(200))
    concurrent = 0
    while len(server.requests) < 200 or pending:
        page.wait_for_timeout(1)
        concurrent = max(concurrent, len(pending))
        while pending:
            pending.pop().fulfill(json=result())
    wait_for_status(page)
    assert 1 < concurrent <= 6
    texts = sorted(request["text"] for request in server.requests)
    assert texts == sorted(f"Essay number {n}." for n in range(1, 201))
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "200")
    expect(page.locator("#class-table-body tr")).to_have_count(200)


def test_throttled_requests_are_retried_until_every_essay_has_a_score(open_page: OpenPage) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, throttle, 503, throttle, throttle, result())
    score_table(page, class_rows(10))
    wait_for_status(page)
    assert len(server.requests) == 14
    expect(page.locator(".suggested-score strong")).to_have_count(10)


def test_scoring_continues_after_a_lost_connection(open_page: OpenPage) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, result(), *[disconnect] * 6, result())
    rows = class_rows(8)
    score_table(page, rows)
    expect(page.locator("#class-status")).to_contain_text("Connection lost.")
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_for_status(page)
    assert {request["text"] for request in server.requests} == {text for _, text in rows[1:]}
    expect(page.locator(".suggested-score strong")).to_have_count(8)


def test_a_run_can_be_stopped_and_resumed(open_page: OpenPage) -> None:
    page = open_page("#class")
    server = FakeServer.install(page, result(), no_reply)
    score_table(page, class_rows(6))
    expect(page.locator(".suggested-score strong")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    wait_for_status(page, "Stopped.")
    server.reset(result())
    page.wait_for_timeout(300)
    assert server.requests == []
    page.get_by_role("button", name="Resume").click()
    wait_for_status(page)
    assert len(server.requests) == 5


def test_a_second_tab_does_not_score_the_class_again(open_page: OpenPage) -> None:
    page = open_page("#class")
    FakeServer.install(page, result(), no_reply)
    score_table(page, class_rows(6))
    expect(page.locator(".suggested-score strong")).to_have_count(1)
    other = page.context.new_page()
    other.goto(page.url)
    server = FakeServer.install(other, result())
    other.get_by_role("button", name="Resume").click()
    wait_for_status(other, "This class is being scored in another tab.")
    assert server.requests == []


def test_an_essay_that_fails_does_not_affect_the_others(open_page: OpenPage) -> None:
    page = open_page("#class")
    replies: list[Reply] = [result(), error(500, "internal"), error(413, "too_large"), result()]
    server = FakeServer.install(page, *replies)
    score_table(page, class_rows(6))
    wait_for_status(page, "Some essays haven’t been scored yet.")
    expect(page.locator(".suggested-score strong")).to_have_count(4)
    server.reset(result())
    page.get_by_role("button", name="Resume").click()
    wait_for_status(page)
    assert len(server.requests) == 1  # an essay that is too large is not sent again


def test_the_access_key_is_asked_for_once_for_the_whole_class(open_page: OpenPage) -> None:
    page = open_page("#class")

    def check_key(route: Route) -> None:
        if route.request.headers.get("x-api-key") == "right":
            route.fulfill(json=result())
        else:
            route.fulfill(status=401, json={})

    FakeServer.install(page, check_key)
    score_table(page, class_rows(10))
    page.locator("#cancel-key").click()
    wait_for_status(page, "Some essays haven’t been scored yet.")
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("textbox", name="Access key").fill("right")
    page.get_by_role("button", name="Use this key").click()
    wait_for_status(page)
    expect(page.locator(".suggested-score strong")).to_have_count(10)
