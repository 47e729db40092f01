"""Calibration: the line, and prediction intervals that reach their coverage."""

import numpy as np
import numpy.typing as npt
import pytest

from essay_scorer import FileError
from essay_scorer.lab.calibration.calibrate import calibrate
from essay_scorer.lab.calibration.conformal import conformal_quantile
from essay_scorer.lab.calibration.held_out import HeldOutPredictions
from essay_scorer.lab.calibration.linear import fit_line
from essay_scorer.model.calibration import Calibration
from essay_scorer.model.scale import Scale
from essay_scorer.text.features import FEATURE_NAMES

SCALE = Scale(min=1, max=6)

Scores = npt.NDArray[np.float64]


def _held_out(predictions: Scores, human: Scores) -> HeldOutPredictions:
    """Return essays whose writing features say nothing."""
    features = np.zeros((len(human), len(FEATURE_NAMES)), np.float32)
    return HeldOutPredictions(predictions=predictions, human=human.astype(float), features=features)


def _covered(
    calibration: Calibration, raw: Scores, human: Scores, *, familiarity: float = 1.0
) -> npt.NDArray[np.bool_]:
    intervals = [
        calibration.interval(float(score), SCALE, familiarity=familiarity) for score in raw
    ]
    low = np.array([interval.low for interval in intervals])
    high = np.array([interval.high for interval in intervals])
    return np.asarray((low <= human) & (human <= high))


def test_the_line_gives_the_mean_and_the_spread_of_the_human_scores() -> None:
    random = np.random.default_rng(0)
    human = random.integers(1, 7, 200).astype(float)
    predictions = 0.1 * human + random.normal(0, 0.01, 200)
    slope, intercept = fit_line(predictions, human)
    raw = intercept + slope * predictions
    assert raw.mean() == pytest.approx(human.mean())
    assert raw.std() == pytest.approx(human.std())


def test_constant_predictions_are_an_error() -> None:
    with pytest.raises(FileError, match="learned nothing"):
        fit_line(np.ones(5), np.arange(5.0))


def test_intervals_cover_new_essays_with_nearly_every_calibration() -> None:
    random = np.random.default_rng(1)
    coverage = []
    for _ in range(80):
        human = random.integers(1, 7, 1000).astype(float)
        predictions = human + random.normal(0, 0.8, 1000)
        calibration, _ = calibrate(
            _held_out(predictions[:400], human[:400]), scale=SCALE, coverage=0.9
        )
        raw = np.clip(calibration.intercept + calibration.slope * predictions[400:], 1, 6)
        coverage.append(_covered(calibration, raw, human[400:]).mean())
    assert np.mean(coverage) == pytest.approx(0.915, abs=0.015)
    assert np.mean(np.array(coverage) >= 0.89) >= 0.9


def test_rare_scores_are_covered() -> None:
    """The model regresses to the mean: bands of one width would miss the low scores."""
    random = np.random.default_rng(4)
    human = random.choice([1, 2, 3, 4, 5, 6], 6000, p=[0.08, 0.25, 0.34, 0.22, 0.09, 0.02])
    predictions = 3.5 + 0.7 * (human - 3.5) + random.normal(0, 0.6, human.size)
    dev = _held_out(predictions[:600], human[:600])
    calibration, _ = calibrate(dev, scale=SCALE, coverage=0.9)
    raw = np.array([calibration.raw_score(float(one), SCALE) for one in predictions[600:]])
    covered = _covered(calibration, raw, human[600:])
    assert covered.mean() >= 0.88
    for score in (1, 2, 3, 4, 5):
        assert covered[human[600:] == score].mean() >= 0.85, score


def test_out_of_fold_predictions_improve_the_bands_but_not_the_line() -> None:
    random = np.random.default_rng(8)
    human = random.integers(1, 7, 3000).astype(float)
    predictions = human + random.normal(0, 0.8, 3000)
    dev, train = (
        _held_out(predictions[rows], human[rows]) for rows in (slice(0, 60), slice(60, 3000))
    )
    alone, _ = calibrate(dev, scale=SCALE, coverage=0.9)
    together, _ = calibrate(dev, scale=SCALE, coverage=0.9, out_of_fold=train)
    assert (together.slope, together.intercept) == (alone.slope, alone.intercept)
    truth, _ = calibrate(train, scale=SCALE, coverage=0.9)

    def distance_to_truth(calibration: Calibration) -> float:
        return sum(
            abs(band.low - true.low) + abs(band.high - true.high)
            for band, true in zip(calibration.bands, truth.bands, strict=True)
        )

    assert distance_to_truth(together) < distance_to_truth(alone)


def test_intervals_on_new_prompts_cover_the_unknown_level() -> None:
    random = np.random.default_rng(9)
    human = random.integers(1, 7, 3000).astype(float)
    predictions = human + random.normal(0, 0.8, 3000)
    levels = np.repeat(
        [-1.2, 0.0, 1.2], 1000
    )  # of three prompts, predicted by models of the others
    left_out = _held_out(predictions + levels, human)
    dev = _held_out(predictions[:600], human[:600])
    calibration, _ = calibrate(dev, scale=SCALE, coverage=0.9, left_out=left_out)
    raw = [calibration.raw_score(one, SCALE) for one in (predictions + levels).tolist()]
    new = _covered(calibration, np.array(raw), human, familiarity=0.1)
    known = _covered(calibration, np.array(raw), human, familiarity=0.9)
    assert 0.89 <= new.mean() <= 0.94
    assert known.mean() < 0.8


def test_without_left_out_predictions_all_prompts_have_the_same_intervals() -> None:
    calibration, _ = calibrate(
        _held_out(np.arange(60.0), (np.arange(60) % 6 + 1).astype(float)), scale=SCALE, coverage=0.9
    )
    assert calibration.new_prompt_bands == ()
    assert calibration.interval(3.2, SCALE, familiarity=0.0) == calibration.interval(3.2, SCALE)


def test_too_few_essays_for_the_coverage_are_an_error() -> None:
    with pytest.raises(FileError, match="too few"):
        conformal_quantile(np.ones(5), 0.9)
