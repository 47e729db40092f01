"""Learning a profile: what it suggests, what it says of itself, and what it refuses."""

import json

import numpy as np
import pytest
from tests.adapt.synthetic_class import (
    BUNDLE_SCALE,
    length_of,
    make_class,
    marks_of,
    of_another_bundle,
)

from essay_scorer import InvalidMarks, InvalidProfile, Profile, Scale
from essay_scorer.adapt.learn_profile import learn_profile, suggest_first

SCALE = Scale(min=0, max=20, step=0.5)


def _learn(marks: int, essays: int = 80, seed: int = 0) -> tuple[Profile, np.ndarray, np.ndarray]:
    """Return a profile, and suggested and true marks of the unmarked essays."""
    vectors = make_class(essays, seed=seed)
    true = marks_of(vectors, seed=seed + 1)
    given = [mark if row < marks else None for row, mark in enumerate(true)]
    profile = learn_profile(vectors, given, bundle_scale=BUNDLE_SCALE, scale=SCALE)
    suggested = [profile.suggest(vector.numbers()).raw for vector in vectors[marks:]]
    return profile, np.array(suggested), np.array(true[marks:])


def test_more_marks_teach_more() -> None:
    correlations = [
        np.mean([np.corrcoef(*_learn(marks, 160, seed)[1:])[0, 1] for seed in range(3)])
        for marks in (5, 80)
    ]
    assert correlations[0] > 0.4
    assert correlations[1] > correlations[0] + 0.02


def test_suggestions_are_marks_of_the_scale_with_an_interval_around_them() -> None:
    profile, _, true = _learn(30)
    vectors = make_class(80)[30:]
    suggestions = [profile.suggest(vector.numbers()) for vector in vectors]
    for one in suggestions:
        assert all(map(SCALE.contains, (one.value, one.interval.low, one.interval.high)))
        assert one.interval.low <= one.value <= one.interval.high
        assert 0 <= one.strangeness <= 1
    covered = [
        one.interval.low <= mark <= one.interval.high
        for one, mark in zip(suggestions, true, strict=True)
    ]
    assert np.mean(covered) > 0.75


def test_the_intervals_cover_nine_of_ten_marks() -> None:
    covered = []
    for seed in range(8):
        profile, _, true = _learn(40, 140, seed)
        for vector, mark in zip(make_class(140, seed=seed)[40:], true, strict=True):
            interval = profile.suggest(vector.numbers()).interval
            covered.append(interval.low <= mark <= interval.high)
    assert 0.86 < np.mean(covered) < 0.96


def test_the_report_agrees_with_the_marks_that_were_left_out() -> None:
    profile, suggested, true = _learn(60, 260)
    report = profile.report
    assert report.marks == 60
    assert report.profile.error == pytest.approx(np.abs(suggested - true).mean(), rel=0.35)
    assert report.profile.qwk > report.length.qwk
    assert report.without_length > 0.3
    assert [point.marks for point in report.curve] == [30, 48, 60]
    assert 0 <= report.error_with_more <= report.curve[-1].error
    assert 0.8 <= report.coverage <= 1


def test_learning_is_deterministic() -> None:
    assert _learn(20)[0].to_dict() == _learn(20)[0].to_dict()


def test_a_profile_is_small_and_has_no_essay() -> None:
    vectors = make_class(2_000)
    profile = learn_profile(vectors, marks_of(vectors), bundle_scale=BUNDLE_SCALE, scale=SCALE)
    text = json.dumps(profile.to_dict())
    assert len(text) < 100 * 1024
    assert profile.report.marks == 2_000
    assert profile.report.notes == ("more_than_learned",)
    assert not any(vector.values[:40] in text for vector in vectors)


def test_letters_are_learned_too() -> None:
    vectors = make_class(60)
    letters = ["FDCBA"[min(int(mark / 4), 4)] for mark in marks_of(vectors)]
    profile = learn_profile(
        vectors, [*letters[:40], *[None] * 20], bundle_scale=BUNDLE_SCALE, scale="A,B,C,D,F"
    )
    suggestion = profile.suggest(vectors[50].numbers())
    assert profile.scale.label(suggestion.value) in "ABCDF"
    assert profile.report.profile.adjacent > 0.7


def test_a_known_assignment_on_the_scorers_scale_keeps_the_shipped_score() -> None:
    vectors = make_class(40, familiarity=0.9)
    marks = [BUNDLE_SCALE.nearest(vector.raw) for vector in vectors]
    given = [mark if row < 6 else None for row, mark in enumerate(marks)]
    profile = learn_profile(vectors, given, bundle_scale=BUNDLE_SCALE, scale="1-6")
    suggested = [profile.suggest(vector.numbers()).value for vector in vectors]
    assert np.mean([one == mark for one, mark in zip(suggested, marks, strict=True)]) > 0.9


def test_the_essays_to_mark_first_are_spread_over_the_class() -> None:
    vectors = make_class(60, familiarity=0)
    first = suggest_first(vectors, 10)
    assert first == sorted(set(first))
    assert len(first) == 10
    ranks = np.argsort(np.argsort(length_of(vectors)))[first]
    assert sorted(int(rank) // 6 for rank in ranks) == list(range(10))
    assert suggest_first(vectors[:4], 10) == [0, 1, 2, 3]
    assert suggest_first([], 10) == []


@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        ([12, 14, None, "", "absent", 9], "Too few marks: 3. Mark at least 5"),
        ([12] * 6, "All marks are 12; mark essays that are better or worse"),
        ([12, 14, 9, 8, 11, 25], "The mark of essay 6, 25, is not on the scale"),
        ([12, 14, 9, 8, 11, "good"], "The mark of essay 6 is not a mark"),
        ([12, 14], "There are 6 essays and 2 marks"),
    ],
)
def test_unusable_marks_are_refused_in_one_sentence(marks: list[object], reason: str) -> None:
    with pytest.raises(InvalidMarks, match=reason):
        learn_profile(make_class(6), marks, bundle_scale=BUNDLE_SCALE, scale="0-20")


def test_one_text_with_two_marks_is_refused_and_with_one_mark_is_not() -> None:
    vectors = make_class(8)
    twice, marks = [*vectors, vectors[2]], [12, 14, 9, 8, 11, 13, 10, 7]
    with pytest.raises(InvalidMarks, match=r"two marks, 9 \(essay 3\) and 15 \(essay 9\)"):
        learn_profile(twice, [*marks, 15], bundle_scale=BUNDLE_SCALE, scale="0-20")
    profile = learn_profile(twice, [*marks, 9], bundle_scale=BUNDLE_SCALE, scale="0-20")
    assert profile.report.marks == 9


def test_two_different_values_are_learned_with_a_note() -> None:
    vectors = make_class(30)
    marks = [8 if length < 0 else 14 for length in length_of(vectors)]
    profile = learn_profile(vectors, marks, bundle_scale=BUNDLE_SCALE, scale="0-20")
    assert "two_values" in profile.report.notes


def test_vectors_of_two_bundles_are_refused() -> None:
    vectors = make_class(8)
    vectors[3] = of_another_bundle(vectors[3])
    with pytest.raises(InvalidProfile, match="different bundles; read them again"):
        learn_profile(vectors, list(range(8)), bundle_scale=BUNDLE_SCALE, scale="0-20")
