import pytest
from hypothesis import given
from hypothesis import strategies as st

from essay_scorer.flags import LengthLimits
from essay_scorer.scale import Calibration, Scale

SCALE = Scale(min=1, max=6)
LINE = Calibration(slope=5.0, intercept=1.0, half_width=0.9, coverage=0.9)


@pytest.mark.parametrize(
    ("number", "raw", "value"),
    [(0.0, 1.0, 1), (1.0, 6.0, 6), (0.5, 3.5, 4), (0.499, 3.495, 3), (-9.0, 1.0, 1), (9.0, 6.0, 6)],
)
def test_a_number_becomes_a_score_within_the_scale(number: float, raw: float, value: int) -> None:
    assert LINE.raw(number, SCALE) == pytest.approx(raw)
    assert type(LINE.raw(number, SCALE)) is float
    assert LINE.value(LINE.raw(number, SCALE)) == value


def test_an_interval_holds_the_scores_within_the_half_width() -> None:
    interval = LINE.interval(3.2, SCALE)
    assert (interval.low, interval.high, interval.coverage) == (3, 4, 0.9)


def test_an_interval_ends_where_the_scale_ends() -> None:
    wide = Calibration(slope=1.0, intercept=0.0, half_width=2.0, coverage=0.9)
    assert (wide.interval(1.2, SCALE).low, wide.interval(5.9, SCALE).high) == (1, 6)


@given(st.floats(1, 6), st.floats(0, 5))
def test_an_interval_always_holds_its_own_score(raw: float, half_width: float) -> None:
    line = Calibration(slope=1.0, intercept=0.0, half_width=half_width, coverage=0.9)
    interval = line.interval(raw, SCALE)
    assert SCALE.min <= interval.low <= line.value(raw) <= interval.high <= SCALE.max


@pytest.mark.parametrize(
    ("words", "flags"), [(9, ("too_short",)), (10, ()), (20, ()), (21, ("too_long",))]
)
def test_a_length_outside_the_training_essays_is_flagged(
    words: int, flags: tuple[str, ...]
) -> None:
    assert LengthLimits(min_words=10, max_words=20).flags(words) == flags
