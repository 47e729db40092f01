"""Marks as people write them, and the scale that they show."""

import pytest

from essay_scorer import InvalidMarks, Scale
from essay_scorer.adapt.mark_scale import guess_scale, parse_scale, with_step_of
from essay_scorer.adapt.marks import Mark, parse_marks


def _marks(*values: object) -> list[Mark]:
    names = [f"essay {number}" for number in range(1, len(values) + 1)]
    return [mark for mark in parse_marks(values, names) if mark is not None]


@pytest.mark.parametrize(
    ("written", "number"),
    [(14, 14), (14.5, 14.5), ("14,5", 14.5), (" 14 / 20 ", 14), ("14 pts", 14), ("0", 0)],
)
def test_numbers_are_read_however_they_are_written(written: object, number: float) -> None:
    (mark,) = _marks(written)
    assert mark.position(Scale(min=0, max=20, step=0.5), essay="essay 1") == number


@pytest.mark.parametrize("written", ["", "  ", "-", "absent", "Abs.", "n/a", None, float("nan")])
def test_what_is_no_mark_is_left_out(written: object) -> None:
    assert _marks(written) == []


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("0-20", Scale(min=0, max=20)),
        ("0-10:0.5", Scale(min=0, max=10, step=0.5)),
        ("0–10 : 0,25", Scale(min=0, max=10, step=0.25)),
        ("percent", Scale(min=0, max=100)),
        ("A,B,C,D,F", Scale.of_labels(("F", "D", "C", "B", "A"))),
        ("1 to 6", Scale(min=1, max=6)),
    ],
)
def test_a_scale_is_read_as_teachers_write_it(text: str, scale: Scale) -> None:
    assert parse_scale(text) == scale


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("5-5", "one level or none"),
        ("20-0", "one level or none"),
        ("0-10000", "give a larger step, such as 0-10000:100"),
        ("0-10:0.3", "does not end on a whole number of steps"),
        ("great", "is not a scale; write one like 0-20"),
        ("A,A", "is not a scale"),
    ],
)
def test_an_unusable_scale_is_refused_with_the_remedy(text: str, reason: str) -> None:
    with pytest.raises(InvalidMarks, match=reason):
        parse_scale(text)


@pytest.mark.parametrize(
    ("written", "scale"),
    [
        (["14/20", "9/20"], Scale(min=0, max=20)),
        (["14", "9,5", "17"], Scale(min=0, max=20, step=0.5)),
        (["85%", "60 %"], Scale(min=0, max=100)),
        ([85, 61, 90], Scale(min=0, max=100)),
        (["A", "C", "F"], Scale.of_labels(("F", "D", "C", "B", "A"))),
        (["A", "E"], Scale.of_labels(("F", "E", "D", "C", "B", "A"))),
    ],
)
def test_marks_show_their_scale(written: list[object], scale: Scale) -> None:
    assert guess_scale(_marks(*written)) == scale


def test_plus_and_minus_belong_to_the_long_letter_scale() -> None:
    scale = guess_scale(_marks("B+", "a−", "C"))
    assert (scale.levels, scale.labels[-1]) == (13, "A+")
    (mark,) = _marks("a−")
    assert scale.label(mark.position(scale, essay="essay 1")) == "A-"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ([3, 4, 5], "fit several scales; name yours"),
        ([25, 31], "fit several scales"),
        (["14/20", "7/10"], "out of 10 and 20; give all of them out of one maximum"),
        (["great", "poor"], "not all letters from A"),
    ],
)
def test_an_ambiguous_scale_is_refused(written: list[object], reason: str) -> None:
    with pytest.raises(InvalidMarks, match=reason):
        guess_scale(_marks(*written))


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("25", "The mark of essay 1, 25, is not on the scale 0 to 20"),
        ("7/10", "is out of 10, but the scale ends at 20"),
        ("good", "is not a mark: 'good'"),
    ],
)
def test_a_mark_off_the_scale_is_refused_with_its_essay(written: str, reason: str) -> None:
    (mark,) = _marks(written)
    with pytest.raises(InvalidMarks, match=reason):
        mark.position(Scale(min=0, max=20), essay="essay 1")


def test_the_step_becomes_as_small_as_the_marks_need() -> None:
    assert with_step_of(Scale(min=0, max=20), [12, 14.25]).step == 0.25
    assert with_step_of(Scale(min=0, max=20), [12, 14]).step == 1
    with pytest.raises(InvalidMarks, match="more than 1,001 levels"):
        with_step_of(Scale(min=0, max=100), [12.01])
