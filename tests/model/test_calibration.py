import pytest
from hypothesis import given
from hypothesis import strategies as st

from essay_scorer.model.calibration import Band, Calibration
from essay_scorer.model.scale import Scale

SCALE = Scale(min=1, max=6)


def line(*, below: float = 0.9, above: float = 0.9) -> Calibration:
    bands = tuple(Band(low=score - below, high=score + above) for score in range(1, 7))
    return Calibration(slope=5.0, intercept=1.0, coverage=0.9, bands=bands)


LINE = line()


@pytest.mark.parametrize(
    ("prediction", "raw", "value"),
    [(0.0, 1.0, 1), (1.0, 6.0, 6), (0.5, 3.5, 4), (0.499, 3.495, 3), (-9.0, 1.0, 1), (9.0, 6.0, 6)],
)
def test_a_prediction_becomes_a_score_within_the_scale(
    prediction: float, raw: float, value: int
) -> None:
    assert LINE.raw_score(prediction, SCALE) == pytest.approx(raw)
    assert type(LINE.raw_score(prediction, SCALE)) is float
    assert SCALE.nearest(LINE.raw_score(prediction, SCALE)) == value


def test_an_interval_contains_the_scores_whose_band_contains_the_raw_score() -> None:
    interval = LINE.interval(3.2, SCALE)
    assert (interval.low, interval.high, interval.coverage) == (3, 4, 0.9)


def test_bands_may_be_asymmetric() -> None:
    lenient = line(below=0.5, above=1.6).interval(3.2, SCALE)
    assert (lenient.low, lenient.high) == (2, 3)


def test_an_interval_stays_within_the_scale() -> None:
    wide = line(below=2.0, above=2.0)
    assert (wide.interval(1.2, SCALE).low, wide.interval(5.9, SCALE).high) == (1, 6)


@given(st.floats(1, 6), st.floats(0, 5), st.floats(0, 5))
def test_an_interval_always_contains_the_score(raw: float, below: float, above: float) -> None:
    bands = line(below=below, above=above)
    interval = bands.interval(raw, SCALE)
    assert SCALE.min <= interval.low <= SCALE.nearest(raw) <= interval.high <= SCALE.max
