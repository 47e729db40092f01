"""The teacher's own scale: suggestions learned from her marks, and the blind second reader."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from essay_scorer import Profile
from essay_scorer.adapt.learn_profile import learn_profile, suggest_first
from tests.adapt.synthetic_class import BUNDLE_SCALE, make_class, marks_of
from tests.browser.fake_server import FakeServer, result
from tests.browser.page_actions import HEADER, OpenPage, class_rows, score_table, wait_for_status

VECTORS = make_class(30)
MARKS = [int(mark) for mark in marks_of(VECTORS)]


def _sent(route: Any) -> dict[str, Any]:
    """Return the body of a request."""
    body: dict[str, Any] = route.request.post_data_json
    return body


def _open_class(page: Page) -> None:
    """Score a class of thirty essays, each with a vector of its own."""
    replies = [result(features=vector.to_dict()) for vector in VECTORS]
    server = FakeServer.install(page)

    def reply(route: Any) -> None:
        number = int(_sent(route)["text"].split()[-1].rstrip("."))
        assert _sent(route)["features"] is True
        route.fulfill(json=replies[number - 1])

    server.replies = [reply]
    score_table(page, class_rows(len(VECTORS)))
    wait_for_status(page)


def _mark(page: Page, count: int) -> None:
    for number, mark in enumerate(MARKS[:count], 1):
        page.get_by_label(f"Your mark: Student {number}", exact=True).fill(str(mark))


def _suggestion(page: Page, number: int) -> str:
    row = page.get_by_role("row").filter(
        has=page.get_by_role("button", name=f"Student {number}", exact=True)
    )
    return row.locator(".suggested-score").inner_text()


def test_suggestions_are_those_of_python_on_the_teachers_scale(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    page.get_by_label("Your scale", exact=True).select_option("0-20")
    _mark(page, 12)
    report = page.locator("#marking-report")
    expect(report).to_contain_text("Checked by leaving out each of your 12 marks")
    given = [mark if row < 12 else None for row, mark in enumerate(MARKS)]
    profile = learn_profile(VECTORS, given, bundle_scale=BUNDLE_SCALE, scale="0-20")
    for number in (13, 20, 30):
        one = profile.suggest(VECTORS[number - 1].numbers())
        low, high = one.interval.low, one.interval.high
        expected = f"{one.value}" if low == high else f"{one.value} {low} to {high}"
        assert _suggestion(page, number) == expected


@pytest.mark.parametrize(
    ("scale", "marks", "familiarity"),
    [
        ("0-20", 12, 0.1),
        ("0-20:0.5", 25, 0.0),
        ("1-6", 20, 0.9),
        ("A,B,C,D,F", 18, 0.4),
        ("0-100", 5, 0.1),
    ],
)
def test_the_browser_computes_what_python_computes(
    open_page: OpenPage, scale: str, marks: int, familiarity: float
) -> None:
    vectors = make_class(40, familiarity=familiarity, seed=marks)
    points = _points(scale, vectors)
    given = [mark if row < marks else None for row, mark in enumerate(points)]
    labels = scale.split(",")[::-1] if "," in scale else []
    written = [mark if mark is None or not labels else labels[int(mark)] for mark in given]
    profile = learn_profile(vectors, written, bundle_scale=BUNDLE_SCALE, scale=scale)
    found = open_page().evaluate(
        """async ({ vectors, marks, scale, bundleScale }) => {
          const { learnProfile, startSet, suggest } = await import("/static/profile.js");
          const { MarkScale } = await import("/static/mark-scale.js");
          const parsed = MarkScale.parse(scale);
          const { profile } = learnProfile(vectors, marks, parsed, bundleScale);
          const suggestions = vectors.map((vector) => suggest(profile, vector));
          return { profile, suggestions, first: startSet(vectors, 10) };
        }""",
        {
            "vectors": [vector.to_dict() for vector in vectors],
            "marks": given,
            "scale": scale,
            "bundleScale": BUNDLE_SCALE.to_dict(),
        },
    )
    for vector, theirs in zip(vectors, found["suggestions"], strict=True):
        ours = profile.suggest(vector.numbers())
        assert theirs["raw"] == pytest.approx(ours.raw, abs=1e-6)
        assert (theirs["value"], theirs["low"], theirs["high"]) == (
            ours.value,
            ours.interval.low,
            ours.interval.high,
        )
    assert found["profile"]["report"] == profile.report.to_dict()
    assert found["first"] == suggest_first(vectors, 10)
    loaded = Profile.from_dict(found["profile"])  # a file of the page is a file of the shell
    numbers = vectors[-1].numbers()
    assert loaded.suggest(numbers).raw == pytest.approx(profile.suggest(numbers).raw, abs=1e-6)


def _points(scale: str, vectors: Any) -> list[float]:
    """Return marks of a scale, out of those out of twenty."""
    marks = marks_of(vectors)
    if "," in scale:
        return [min(int(mark / 4), 4) for mark in marks]
    highest = {"0-20": 20, "0-20:0.5": 20, "1-6": 6, "0-100": 100}[scale]
    if scale == "0-20:0.5":
        return marks
    return [max(round(mark * highest / 20), int(scale[0])) for mark in marks]


def test_blind_a_suggestion_shows_only_after_the_mark_and_only_if_they_differ(
    open_page: OpenPage,
) -> None:
    page = open_page("#class")
    _open_class(page)
    page.get_by_label("Your scale", exact=True).select_option("0-20")
    page.get_by_label("Hide each suggestion").check()
    assert _suggestion(page, 20) in {"hidden", "mark five essays first"}
    _mark(page, 14)
    expect(page.locator("#marking-report")).to_contain_text("14 marks")
    assert _suggestion(page, 20) == "hidden"
    agreeing = [n for n in range(1, 15) if _suggestion(page, n) == "in line with your mark"]
    assert len(agreeing) > 9
    changed = agreeing[0]
    other = "0" if MARKS[changed - 1] > 9 else "20"
    page.get_by_label(f"Your mark: Student {changed}", exact=True).fill(other)
    row = page.get_by_role("row").filter(
        has=page.get_by_role("button", name=f"Student {changed}", exact=True)
    )
    expect(row).to_contain_text("second look")
    assert _suggestion(page, changed) != "in line with your mark"
    page.get_by_role("button", name="Student 20", exact=True).click()
    expect(page.locator("#essay-dialog-result")).to_contain_text("hidden until you mark")


def test_ten_essays_to_mark_first_are_tagged_until_they_are_marked(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    expect(page.locator(".tag.first")).to_have_count(10)
    page.get_by_label("Show", exact=True).select_option("first")
    expect(page.locator("#class-table-body tr")).to_have_count(10)
    page.get_by_label("Show", exact=True).select_option("all")
    page.get_by_label("Your scale", exact=True).select_option("0-20")
    _mark(page, 10)
    expect(page.locator(".tag.first")).to_have_count(0)


def test_what_was_learned_is_saved_and_serves_the_next_class(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("#class")
    _open_class(page)
    page.get_by_label("Your scale", exact=True).select_option("0-20")
    _mark(page, 12)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the marking profile").click()
    saved = tmp_path / "class-profile.json"
    download.value.save_as(saved)
    profile = Profile.load(saved)
    other = open_page("#class")
    _open_class(other)
    other.locator("#profile-file").set_input_files(saved)
    expect(other.locator("#marking-report")).to_contain_text("12 marks")
    one = profile.suggest(VECTORS[29].numbers())
    assert _suggestion(other, 30).split()[0] == str(one.value)


def test_a_file_that_is_no_profile_is_refused(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("#class")
    _open_class(page)
    for content in (b"", b"{}", json.dumps({"format": 1}).encode(), b" " * 300_000):
        path = tmp_path / "wrong.json"
        path.write_bytes(content)
        page.locator("#profile-file").set_input_files(path)
        expect(page.locator("#scale-error")).to_contain_text("isn’t a marking profile")


def test_letters_are_a_scale(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    page.get_by_label("Your scale", exact=True).select_option("A,B,C,D,F")
    for number, mark in enumerate(MARKS[:10], 1):
        letter = "FDCBA"[min(mark // 4, 4)]
        page.get_by_label(f"Your mark: Student {number}", exact=True).fill(letter.lower())
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your mark: Student 10", exact=True)).to_have_value(letter)
    expect(page.locator("#marking-report")).to_contain_text("10 marks")
    assert _suggestion(page, 20)[0] in "ABCDF"


def test_a_scale_of_ones_own_is_checked(open_page: OpenPage) -> None:
    page = open_page("#class")
    _open_class(page)
    page.get_by_label("Your scale", exact=True).select_option("own")
    field = page.get_by_label("Your scale, such as")
    field.fill("ten")
    field.press("Tab")
    expect(page.locator("#scale-error")).to_contain_text("Write your scale like")
    field.fill("0-30")
    field.press("Tab")
    _mark(page, 8)
    expect(page.locator("#marking-report")).to_contain_text("8 marks")


def test_marks_of_a_table_show_their_scale_and_teach_at_once(open_page: OpenPage) -> None:
    page = open_page("#class")
    replies = {f"Essay number {n}.": vector for n, vector in enumerate(VECTORS, 1)}
    server = FakeServer.install(page)
    server.replies = [
        lambda route: route.fulfill(json=result(features=replies[_sent(route)["text"]].to_dict()))
    ]
    rows = [
        (*row, f"{mark}/20" if number <= 12 else "absent")
        for number, (row, mark) in enumerate(zip(class_rows(30)[1:], MARKS, strict=True), 1)
    ]
    score_table(page, [(*HEADER, "mark"), *rows])
    wait_for_status(page)
    expect(page.locator("#mark-scale")).to_have_value("0-20")
    expect(page.locator("#marking-report")).to_contain_text("12 marks")


def test_one_text_with_two_marks_is_pointed_out(open_page: OpenPage) -> None:
    page = open_page("#class")
    server = FakeServer.install(page)
    server.replies = [result(features=VECTORS[0].to_dict())]
    score_table(page, class_rows(6))
    wait_for_status(page)
    for number in range(1, 7):
        page.get_by_label(f"Your mark: Student {number}", exact=True).fill(str(number % 5 + 1))
    expect(page.locator("#marking-report")).to_contain_text(
        "are the same text with different marks"
    )


def test_a_model_without_vectors_still_scores_a_class(open_page: OpenPage) -> None:
    page = open_page("#class")
    server = FakeServer.install(page)

    def reply(route: Any) -> None:
        if "features" in _sent(route):
            route.fulfill(status=422, json={"error": {"code": "no_adaptation", "message": "…"}})
        else:
            route.fulfill(json=result())

    server.replies = [reply]
    score_table(page, class_rows(6))
    wait_for_status(page)
    assert _suggestion(page, 1) == "3 2 to 4"
